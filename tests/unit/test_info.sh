#!/bin/bash
# xenogate info and unpack on a program of the SDK; the oracle is the linker's ELF file.
# usage: test_info.sh BUILD_FOLDER
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
xex=$O/guest/hello.xex elf=$O/guest/hello.elf

text=$("$O/xenogate" info "$xex")
is "info ends with exit code 0" $? 0
entry=$(powerpc-linux-gnu-readelf -h "$elf" | sed -n 's/.*Entry point address: *0x//p' | tr a-f A-F)
has "info shows the entry point of the ELF file" "$text" "^entry +$entry\$"
has "info names imports" "$text" 'xboxkrnl.exe +0003 +function .* DbgPrint'
is "every page hash is right" "$(grep -c 'hash ok' <<<"$text")" 4
json=$("$O/xenogate" info "$xex" --json)
is "info --json ends with exit code 0" $? 0
has "the JSON names the import" "$json" '"ordinal":3,"kind":"function".*"name":"DbgPrint"'
is "the JSON is one line" "$(wc -l <<<"$json")" 1

"$O/xenogate" unpack "$xex" -o "$tmp/image"
is "unpack ends with exit code 0" $? 0
is "--image-sha256 hashes the unpacked image" "$("$O/xenogate" info "$xex" --image-sha256)" \
    "$(sha256sum <"$tmp/image" | cut -d' ' -f1)"
# .rdata of the image equals that of the ELF file but for the import slots at its start.
powerpc-linux-gnu-objcopy -O binary --only-section=.rdata "$elf" "$tmp/rdata"
size=$(stat -c %s "$tmp/rdata")
is "the image holds the linked read-only data" \
    "$(tail -c +$((0x1000 + 1)) "$tmp/image" | head -c "$size" | tail -c +5 | sha256sum)" \
    "$(tail -c +5 "$tmp/rdata" | sha256sum)"

# What titles of other tool chains carry. Every header is named; none keeps it from running.
"$O/bin/xexbuild" --page-size=0x1000 --compression=lzx --encrypt=dev --privileges=00000400 \
    --header=00000405:0102030405060708090A0B0C0D0E0F1011121314 \
    --header=000080FF:5C446576696365 --header=00010001:82000000 --header=00018002:DEADBEEF4566CCDD \
    --header=00020301:00010000 --header=00028002:0001000000000003 --header=00040201:00100000 \
    --header=000200FF:58415049000000000002000007600007443344390000000000020000076080FF \
    --header=00040404:00112233445566778899AABBCCDDEEFF \
    --header=00040310:0604FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF \
    --header=000407FF:4D5307E64D5307E7 --header=000405FF:00000000 --header=00040801:00000010 \
    --header=00018200:00000001 --header=0FEE1203:000000010000000200000003 "$elf" "$tmp/rich.xex"
text=$("$O/xenogate" info "$tmp/rich.xex")
is "info of a rich file ends with exit code 0" $? 0
header() { has "header $1: $2" "$text" "^  $1 = [0-9A-F]{8}  $2\$"; }
header 00000405 'base reference: 0102030405060708090A0B0C0D0E0F1011121314'
header 000080FF 'bounding path: .Device'
header 00018002 'checksum and time stamp: DEADBEEF 4566CCDD'
header 00028002 'page heap size and flags: 00010000 00000003'
header 000200FF 'static libraries: XAPI 2.0.1888.7, D3D9 2.0.1888.255'
header 00040404 'LAN key: 00112233445566778899AABBCCDDEEFF'
header 00040310 'game ratings: ESRB 6, PEGI 4'
header 000407FF 'alternate title ids: 4D5307E6 4D5307E7'
header 000405FF 'logo: 8 bytes'
header 00040801 'additional title memory'
header 0FEE1203 'unknown: 12 bytes'
has "privileges have names" "$text" '^privileges    00000400  not for PAL-50$'
has "and 4 KiB pages" "$text" '^  82000000 +[0-9]+ x 4 KiB .* hash ok$'
has "in JSON, too" "$("$O/xenogate" info "$tmp/rich.xex" --json)" \
    '"id":"00040404",.*"name":"LAN key","text":"00112233445566778899AABBCCDDEEFF"'
has "it runs" "$("$O/xenogate" run "$tmp/rich.xex" --headless 2>&1)" 'hello from Xenogate'
"$O/bin/xexbuild" --header=0FFF12FF:00 "$elf" "$tmp/odd.xex" # a size of 5
printf '\377\377\377\377' >"$tmp/ff"
at=$(LC_ALL=C grep -obUaP '\x0F\xFF\x12\xFF' "$tmp/odd.xex" | head -1 | cut -d: -f1)
dd if="$tmp/ff" of="$tmp/odd.xex" bs=1 seek=$((at + 4)) conv=notrunc status=none
has "a header that nobody needs may lie anywhere" "$("$O/xenogate" info "$tmp/odd.xex" 2>&1)" \
    '^  0FFF12FF = FFFFFFFF  unknown: outside the header$'
has "and does not keep the title from running" "$("$O/xenogate" run "$tmp/odd.xex" --headless 2>&1)" \
    'hello from Xenogate'

# refused FILE REGEX: exit code 2 and exactly one line
refused() {
    local said rc
    said=$("$O/xenogate" info "$1" 2>&1 >/dev/null)
    rc=$?
    is "$2: exit code 2" $rc 2
    is "$2: one sentence" "$(grep -c . <<<"$said")" 1
    has "$2: names file and reason" "$said" "$(basename "$1").*$2"
}
: >"$tmp/nothing.xex"
refused "$tmp/nothing.xex" empty
refused "$O/xenogate" 'an ELF file, but not a linked 32-bit'
head -c 1000 "$xex" >"$tmp/short.xex"
refused "$tmp/short.xex" truncated
head -c -1 "$xex" >"$tmp/torn.xex" && printf '\377' >>"$tmp/torn.xex"
refused "$tmp/torn.xex" 'hash'
refused "$tmp/absent.xex" 'No such file'
tap_end
