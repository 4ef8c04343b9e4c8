#!/bin/bash
# ls, cat, unpack, info and run on discs and packages made from a folder of the host, which is the
# oracle.
# usage: test_vfs_commands.sh BUILD_FOLDER
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
export XDG_CONFIG_HOME=$tmp
gate() { "$O/xenogate" "$@"; }

mkdir -p "$tmp/game/Media/Maps" "$tmp/game/void"
cp "$O/guest/hello.xex" "$tmp/game/default.xex"
head -c 70000 host/kernel/exports.csv >"$tmp/game/Media/table.csv"
head -c 5 host/kernel/exports.csv >"$tmp/game/Media/Maps/One.map"
: >"$tmp/game/Media/nothing"

"$O/bin/mkmedia" disc "$tmp/game" "$tmp/zero.iso"
"$O/bin/mkmedia" disc "$tmp/game" "$tmp/game.iso" 0x20600
"$O/bin/mkmedia" stfs "$tmp/game" "$tmp/package"
"$O/bin/mkmedia" stfs "$tmp/game" "$tmp/package2" 2
"$O/bin/mkmedia" svod "$tmp/game" "$tmp/svod" 77
want=$(cd "$tmp/game" && find . -mindepth 1 -printf '%P\t%y\t%s\n' |
    awk -F'\t' '{ gsub("/", "\\", $1); printf "%12s  %s\n", $2 == "d" ? "folder" : $3, $1 }' | sort)
for medium in zero.iso game.iso package package2 svod; do
    m=$tmp/$medium
    is "$medium: ls -r shows every name and size" "$(gate ls "$m" -r | sort)" "$want"
    is "$medium: ls of a folder" "$(gate ls "$m" media)" "      folder  Maps
           0  nothing
       70000  table.csv"
    is "$medium: ls of a file" "$(gate ls "$m" 'Media\TABLE.csv')" "       70000  TABLE.csv"
    is "$medium: cat" "$(gate cat "$m" MEDIA/table.csv | sha256sum)" "$(sha256sum <"$tmp/game/Media/table.csv")"
    is "$medium: cat of an empty file" "$(gate cat "$m" 'media\nothing' | wc -c)" 0
    check "$medium: unpack" gate unpack "$m" -o "$tmp/out"
    check "$medium: the files are those of the folder" diff -r "$tmp/game" "$tmp/out"
    rm -rf "$tmp/out"
    has "$medium: info counts" "$(gate info "$m")" '^holds +4 files in 3 folders'
    has "$medium: info --json" "$(gate info "$m" --json)" '"files":4,"folders":3,"bytes":'
    has "$medium: run starts default.xex" "$(gate run "$m" --headless 2>/dev/null)" '^hello from Xenogate'
done
has "info names the package" "$(gate info "$tmp/package")" '^name +Made by mkmedia$'
check "unpack into a folder that exists" gate unpack "$tmp/zero.iso" -o "$tmp/game2"
check "and again over the same files" gate unpack "$tmp/zero.iso" -o "$tmp/game2"
ln -s "$tmp/elsewhere" "$tmp/game3"
mkdir "$tmp/game4" && ln -s "$tmp" "$tmp/game4/Media"

# refused TEXT REGEX COMMAND...: exit code 2 and exactly one line
refused() {
    local text=$1 regex=$2 said rc
    shift 2
    said=$("$@" 2>&1 >/dev/null)
    rc=$?
    is "$text: exit code 2" $rc 2
    is "$text: one sentence" "$(grep -c . <<<"$said")" 1
    has "$text: says why" "$said" "$regex"
}
refused "unpack through a link" 'Media' gate unpack "$tmp/zero.iso" -o "$tmp/game4"
check "nothing came through the link" test ! -e "$tmp/table.csv"
refused "a file that is not there" 'no such file' gate cat "$tmp/game.iso" nowhere.txt
refused "a folder that is not there" 'no such folder' gate ls "$tmp/game.iso" 'a\b'
refused "cat of a folder" 'Media: a folder' gate cat "$tmp/game.iso" Media
refused "a path that climbs out" 'not a valid path' gate cat "$tmp/game.iso" '..\x'
refused "an executable is no medium" 'neither a disc image' gate ls "$O/guest/hello.xex"
refused "no usage" '^usage: xenogate ls' gate ls
head -c 100000 "$tmp/zero.iso" >"$tmp/short.iso"
refused "a cut disc" 'short.iso: truncated disc image' gate ls "$tmp/short.iso"
refused "a cut disc is not run" 'short.iso: truncated disc image' gate run "$tmp/short.iso" --headless
printf x | dd of="$tmp/package" bs=1 seek=$((0xC000 + 7)) conv=notrunc status=none
refused "a damaged package" 'package: damaged STFS package: the hash of block 0' gate unpack "$tmp/package" -o "$tmp/out"
mkdir "$tmp/bare" && : >"$tmp/bare/readme" && "$O/bin/mkmedia" disc "$tmp/bare" "$tmp/bare.iso"
refused "a disc without a title" 'bare.iso/default.xex: no such file' gate run "$tmp/bare.iso" --headless
cp "$tmp/short.iso" "$tmp/bare/default.xex" && "$O/bin/mkmedia" disc "$tmp/bare" "$tmp/bare.iso"
refused "a disc whose default.xex is none" 'bare.iso/default.xex: not a XEX2 executable' gate run "$tmp/bare.iso" --headless

tap_end
