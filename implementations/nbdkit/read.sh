#!/bin/sh
# read.sh IMAGE OUT: the whole guest disk as nbdkit's qcow2dec filter decodes it, copied by libnbd's nbdcopy.
#
# NBDKIT_FILE and NBDKIT_QCOW2DEC name the plugin and the filter where they are not where nbdkit looks for them.
# Exit 0: copied; 1: refused; above 128: a program died of a signal; 2: usage.
set -u
[ $# -eq 2 ] || { echo "usage: read.sh IMAGE OUT" >&2; exit 2; }
image=$1 out=$2
case $out in */*) ;; *) out=./$out ;; esac
folder=$(mktemp -d "${out%/*}/nbd.XXXXXX") || exit 2
server=
clean_up() {
  [ -z "$server" ] || kill -KILL "$server" 2>/dev/null
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 143' TERM INT HUP

nbdkit --foreground --readonly --exit-with-parent --unix="$folder/socket" --pidfile="$folder/pid" \
  --filter="${NBDKIT_QCOW2DEC:-qcow2dec}" "${NBDKIT_FILE:-file}" "$image" &
server=$!
until [ -s "$folder/pid" ]; do
  kill -0 "$server" 2>/dev/null || break
  sleep 0.01
done
copied=1
if [ -s "$folder/pid" ]; then
  nbdcopy "nbd+unix:///?socket=$folder/socket" "$out"
  copied=$?
fi

# It serves until it is told to end; what ends it sooner is a crash.
kill -TERM "$server" 2>/dev/null
wait "$server"
served=$?
server=
[ $served -ne 143 ] || served=0
[ $served -le 128 ] || exit $served
[ $copied -le 128 ] || exit $copied
[ $copied -eq 0 ]
