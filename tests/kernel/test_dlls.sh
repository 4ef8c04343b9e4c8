#!/bin/bash
# DLLs that import from DLLs: paths, order of the entry points, failures, imports of the title.
# usage: test_dlls.sh BUILD_FOLDER
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/game/dlls"
cp "$O"/guest/dll*.xex "$tmp/game"
cp "$O"/guest/dll-{upper,base}.xex "$tmp/game/dlls"
play() { said=$(timeout 60 "$O/xenogate" run "$@" --gpu=model --headless 2>&1); rc=$?; }
part() { sed -n "/^$1/,/^unloaded/p" <<<"$said"; }

play "$tmp/game/dlls.xex"
is "the program ends" $rc 0
upper='upper: reason 1, base gives 1001 and was told 1 times'
is "what is imported is told first, and leaves last" "$(head -n 7 <<<"$said")" "base: reason 1
$upper
dll-upper.xex: 0
upper gives 2010, by name too, base is there
upper: reason 0, base gives 1001 and was told 1 times
base: reason 0
unloaded: 0, base is gone"
for path in 'game:.dll-upper.xex' 'D:.DLL-UPPER' 'dlls.dll-upper.xex' 'game:.dlls.dll-upper.xex' \
    '.Device.Harddisk0.Partition1.dll-upper.xex' '....game:.dll-upper.xex'; do
    has "$path is found" "$said" "^$path: 0\$"
done
has "what is not there is named by its status" "$said" '^nowhere.xex: c000000f, no handle$'
is "an entry point that refuses undoes the load" "$(grep -A4 '^fails:' <<<"$said")" \
    "fails: reason 1, base gives 1002
xenogate: the entry point of dll-fails.xex has failed
base: reason 0
dll-fails.xex: c0000142, no handle
xenogate: a module cannot be loaded: game:\\dll-loop.xex: its imports form a circle"
has "a circle of imports is refused" "$said" '^dll-loop.xex: c000007b, no handle$'
has "what the title loaded itself stays" "$said" '^unloaded: 0, base stays$'
first=$said
play "$tmp/game/dlls.xex" --cpu=jit --drop-stacks
is "the other engine says the same" "$said" "$first"

play "$tmp/game/dlls-static.xex"
is "a title's DLLs are there before it" "$rc
$(grep -v ^xenogate <<<"$said")" "0
base: reason 1
$upper
the title: upper gives 2010"
rm "$tmp/game/dll-base.xex"
play "$tmp/game/dlls.xex"
is "a DLL's own folder comes first" "$(grep -c '^game:.dlls.dll-upper.xex: 0' <<<"$said")" 1
has "without it the import is named" "$said" \
    'game:.dll-upper.xex: imports function [0-9]+ .*of dll-base.xex, which is unknown|imports dll-base ordinal'
play "$tmp/game/dlls-static.xex"
is "a title that lacks one does not start" $rc 2
cp "$tmp/game/dlls/dll-base.xex" "$tmp/game"
cp "$O/guest/dll-base.xex" "$tmp/game/dll-upper.xex"
play "$tmp/game/dlls-static.xex"
is "nor one whose DLL lacks the export" $rc 2
has "which is named" "$said" 'dll-upper ordinal 0x7, which is unknown'

# From a disc: the same DLLs beside default.xex.
mkdir "$tmp/disc" && cp "$O"/guest/dll-{upper,base}.xex "$tmp/disc"
cp "$O/guest/dlls-static.xex" "$tmp/disc/default.xex"
"$O/bin/mkmedia" disc "$tmp/disc" "$tmp/game.iso"
play "$tmp/game.iso"
has "a disc's title finds its DLLs" "$said" '^the title: upper gives 2010$'
tap_end
