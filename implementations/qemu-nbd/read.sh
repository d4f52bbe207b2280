#!/bin/sh
# read.sh QEMU_NBD NBDCOPY IMAGE OUT: the whole guest disk as qemu-nbd serves it, copied by libnbd's nbdcopy.
#
# The daemon listens on a socket in a folder of its own and ends with its only client. Exit 0: copied; 1: one of the two
# refused; a status above 128: one of the two died of a signal (128 + its number), which is no refusal; 2: usage.
set -u
[ $# -eq 4 ] || { echo "usage: read.sh QEMU_NBD NBDCOPY IMAGE OUT" >&2; exit 2; }
qemu_nbd=$1 nbdcopy=$2 image=$3 out=$4
case $out in */*) ;; *) out=./$out ;; esac
folder=$(mktemp -d "${out%/*}/nbd.XXXXXX") || exit 2
daemon=
clean_up() {
  [ -z "$daemon" ] || kill -KILL "$daemon" 2>/dev/null
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 143' TERM INT HUP

# It writes its number into the file once it listens. Commands may be several words: a loader and a library path, say.
# shellcheck disable=SC2086
$qemu_nbd --read-only --format=qcow2 --socket="$folder/socket" --pid-file="$folder/pid" "$image" &
daemon=$!
until [ -s "$folder/pid" ]; do
  kill -0 "$daemon" 2>/dev/null || break
  sleep 0.01
done
copied=1
if [ -s "$folder/pid" ]; then
  # shellcheck disable=SC2086
  $nbdcopy "nbd+unix:///?socket=$folder/socket" "$out"
  copied=$?
fi

# It may wait for a client; one that is ending already ends as it would.
[ $copied -eq 0 ] || kill -KILL "$daemon" 2>/dev/null
wait "$daemon"
served=$?
daemon=
[ $copied -eq 0 ] || [ $served -ne 137 ] || served=1
[ $served -le 128 ] || exit $served
[ $copied -le 128 ] || exit $copied
[ $copied -eq 0 ] && [ $served -eq 0 ]
