# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# The Debian packages that this project needs, and what installs them. Sourced by run and test.
#
# Nothing is installed, and nothing is said, when nothing is missing. Catch2 3.7 is not in Debian 12: it comes from
# bookworm-backports through a source list and a lists folder of its own; the user's apt sources stay as they are.

packages_build=(g++ cmake ninja-build pkgconf python3 libfmt-dev nlohmann-json3-dev libcli11-dev libexpected-dev
  libssl-dev zlib1g-dev libzstd-dev libnbd-dev zstd)
packages_run=(qemu-utils qemu-system-common 7zip libqcow-dev)
packages_test=(libcatch2-dev e2fsprogs ovmf python3-z3 qemu-system-common libxml2-utils clang libclang-rt-dev
  codespell groff-base procps pycodestyle pyflakes3 shellcheck)
packages_nightly=(clang-tidy)
packages_coverage=(gcovr)
# Of scripts/other-machines.
packages_machines=(g++-s390x-linux-gnu g++-i686-linux-gnu g++-aarch64-linux-gnu)
# Of scripts/release and scripts/bare-roots: dpkg-shlibdeps, lintian, and bare roots.
packages_release=(dpkg-dev lintian debootstrap busybox-static)
# scripts/qemu-mutants: what QEMU's tools are built with, and what unpacks its source.
packages_qemu_mutants=(meson ninja-build libglib2.0-dev zlib1g-dev libzstd-dev dpkg-dev ccache)
# The site: the model as WebAssembly, and Markdown; and a browser that tries what people look at.
packages_site=(clang lld wasi-libc libc++-dev-wasm32 libclang-rt-dev-wasm32 libfmt-dev libexpected-dev
  python3-markdown-it)
packages_browser=(chromium fonts-liberation)
# What examples/ and docs/ci.md are tried with: large, so only where nothing may be skipped.
packages_examples=(parallel fish zsh)
# 7zz is a package of its own after Debian 12. What comes after 13, forky, has no clang-format-19, and another name for
# the emulators.
codename=$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME-}") || true
[[ $codename == bookworm ]] || packages_run+=(7zip-standalone)
if [[ $codename == forky ]]; then
  packages_machines+=(qemu-user)
else
  packages_test+=(clang-format-19)
  packages_machines+=(qemu-user-static)
fi
command -v go >/dev/null || packages_examples+=(golang-go)
command -v rustc >/dev/null || packages_examples+=(rustc)
command -v javac >/dev/null || packages_examples+=(default-jdk-headless)
command -v node >/dev/null || packages_browser+=(nodejs)
command -v npm >/dev/null || packages_browser+=(npm)
catch2_version=3.7
# Only headers, but its package depends on the development files of every JSON library (159 packages, Qt's among them).
valijson_headers=build/packages/usr/include
case $(uname -m) in x86_64) packages_test+=(grub-rescue-pc) ;; esac

