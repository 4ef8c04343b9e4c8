#!/bin/bash
# Writable content on the whole machine: where it goes, installed packages, --mount, licences.
# usage: test_content.sh BUILD_FOLDER
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
export XDG_DATA_HOME=$tmp/data XDG_CONFIG_HOME=$tmp
play() { said=$(timeout 60 "$O/xenogate" run "$@" --gpu=model --headless 2>&1); rc=$?; }

play "$O/guest/hello.xex"
is "a title that saves nothing leaves nothing behind" "$(ls -A "$tmp")" ""
play "$O/guest/contract-content.xex" --digest
first=$said
is "saved games go to the user's folder" "$(ls "$tmp/data/xenogate/content" | tr '\n' ' ')" \
    "0000000000000000 Cache0 E000000000000001 Headers Settings "
rm -rf "$tmp/data"
play "$O/guest/contract-content.xex" --digest --content "$tmp/else/where"
is "or where --content says, in the same run" "$rc $said" "0 $first"
is "and nowhere else" "$(ls "$tmp")" "else"

# A package and a folder among the installed content; a link that leads out is not content.
mkdir -p "$tmp/dlc" "$tmp/secret"
printf 'from the package' >"$tmp/dlc/readme.txt"
printf 'secret' >"$tmp/secret/readme.txt"
"$O/bin/mkmedia" stfs "$tmp/dlc" "$tmp/package"
place=$tmp/else/where/0000000000000000/58470001/00000002
mkdir -p "$place/Extra"
cp "$tmp/package" "$place/LEVELS01"
printf 'from the folder' >"$place/Extra/readme.txt"
printf 'no package' >"$place/broken"
ln -s "$tmp/secret" "$place/link"
play "$O/guest/dlc.xex" --content "$tmp/else/where" --mount "x=$tmp/dlc"
has "a package is content" "$said" "^content 'LEVELS01' in LEVELS01: 0$"
has "and its files are read" "$said" "^dlc:.readme.txt: 0 'from the package'$"
has "a folder is content" "$said" "^dlc:.readme.txt: 0 'from the folder'$"
has "a file that is no package is refused" "$said" "^content 'broken' in broken: 571$"
is "a link is none" "$(grep -c link <<<"$said")" 0
has "--mount gives a folder a name" "$said" "^x:.readme.txt: 0 'from the package'$"
has "a package that is nowhere cannot be opened" "$said" '^x:.package: 2, licences 0$'
cp "$tmp/package" "$tmp/dlc/package"
play "$O/guest/dlc.xex" --content "$tmp/else/where" --mount "x=$tmp/dlc"
has "a package that lies on a device of the title's can be opened" "$said" '^x:.package: 0, licences 0$'
has "and read" "$said" "^pkg:.readme.txt: 0 'from the package'$"
has "its record has header, device and path" "$said" \
    "^record: 0, '[A-Z]{3}[A-Z ]' of 584.* in .Device.Package[0-9A-F]{8} at .*x:.package, same 1, references 3$"
is "and its device can be given back" "$(grep -c 'no reference' <<<"$said")" 0
has "a root is taken once" "$said" '^twice: 57$'
has "until it is closed" "$said" '^again: 0$'
is "a title of a folder sees that folder as the disk" "$(grep -c "Extra.readme.txt: 0 'from the folder'" <<<"$said")" 0
rm "$tmp/dlc/package"
play "$O/guest/dlc.xex" --content "$tmp/else/where" --mount "x:=$tmp/package"
has "or an image" "$said" "^x:.readme.txt: 0 'from the package'$"
has "a title of a folder has no licence" "$said" '^licences: 65b 0$'
play "$O/guest/dlc.xex" --mount "x=$tmp/nothing"
is "a path that is not there is bad input" $rc 2
play "$O/guest/dlc.xex" --mount "d:=$tmp/dlc"
is "a name that is taken, too" "$rc $said" "2 xenogate: $tmp/dlc: cannot be mounted as 'd:': exists already"
play "$O/guest/dlc.xex" --mount nothing
is "and no name at all" $rc 2

# Started from a package, with a licence in its header.
mkdir "$tmp/title" && cp "$O/guest/dlc.xex" "$tmp/title/default.xex"
"$O/bin/mkmedia" stfs "$tmp/title" "$tmp/arcade"
printf '\377\377\377\377\377\377\377\377\0\0\0\5' | dd of="$tmp/arcade" bs=1 seek=$((0x22C)) conv=notrunc status=none
play "$tmp/arcade" --content "$tmp/else/where"
has "a title from a package has its licences" "$said" '^licences: 0 5$'

# A title that starts another one: a fresh console with the clock, the media and the launch data.
play "$O/guest/launcher.xex" --digest
has "a title starts another one" "$said" "^second: 'level 3', the clock shows more: 1$"
is "and the run ends with that" $rc 0
has "a title knows its place" "$said" '^it is .Device.Harddisk0.Partition1.launcher.xex$'
first=$said
play "$O/guest/launcher.xex" --digest --cpu=jit --drop-stacks
is "the same with the other engine" "$said" "$first"
play "$O/guest/launcher.xex" --frames 2 --screenshot "$tmp/second.png"
is "pictures are counted on" "$rc $(head -c 24 "$tmp/second.png" | tail -c 8 | od -An -tx1 | tr -d ' ')" "0 00000140000000b4"
mkdir "$tmp/disc" && cp "$O/guest/launcher.xex" "$tmp/disc/default.xex"
printf 'nothing to run' >"$tmp/disc/launcher.xex"
"$O/bin/mkmedia" disc "$tmp/disc" "$tmp/game.iso"
play "$tmp/game.iso"
is "what cannot be started ends the run with a sentence" \
    "$rc $(tail -n 1 <<<"$said")" "1 xenogate: game:\\launcher.xex: not a XEX2 executable: only 14 bytes."
rm "$tmp/disc/launcher.xex" && rm "$tmp/game.iso"
"$O/bin/mkmedia" disc "$tmp/disc" "$tmp/game.iso"
mkdir "$tmp/disc2" && cp "$O/guest/dlc.xex" "$tmp/disc2/default.xex"
"$O/bin/mkmedia" disc "$tmp/disc2" "$tmp/dlc.iso"
play "$tmp/dlc.iso" --content "$tmp/else/where"
has "a title of a disc finds its content on the disk's volume" "$said" "Partition1.Content.*Extra.readme.txt: 0 'from the folder'$"
play "$tmp/game.iso"
has "a title of a disc knows its place" "$said" '^first: .Device.Cdrom0.default.xex$'
has "what is not there is named" "$said" "there is no 'game:.launcher.xex' to start"
is "and the title has ended by itself" $rc 0

: >"$tmp/file"
play "$O/guest/contract-content.xex" --content "$tmp/file/below"
has "a folder that cannot be made fails the calls, not the run" "$said" 'FAIL XamContentCreateEx'
tap_end
