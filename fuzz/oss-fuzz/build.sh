#!/bin/bash -eu
"$SRC/qcow2-conform/fuzz/build.sh"
