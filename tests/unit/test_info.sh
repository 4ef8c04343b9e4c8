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
