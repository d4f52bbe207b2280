#!/bin/bash -eu
FMT_LIBRARY='' "$SRC/qcow2-conform/fuzz/build.sh"
