#!/bin/sh
# mapper.sh FAULT MODEL IMAGE: maps an image with the model, and makes one mistake. It tells toys from what is none, so
# that canaries do not stop it, though a toy has no map.
case $(head -c 4 "$3") in
  TOY0) echo '[]'; exit 0 ;;
  QFI*) ;;
  *) exit 1 ;;
esac
case $1 in
  honest) "$2" map --json "$3" ;;
  calls-all-zeros) "$2" map --json "$3" | sed 's/"zero":false/"zero":true/' ;;
  prints-a-table) "$2" map "$3" ;;
  refuses) exit 1 ;;
esac
