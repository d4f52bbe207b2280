#!/bin/sh
# read.sh SYSTEMD_IMPORT IMAGE OUT: the whole guest disk as systemd's importer unpacks it.
#
# The program that systemd-importd starts for each import works by itself: no running systemd, no message bus, and a
# folder of its own as the image root. What it does not take for qcow2 it imports as a raw disk; that is a refusal here.
# Exit 0: unpacked; 1: refused; any other status is the program's own; 2: usage.
set -u
[ $# -eq 3 ] || { echo "usage: read.sh SYSTEMD_IMPORT IMAGE OUT" >&2; exit 2; }
import=$1 image=$2 out=$3
folder=$(mktemp -d "$(dirname "$out")/import.XXXXXX") || exit 2
trap 'rm -rf "$folder"' EXIT
trap 'exit 143' TERM INT HUP

# shellcheck disable=SC2086  # a command may be several words, such as a loader and its library path
SYSTEMD_LOG_LEVEL=info $import --sync=no --image-root="$folder" raw "$image" disk >"$folder/said" 2>&1
status=$?
if [ $status -eq 0 ] && ! grep -q '^Unpacking QCOW2' "$folder/said"; then
  echo 'imported as a raw disk: not taken for qcow2'
  exit 1
fi
grep -i 'fail\|not supported\|invalid' "$folder/said"
[ $status -ne 0 ] || mv "$folder/disk.raw" "$out" || exit 2
exit $status
