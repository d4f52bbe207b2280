# shellcheck shell=bash disable=SC2154
# Messages, the build and the corpus, shared by run and test. Sourced; $root is the checkout.

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 2; }

# quietly LOG WHAT COMMAND...: says WHAT, keeps the output in LOG, and shows it only when the command fails
quietly() {
  local log=$1 what=$2
  shift 2
  say "$what"
  "$@" >"$log" 2>&1 </dev/null || { cat "$log" >&2; die "failed: $what"; }
}

# configure PRESET [always]: writes the build files where there are none, or where they are older than the presets
configure() {
  local dir=$root/build/$1
  if [[ ${2-} == always || -n ${installed_something-} || ! $dir/build.ninja -nt $root/CMakePresets.json ]]; then
    mkdir -p "$dir"
    (cd "$root" && quietly "$dir/configure.log" "configuring $1" cmake --preset "$1")
    touch "$dir/build.ninja"
  fi
}

# build PRESET TARGET...: silent when there is nothing to do; on a terminal, ninja's own progress line
build() {
  local dir=$root/build/$1 preset=$1
  shift
  [[ $(ninja -C "$dir" -n "$@" 2>/dev/null | tail -n 1) != 'ninja: no work to do.' ]] || return 0
  if [[ -t 2 ]]; then
    say "building $preset"
    ninja -C "$dir" "$@" >&2 || die "failed: building $preset"
  else
    quietly "$dir/build.log" "building $preset" ninja -C "$dir" "$@"
  fi
}

# programs: the targets that ./run needs; the adapter over libqcow exists only where libqcow was found
programs() {
  echo qcow2-model qcow2-model-adapter qcow2-conform
  ! grep -q '^build libqcow-read: phony' "$root/build/release/build.ninja" || echo libqcow-read libqcow-adapter
}

# one_at_a_time: waits until no other run or test builds in this checkout; released with `exec 9>&-`
one_at_a_time() {
  mkdir -p "$root/build"
  exec 9>"$root/build/.lock"
  flock 9
}

# corpus: makes the images that are missing or out of date
corpus() {
  (cd "$root" && python3 -m generators build --out build/release/corpus) >&2 || die "failed: making the corpus"
}
