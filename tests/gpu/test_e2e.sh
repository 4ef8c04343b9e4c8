#!/bin/bash
# End to end: XEX files run by the program as a user would, on every back end.
# usage: tests/gpu/test_e2e.sh BUILD_FOLDER
set -u
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
xg=$O/xenogate

run() { # arguments of `run` -> $rc, $out (stdout), $err (stderr)
    timeout -k 5 240 "$xg" run "$@" >"$dir/out" 2>"$dir/err" </dev/null
    rc=$?
    out=$(<"$dir/out") err=$(<"$dir/err")
}
digests() { grep -Eo '\b[0-9a-f]{64}\b' <<<"$out" | tr '\n' ' '; }

# ---- clear: the same pixels from every back end, every time ----------------------------
clear=$O/guest/clear.xex
first=
for gpu in model rtl model+rtl model; do
    run "$clear" --gpu=$gpu --headless --frames 30 --digest --screenshot "$dir/$gpu.png" --stats
    is "clear runs 30 frames with $gpu" "$rc" 0
    if [ -z "$first" ]; then
        first=$(digests)
        cp "$dir/$gpu.png" "$dir/first.png"
        has "the digest is printed" "$first" '^([0-9a-f]{64} )+$'
    else
        is "$gpu gives the same digest" "$(digests)" "$first"
        check "$gpu gives the same picture" cmp "$dir/first.png" "$dir/$gpu.png"
    fi
    if [ $gpu = rtl ]; then
        stats=$(tr '[:upper:]' '[:lower:]' <<<"$out
$err")
        for what in cycles packets resolves; do
            has "--stats counts $what that are not zero" "$stats" \
                "(^|[^0-9])[1-9][0-9,]*[^0-9]*${what}|${what}[^0-9]*[1-9]"
        done
    fi
done
run "$clear" --gpu=rtl --headless --frames 30 --digest
is "rtl gives the same digest run to run" "$(digests)" "$first"
run "$clear" --gpu=model --headless --frames 30 --digest --drop-stacks
is "--drop-stacks changes nothing" "$(digests)" "$first"
run "$clear" --gpu=model --headless --frames 29 --screenshot "$dir/29.png"
is "clear is animated: frame 29 is another picture" "$(cmp -s "$dir/first.png" "$dir/29.png"; echo $?)" 1
mkdir "$dir/frames"
run "$clear" --gpu=model --headless --frames 3 --every-frame "$dir/frames"
is "--every-frame writes a picture a frame" "$(find "$dir/frames" -name '*.png' | wc -l)" 3

# ---- hello, fence ----------------------------------------------------------------------
run "$O/guest/hello.xex" --gpu=null --headless
is "hello ends by itself" "$rc" 0
has "its text is seen" "$out$err" '[Hh]ello'
for gpu in model rtl model+rtl; do
    run "$O/guest/fence.xex" --gpu=$gpu --headless
    is "fence ends by itself with $gpu" "$rc" 0
done

# ---- faults: exit code 1, and a sentence that names address, thread and symbol -----------
# (tests/guest/test_programs.sh looks at them with the model; here the core is behind them)
fault() { # guest program, regular expression...
    local name=$1 wanted
    shift
    run "$O/guest/$name.xex" --gpu=rtl --headless --frames 10 --instructions 20000000
    is "$name ends with 1" "$rc" 1
    for wanted in "$@"; do has "$name: the sentence names /$wanted/" "$err" "$wanted"; done
}
fault bad-jump '0x30[Dd][Ee][Aa][Dd]00' '[Tt]hread' 'jump_to_nowhere'
fault bad-insn '0x8[0-9A-Fa-f]{7}' '[Tt]hread' 'execute_nonsense'
fault bad-read '0x3[Ff]000010' '[Tt]hread' 'read_nothing'
fault bad-ring '[Pp]acket|[Rr]egister|ring' '0x[0-9A-Fa-f]+'
fault no-swap 'swap|frame|instructions'

# ---- files that are no executable: exit code 2 and one sentence that says what they are --
refused() { # text, file, regular expression
    run "$2" --gpu=model --headless --frames 1
    is "$1 is refused with 2" "$rc" 2
    is "$1: one sentence" "$(grep -c . <<<"$err")" 1
    has "$1: says what it is" "$err" "$3"
}
patch() { # file, offset, octal or hex escapes
    printf '%b' "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
u32() { od -An -tu4 --endian=big -j "$2" -N 4 "$1" | tr -d ' '; }

refused "a missing file" "$dir/missing.xex" 'missing\.xex'
: >"$dir/empty.xex"
refused "an empty file" "$dir/empty.xex" 'empty\.xex'
refused "a folder" "$dir" "$dir"
head -c 4096 /bin/sh >"$dir/elf"
refused "a host program" "$dir/elf" 'ELF'
for magic in 'CON ' 'LIVE' 'PIRS'; do
    { printf '%s' "$magic"; head -c 65536 /dev/zero; } >"$dir/stfs"
    refused "a '$magic' package" "$dir/stfs" 'STFS'
done
truncate -s 128K "$dir/iso"
patch "$dir/iso" 65536 'MICROSOFT*XBOX*MEDIA'
refused "a disc image" "$dir/iso" '(ISO|disc image)'
printf 'MZ%01000d' 0 >"$dir/pe"
refused "a bare PE file" "$dir/pe" 'PE|XEX'
printf 'just some text\n' >"$dir/text"
refused "a text file" "$dir/text" 'XEX'
size=$(stat -c %s "$clear")
for part in 4 24 200 $((size / 2)) $((size - 1)); do
    head -c "$part" "$clear" >"$dir/cut.xex"
    refused "clear cut to $part bytes" "$dir/cut.xex" 'cut\.xex'
done
cp "$clear" "$dir/encrypted.xex"
count=$(u32 "$clear" 20)
for ((i = 0; i < count; i++)); do # optional header 0x3FF: size, u16 encryption, u16 compression
    if [ "$(u32 "$clear" $((24 + i * 8)))" = $((0x3FF)) ]; then
        patch "$dir/encrypted.xex" $(($(u32 "$clear" $((28 + i * 8))) + 4)) '\x00\x01'
    fi
done
check "an encrypted copy could be made" bash -c "! cmp -s '$clear' '$dir/encrypted.xex'"
refused "an encrypted image" "$dir/encrypted.xex" '[Ee]ncrypted'

# ---- usage -----------------------------------------------------------------------------
run "$clear" --gpu=nonsense --headless
is "an unknown back end is bad usage" "$rc" 2
run "$clear" --no-such-option
is "an unknown option is bad usage" "$rc" 2
env -u DISPLAY -u WAYLAND_DISPLAY -u SDL_VIDEODRIVER "$xg" run "$clear" --gpu=model --frames 1 >"$dir/out" 2>"$dir/err"
is "a window without a display is refused" "$?" 2
has "and --headless is suggested" "$(<"$dir/err")" 'display.*--headless'
tap_end
