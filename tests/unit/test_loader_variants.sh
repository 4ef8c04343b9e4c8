#!/bin/bash
# Every way of storing an executable gives the same image. The oracle is the file that xexbuild
# stores without compression and encryption: its bytes behind the header are the image.
# usage: test_loader_variants.sh BUILD_FOLDER
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
export XDG_CONFIG_HOME=$tmp # no keys of the user's
# A new file each time: some file systems write one that was cut to nothing to the disk at once.
xex() { rm -f "${!#}" && "$O/bin/xexbuild" "$@"; }
gate() { "$O/xenogate" "$@"; }
key=$(seed=77 && for _ in {1..16}; do seed=$(((seed * 1103515245 + 12345) & 0x7fffffff)) && printf %02x $((seed >> 16 & 255)); done)
printf '# made up\nother = %s\n\nmine= %s\n' "$(printf '%032x' 1)" "$key" >"$tmp/keys"

# Text that compresses, noise that does not, and zeros; each longer than a frame of LZX.
head -c 230001 host/kernel/exports.csv >"$tmp/text"
openssl enc -aes-128-ctr -K "$key" -iv 0 -in /dev/zero 2>/dev/null | head -c 150003 >"$tmp/noise"
{ head -c 70000 "$tmp/text" && head -c 80000 /dev/zero && head -c 50000 "$tmp/noise" &&
    head -c 140000 "$tmp/text" | tail -c 60000 | tr e E; } >"$tmp/later"
parts=("--resource=TEXT:$tmp/text" "--resource=NOISE:$tmp/noise")
later=("--resource=TEXT:$tmp/later" "--resource=NOISE:$tmp/noise" --version=300)

# image FILE: SHA-256 of what follows the header
image() { tail -c +$((16#$(head -c 12 "$1" | tail -c 4 | od -An -tx1 | tr -d ' ') + 1)) "$1" | sha256sum | cut -d' ' -f1; }

for page in 0x10000 0x1000; do
    xex --compression=none --page-size=$page "${parts[@]}" "$O/guest/hello.elf" "$tmp/plain.xex"
    want=$(image "$tmp/plain.xex")
    for store in none basic lzx; do
        for how in '' --encrypt=dev --encrypt="$key"; do
            # shellcheck disable=SC2086  # an empty $how is no word
            xex --compression=$store --page-size=$page $how "${parts[@]}" "$O/guest/hello.elf" "$tmp/a.xex"
            is "$store, ${how:-plain}, pages of $page" "$(gate info "$tmp/a.xex" --image-sha256 --keys "$tmp/keys")" "$want"
        done
    done
done
for window in 0x10000 0x20000 0x40000 0x80000 0x100000 0x200000; do
    xex --compression=lzx --window=$window --page-size=0x1000 "${parts[@]}" "$O/guest/hello.elf" "$tmp/a.xex"
    is "an LZX window of $window" "$(gate info "$tmp/a.xex" --image-sha256)" "$want"
done
is "each page range has its own verdict" "$(gate info "$tmp/a.xex" | grep -c 'hash ok')" 5
check "LZX made it smaller" test "$(stat -c %s "$tmp/a.xex")" -lt "$(stat -c %s "$tmp/plain.xex")"
xex --compression=lzx --encrypt="$key" "$O/guest/hello.elf" "$tmp/hello.xex"
is "an encrypted, compressed title runs" "$(gate run "$tmp/hello.xex" --keys "$tmp/keys" --headless 2>/dev/null)" \
    "$(gate run "$O/guest/hello.xex" --headless 2>/dev/null)"

# ---- keys ----
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
refused "no key" 'encrypted.*--keys' gate unpack "$tmp/hello.xex" -o "$tmp/out"
printf 'a = %032d\n' 5 >"$tmp/wrong"
refused "a wrong key" 'nor any of the 1 keys' gate unpack "$tmp/hello.xex" -o "$tmp/out" --keys "$tmp/wrong"
check "nothing was written" test ! -e "$tmp/out"
for bad in 'mine' 'mine = 12' 'mine = xyz' '= 00112233445566778899aabbccddeeff' 'a = 00112233445566778899aabbccddeeff00'; do
    printf '# first\n%s\n' "$bad" >"$tmp/bad"
    refused "the key line '$bad'" 'bad: line 2 ' gate info "$tmp/hello.xex" --keys "$tmp/bad"
done
refused "no key file" 'nowhere: ' gate info "$tmp/hello.xex" --keys "$tmp/nowhere"
mkdir -p "$tmp/xenogate" && cp "$tmp/keys" "$tmp/xenogate/keys"
has "the usual place of keys" "$(gate info "$tmp/hello.xex")" '^encryption +AES, key mine$'
rm "$tmp/xenogate/keys"

# ---- delta patches ----
xex --compression=none "${parts[@]}" "$O/guest/hello.elf" "$tmp/old.xex"
xex --compression=none "${later[@]}" "$O/guest/clear.elf" "$tmp/new.xex"
want=$(image "$tmp/new.xex")
for store in none basic lzx; do
    for how in '' --encrypt=dev --encrypt="$key"; do
        # shellcheck disable=SC2086
        xex --compression=$store $how "${parts[@]}" "$O/guest/hello.elf" "$tmp/base.xex"
        # shellcheck disable=SC2086
        xex --patch $how --window=0x20000 --base="$tmp/base.xex" "$tmp/old.xex" "$tmp/new.xex" "$tmp/delta.xexp"
        is "a patch of $store, ${how:-plain}" \
            "$(gate info "$tmp/base.xex" --patch "$tmp/delta.xexp" --image-sha256 --keys "$tmp/keys")" "$want"
    done
done
is "the patched pages have the hashes of the later header" \
    "$(gate info "$tmp/base.xex" --patch "$tmp/delta.xexp" --keys "$tmp/keys" | grep -c 'hash ok')" 4
check "the patch is smaller than what it makes" test "$(stat -c %s "$tmp/delta.xexp")" -lt "$(stat -c %s "$tmp/new.xex")"
has "a patched title runs" "$(gate run "$tmp/base.xex" --patch "$tmp/delta.xexp" --keys "$tmp/keys" --headless --frames 1 --digest)" \
    "$(gate run "$tmp/new.xex" --headless --frames 1 --digest | sed -n 's/^pixels /pixels /p')"
xex --patch "$tmp/new.xex" "$tmp/old.xex" "$tmp/back.xexp"
is "and back" "$(gate info "$tmp/new.xex" --patch "$tmp/back.xexp" --image-sha256)" "$(image "$tmp/old.xex")"
has "info names the versions" "$(gate info "$tmp/back.xexp")" '^patches +version 00000300 to 00000100$'
refused "a patch for another title" 'for another executable' gate info "$tmp/old.xex" --patch "$tmp/back.xexp"
refused "a patch alone" 'delta patch, not an executable' gate unpack "$tmp/back.xexp" -o "$tmp/out"
refused "no patch at all" 'not a delta patch' gate info "$tmp/old.xex" --patch "$tmp/new.xex"
printf x | dd of="$tmp/back.xexp" bs=1 seek=$(($(stat -c %s "$tmp/back.xexp") - 99)) conv=notrunc status=none
refused "a damaged patch" 'back.xexp: .*hash' gate info "$tmp/new.xex" --patch "$tmp/back.xexp"
tap_end
