#!/bin/bash
# A core with one wrong constant must be caught: by the side-by-side run, which names where, and by
# the pixel digest. The constant is changed in a copy of the generated package, so that model
# and host keep the right one; then the whole program is built from it in a folder of its own.
# usage: tests/gpu/test_rtl_flip.sh BUILD_FOLDER
# Environment: XG_FLIP another change, as a sed expression for gen/rtl/xg_pkg.sv.
set -u
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
flip=${XG_FLIP:-'/ REG_RB_COLOR_CLEAR = /s/231E/231F/'}
wrong=$O/flip
package=$wrong/gen/rtl/xg_pkg.sv
build() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make --no-print-directory -j"$(nproc)" O="$wrong" "$@"; }

rm -f "$package"
check "the package of constants is generated" build "$package"
cp "$package" "$package.right" && sed -i -E "$flip" "$package"
is "one line of it is changed" "$(diff "$package.right" "$package" | grep -c '^>')" 1
check "the core builds from it" build "$wrong/xenogate"

run() {
    timeout -k 5 240 "$1/xenogate" run "$O/guest/clear.xex" --gpu="$2" --headless --frames 5 --digest \
        >"$wrong/out" 2>"$wrong/err" </dev/null
    rc=$?
    out=$(<"$wrong/out") err=$(<"$wrong/err")
}
run "$O" model+rtl
is "the right core agrees with the model" "$rc" 0
right=$out
run "$wrong" model+rtl
is "the wrong core does not: exit code 3" "$rc" 3
has "the first difference is named" "$err" '([Pp]acket|[Rr]egister|0x[0-9A-Fa-f]{4,})'
run "$wrong" rtl
is "its digest is another" "$([ "$out" != "$right" ]; echo $?)" 0
tap_end
