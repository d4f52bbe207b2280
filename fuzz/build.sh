#!/usr/bin/env bash
# Builds the fuzz targets, as OSS-Fuzz calls it: compiler, flags, engine and folders come from the environment. Without
# them: clang++ with libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer, into build/fuzz.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
: "${CXX:=clang++}" "${OUT:=$root/build/fuzz}" "${WORK:=$root/build/fuzz/objects}"
: "${CXXFLAGS:=-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all}"
: "${LIB_FUZZING_ENGINE:=-fsanitize=fuzzer}"
: "${FMT_LIBRARY=-lfmt}" # empty: fmt is compiled into every file, which takes three times as long
mkdir -p "$OUT" "$WORK"

read -ra flags <<<"$CXXFLAGS"
read -ra engine <<<"$LIB_FUZZING_ENGINE"
[[ -n $FMT_LIBRARY ]] || flags+=(-DFMT_HEADER_ONLY)
flags+=(-std=c++20 -I"$root/model" -I"$root/fuzz")

parts=("$root"/model/{format,read,check,write,repair,change,files,cli} "$root/command_line")
flags+=(-I"$root" '-DQCOW2_CONFORM_VERSION="fuzzed"')

compile() { # SOURCE OBJECT: only where something is newer
  local inputs=("${parts[@]}" "$root/fuzz/support.hpp" "$1")
  if [[ ! -e $2 || -n $(find "${inputs[@]}" -type f -newer "$2" -print -quit) ]]; then
    "$CXX" "${flags[@]}" -c "$1" -o "$2"
  fi
}

# unite FOLDER: a file that is all of a folder's, for nearly all of a small file's time goes into the headers; its name
unite() {
  local united=$WORK/${1//\//-}.cpp
  printf '#include "%s"\n' "$root/$1"/*.cpp >"$united.new"
  cmp -s "$united.new" "$united" || cp "$united.new" "$united"
  echo "$united"
}

library=() commands=()
mapfile -t sources < <(
  for folder in model/{format,read,check,write,repair,change,change/state,files} command_line; do
    unite "$folder"
  done
  # Each command has Options of its own, under that name.
  find "$root"/model/cli "$root"/fuzz -name '*.cpp' ! -name main.cpp ! -name read_clusters.cpp
)
for source in "${sources[@]}"; do
  object=$WORK/$(basename "$source" .cpp).o
  compile "$source" "$object" &
  while (($(jobs -rp | wc -l) >= $(nproc))); do wait -n; done
  case $source in
    "$root"/fuzz/*) ;;
    "$root"/model/cli/* | "$WORK"/model-files.cpp | "$WORK"/command_line.cpp) commands+=("$object") ;;
    *) library+=("$object") ;;
  esac
done
wait

for source in "$root"/fuzz/fuzz_*.cpp; do
  name=$(basename "$source" .cpp)
  objects=("$WORK/$name.o" "${library[@]}")
  [[ $name != fuzz_commands ]] || objects+=("${commands[@]}")
  [[ $name == fuzz_decode ]] || objects+=("$WORK/mutator.o") # its input is no image
  # The libraries go in, because where the targets run there may be none; of fmt Debian has none to go in.
  "$CXX" "${flags[@]}" "${objects[@]}" -l:libz.a -l:libzstd.a ${FMT_LIBRARY:+"$FMT_LIBRARY"} "${engine[@]}" \
    -lpthread -o "$OUT/$name"
done