# brings_its_reader ARG...: succeeds when the arguments of a run name readers, and none that packages_run installs
brings_its_reader() {
  local brought='' name
  while (($#)); do
    case $1 in
      --*-cmd | --*-cmd=* | --adapter | --adapter=*) brought=1 ;;
      --impl | --impl=*)
        if [[ $1 == --impl ]]; then name=${2-}; else name=${1#*=}; fi
        case $name in */* | *.json | model | spec-reader) brought=1 ;; *) return 1 ;; esac
        ;;
    esac
    shift
  done
  [[ -n $brought ]]
}

# missing_packages PACKAGE...: those that are not installed, or too old, one a line
missing_packages() {
  local -A version=()
  local status name number
  while read -r status name number; do
    [[ $status != installed ]] || version[$name]=$number
  done < <(dpkg-query -W -f '${db:Status-Status} ${Package} ${Version}\n' "$@" 2>/dev/null)
  for name; do
    if [[ -z ${version[$name]-} ]]; then
      echo "$name"
    elif [[ $name == libcatch2-dev ]] && dpkg --compare-versions "${version[$name]}" lt "$catch2_version"; then
      echo "$name"
    fi
  done
}

# backports_mirror: where this machine gets Debian 12 from
backports_mirror() {
  local uri
  uri=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk '$1 == "bookworm" && $2 ~ /^https?:/ { print $2; exit }')
  echo "${uri:-http://deb.debian.org/debian}"
}

# install_commands PACKAGE...: the shell lines that install them, to be run as root
install_commands() {
  local install='apt-get -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends'
  local plain=() backports=() name
  for name; do
    if [[ $name == libcatch2-dev && $codename == bookworm ]]; then backports+=("$name"); else plain+=("$name"); fi
  done
  if ((${#plain[@]})); then
    echo "apt-get -q update || true"
    echo "$install install ${plain[*]}"
  fi
  if ((${#backports[@]})); then
    local one_off='-o Dir::Etc::SourceList=$d/list -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists=$d/lists'
    one_off+=' -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache='
    echo 'd=$(mktemp -d) && chmod 755 $d && mkdir -p $d/lists/partial'
    echo "echo 'deb $(backports_mirror) bookworm-backports main' >\$d/list"
    echo "apt-get -q $one_off update"
    echo "$install $one_off -t bookworm-backports install ${backports[*]}"
    echo 'rm -r $d'
  fi
}

# become_root: sets as_root to the words that make a command run as root; fails where there are none
become_root() {
  local name
  as_root=()
  [[ $(id -u) != 0 ]] || return 0
  command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 && -z ${CI-} ]]; } || return 1
  as_root=(sudo env)
  for name in http_proxy https_proxy ftp_proxy no_proxy all_proxy; do
    [[ -z ${!name-} ]] || as_root+=("$name=${!name}")
  done
}

# unpack_valijson: puts its headers into build/packages, where CMake looks too; nothing is installed
unpack_valijson() {
  local as_root folder=$root/build/packages log=$root/build/valijson.log
  [[ ! -e $root/$valijson_headers/valijson && ! -e /usr/include/valijson ]] || return 0
  say "unpacking libvalijson-dev into build/packages (log: build/valijson.log)"
  rm -rf "$folder"
  mkdir -p "$folder"
  if ! apt-cache show libvalijson-dev >"$log" 2>&1 && become_root; then
    "${as_root[@]}" apt-get -q update >"$log" 2>&1 || true
  fi
  # As whoever calls: apt's own user may not write here.
  (cd "$folder" && apt-get -q -o APT::Sandbox::User= download libvalijson-dev && dpkg-deb -x libvalijson-dev_*.deb .) \
    >"$log" 2>&1 || {
    tail -n 5 "$log" >&2
    rm -rf "$folder"
    die "libvalijson-dev could not be fetched (is apt-get update due?); the whole log: build/valijson.log"
  }
  installed_something=1
}

# need GROUP...: installs what is missing of packages_GROUP; exit 2 where that cannot be done
need() {
  local wanted=() missing group
  for group; do local -n list=packages_$group; wanted+=("${list[@]}"); done
  command -v dpkg-query >/dev/null || return 0  # no Debian: CMake and the runner say what they miss
  mapfile -t missing < <(missing_packages "${wanted[@]}")
  ((${#missing[@]} == 0)) || install_packages "${missing[@]}"
  unpack_valijson
}

# install_packages PACKAGE...
install_packages() {
  local missing=("$@") commands as_root log=$root/build/install.log
  commands=$(install_commands "${missing[@]}")
  if ! become_root; then
    say "missing: ${missing[*]}"
    say "installing them needs root, or a user with sudo; as root, run:"
    say "$commands"
    exit 2
  fi
  mkdir -p "$root/build"
  say "installing with apt-get (log: build/install.log): ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 sh -ec "$commands" >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    die "apt-get failed; the whole log: build/install.log"
  }
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} == 0)) || die "this machine's apt has no usable version of: ${missing[*]}"
  installed_something=1
}
