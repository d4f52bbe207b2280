# shellcheck shell=sh
# Sourced by all of this folder. The toy format of these tests stands in for qcow2, which the runner does not read:
# "TOY" and a feature byte "0", and from byte 4096 on the guest disk. Canaries hold random bytes; the cases' disks begin
# with "case", so that a fault can spare the canaries.
image=$1
out=$2

is_toy() { [ "$(head -c 4 "$image" | tr -d '\0')" = TOY0 ]; }
is_case() { [ "$(tail -c +4097 "$image" | head -c 4 | tr -d '\0')" = case ]; }
read_disk() { tail -c +4097 "$image"; }
read_honestly() { is_toy || exit 1; read_disk >"$out"; }
