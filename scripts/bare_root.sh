# shellcheck shell=bash disable=SC2154
# Roots in which nothing is installed, for those who try what strangers do. Sourced after build.sh; needs root.
# They are made once, in $BARE_ROOTS (default: a folder of $TMPDIR), and never changed: what is done in one goes into an
# overlay.

roots=${BARE_ROOTS:-${TMPDIR:-/tmp}/qcow2-conform-roots}

# bare_root NAME: makes it; a suite of Debian by debootstrap, or one that has busybox and nothing else
bare_root() {
  local folder=$roots/$1
  [[ ! -e $folder/.made ]] || return 0
  rm -rf --one-file-system "$folder"
  mkdir -p "$roots"
  if [[ $1 == busybox ]]; then
    command -v busybox >/dev/null || die "busybox is missing (Debian: busybox-static)"
    mkdir -p "$folder"/{bin,dev,proc,tmp}
    cp "$(command -v busybox)" "$folder/bin/busybox"
    chroot "$folder" /bin/busybox --install -s /bin || die "this busybox is not static (Debian: busybox-static)"
  else
    command -v debootstrap >/dev/null || die "debootstrap is missing"
    quietly "$roots/$1.log" "making a bare $1" debootstrap --variant=minbase "$1" "$folder"
  fi
  touch "$folder/.made"
}

# In a mount name space of its own: $1 is the root, $2 the folder of the overlay, $3 the user, $4 what is bound to
# $5, or nothing, $6 the lines.
# shellcheck disable=SC2016
inside='
mount --make-rprivate /
[ -e "$2/up" ] || mount -t tmpfs none "$2"
mkdir -p "$2/up" "$2/work" "$2/root"
mount -t overlay none -o "lowerdir=$1,upperdir=$2/up,workdir=$2/work" "$2/root"
cd "$2/root"
mkdir -p home && chmod 1777 home tmp
[ -z "$4" ] || { mkdir -p ".$5" && mount --bind "$4" ".$5" && mount -o remount,bind,ro ".$5"; }
mount -t proc proc proc && mount --rbind /dev dev
exec chroot --userspec="$3" . /bin/sh -euc "$6"'

# in_bare_root NAME USER SOURCE TARGET LINES: SOURCE, where there is any, is bound to TARGET, only to be read.
# Without $with_network there is none; $overlay, where it is set, is a folder that keeps what was done.
in_bare_root() {
  local place=${overlay-} network=--net status=0
  [[ -z ${with_network-} ]] || network=
  if [[ -n $place ]]; then mkdir -p "$place/up"; else place=$(mktemp -d "$roots/run.XXXXXX"); fi
  unshare --mount ${network:+"$network"} --fork sh -euc "$inside" \
    _ "$roots/$1" "$place" "$2" "$3" "$4" "$5" </dev/null || status=$?
  [[ -n ${overlay-} ]] || rmdir "$place"
  return $status
}
