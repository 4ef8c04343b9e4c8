#!/bin/bash
# Every bundled guest program under --cpu=check: the translation equals the interpreter in every
# segment, and the run is the one that --cpu=interp gives: output, end, sentence, digest.
# usage: check_guests.sh BUILD_FOLDER
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

run() { # engine file arguments...
    local engine=$1 file=$2
    shift 2
    timeout -k 5 100 "$O/xenogate" run "$file" --gpu=model "--cpu=$engine" --headless --digest "$@" \
        >"$tmp/$engine.out" 2>"$tmp/$engine.err"
    echo "exit $?" >>"$tmp/$engine.out"
    # How long the title ran by the host's clock is not part of a run.
    cat "$tmp/$engine.err" >>"$tmp/$engine.out"
}

programs=0
for file in "$O"/guest/*.xex; do
    name=$(basename "$file" .xex)
    [ "$name" = library ] && continue # loaded by contract-modules
    programs=$((programs + 1))
    run interp "$file" --frames 2 --instructions 400000
    run check "$file" --frames 2 --instructions 400000
    is "$name: checked against the interpreter, the same run" "$(<"$tmp/check.out")" "$(<"$tmp/interp.out")"
done
check "there are more than 30 of them" [ "$programs" -gt 30 ]
tap_end
