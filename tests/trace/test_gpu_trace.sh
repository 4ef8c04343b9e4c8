#!/bin/bash
# run --gpu-trace, gpu replay, gpu trace info, gpu import, as a user would.
# usage: test_gpu_trace.sh BUILD_FOLDER
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
xg=$O/xenogate

gate() { # arguments -> $rc, $out, $err
    timeout -k 5 240 "$xg" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    rc=$?
    out=$(<"$tmp/out") err=$(<"$tmp/err")
}
record() { # name frames gpu [options]: leaves NAME.xgt, $digest, $pixels
    local name=$1 frames=$2 gpu=$3
    shift 3
    gate run "$O/guest/$name.xex" "--gpu=$gpu" --headless --frames "$frames" --digest "$@"
    digest=$(sed -n 's/^digest //p' <<<"$out") pixels=$(sed -n 's/^pixels //p' <<<"$out")
}
replays() { # text file options...
    local text=$1 file=$2
    shift 2
    gate gpu replay "$file" --digest "$@"
    is "$text" "$rc $err" "0 $(grep 'are as they were recorded' <<<"$err")"
}

# ---- recording changes nothing; the replay has the run's picture ------------------------
for guest in clear cube bands box; do
    record $guest 36 model
    without=$digest
    record $guest 36 model --gpu-trace "$tmp/$guest.xgt" --screenshot "$tmp/$guest.png"
    is "$guest: recording does not change the run" "$digest" "$without"
    replays "$guest: the replay on the model is as it was recorded" "$tmp/$guest.xgt" "--png=$tmp/replay.png"
    is "$guest: its last picture is the run's" "$out" "pixels $pixels"
    check "$guest: as a file, too" cmp "$tmp/$guest.png" "$tmp/replay.png"
done
record edram 1 model --gpu-trace "$tmp/edram.xgt"
replays "edram: a program without pictures" "$tmp/edram.xgt"
record launcher 1 model --gpu-trace "$tmp/launcher.xgt"
replays "launcher: a title that starts another" "$tmp/launcher.xgt"

# ---- other back ends -------------------------------------------------------------------
replays "clear: two frames on the core" "$tmp/clear.xgt" --gpu=rtl --frames=1:2
replays "cube: a frame on both" "$tmp/cube.xgt" --gpu=model+rtl --frames=1:1
replays "clear: a frame on the core, from a key frame" "$tmp/clear.xgt" --gpu=rtl --frames=34:34
replays "cube: the same on both" "$tmp/cube.xgt" --gpu=model+rtl --frames=33:33
record clear 2 rtl --gpu-trace "$tmp/rtl.xgt"
of_rtl=$pixels
replays "clear, recorded on the core, on the model" "$tmp/rtl.xgt"
is "it has the core's picture" "$out" "pixels $of_rtl"
gate gpu replay "$tmp/clear.xgt" --gpu=null
is "a device without pixels is another one" "$rc" 1
has "the first difference is named" "$err" 'frame 1, packet [0-9]+, address 0x[0-9A-F]{8}: .'

# ---- choosing frames ---------------------------------------------------------------------
gate gpu replay "$tmp/cube.xgt" --frames=34:35 --every-frame "$tmp/frames" --json
is "frames 34 to 35" "$rc $(cd "$tmp/frames" && echo ./*)" "0 ./frame_000034.png ./frame_000035.png"
has "--json says where it began" "$out" '"begin":33,.*"difference":null}$'
gate gpu replay "$tmp/clear.xgt" --json --gpu=null
has "--json names a difference" "$out" '"difference":\{"frame":1,"packet":[0-9]+,"address":"[0-9a-f]{8}","text":"'

# ---- pictures as a window shows them ---------------------------------------------------
size_of() { od -An -tu4 --endian=big -j 16 -N 8 "$1" | xargs; }
shown() { # file options...
    gate gpu replay "$tmp/cube.xgt" --frames=1:1 "--png=$1" "${@:2}"
}
shown "$tmp/same.png" --picture-size=640x360 --scale=linear
shown "$tmp/once.png" --picture-size=640x360 --scale=point
check "in a window of the picture's size every filter shows the same" cmp "$tmp/once.png" "$tmp/same.png"
shown "$tmp/integer.png" --picture-size=1280x720 --scale=integer
shown "$tmp/point.png" --picture-size=1280x720 --scale=point
shown "$tmp/linear.png" --picture-size=1280x720 --scale=linear
is "twice as large" "$(size_of "$tmp/integer.png")" "1280 720"
check "twice is a whole number: point and integer are the same" cmp "$tmp/point.png" "$tmp/integer.png"
is "linear is another picture" "$(cmp -s "$tmp/point.png" "$tmp/linear.png"; echo $?)" 1
shown "$tmp/bars.png" --picture-size=1280x720 --scale=point --aspect=4:3
shown "$tmp/fill.png" --picture-size=960x720 --scale=point --aspect=fill
shown "$tmp/narrow.png" --picture-size=960x720 --scale=point --aspect=4:3
check "4:3 fills a window of 4:3" cmp "$tmp/fill.png" "$tmp/narrow.png"
is "and leaves bars in one of 16:9" "$(cmp -s "$tmp/bars.png" "$tmp/point.png"; echo $?)" 1
gate run "$O/guest/cube.xex" --headless --gpu=model --frames 1 --picture-size=1280x720 --scale=integer --screenshot "$tmp/run.png"
check "run writes the same picture" cmp "$tmp/run.png" "$tmp/integer.png"

# ---- what is in it -----------------------------------------------------------------------
gate gpu trace info "$tmp/cube.xgt"
has "info counts" "$out" '^picture +36 '
has "info says of which back end" "$out" '^GPU trace, version 1, of model'
gate gpu trace info "$tmp/cube.xgt" --frames
is "the index has a line a frame" "$(grep -c '^frame ' <<<"$out")" 36
gate gpu trace info "$tmp/cube.xgt" --json --frames
has "as JSON, too" "$out" '^\{"index":\[\{"frame":1,.*\}\],"format":"xenogate","version":1,.*"whole":true,.*\}$'
size=$(stat -c %s "$tmp/cube.xgt")
is "36 frames of cube are less than a megabyte" $((size < 1 << 20)) 1

# ---- a killed run ------------------------------------------------------------------------
"$xg" run "$O/guest/clear.xex" --gpu=model --headless --gpu-trace "$tmp/killed.xgt" >/dev/null 2>&1 </dev/null &
pid=$!
for ((i = 0; i < 400; i++)); do
    [ "$(stat -c %s "$tmp/killed.xgt" 2>/dev/null || echo 0)" -gt 60000 ] && break
    sleep 0.05
done
kill -9 $pid
wait $pid 2>/dev/null
gate gpu trace info "$tmp/killed.xgt"
is "the trace of a killed run can be read" "$rc" 0
has "and says so" "$out" 'it was not finished'
gate gpu replay "$tmp/killed.xgt"
is "and played" "$rc" 0
has "up to where it ends" "$err" 'was not finished; it ends in frame [0-9]+'

# ---- damage: exit code 2, file and offset -----------------------------------------------
damaged() { # text offset: one byte is another one
    cp "$tmp/cube.xgt" "$tmp/damaged.xgt"
    byte=$(od -An -tu1 -j "$2" -N 1 "$tmp/damaged.xgt" | tr -d ' ')
    # shellcheck disable=SC2059
    printf "$(printf '\\x%02x' $((byte ^ 16)))" | dd of="$tmp/damaged.xgt" bs=1 seek="$2" conv=notrunc status=none
    gate gpu replay "$tmp/damaged.xgt"
    is "$1: refused with 2" "$rc" 2
    has "$1: file and offset" "$err" "damaged\.xgt: offset [0-9]+"
}
damaged "a byte of the header" 9
damaged "a byte of a chunk's head" 70
damaged "a byte of a chunk with memory" 300
damaged "a byte of the last chunk" $((size - 20))
gate gpu replay "$O/guest/cube.xex"
is "another file is refused" "$rc $(grep -c 'cube.xex: offset 0' <<<"$err")" "2 1"
gate gpu replay "$tmp/none.xgt"
is "a missing file is refused" "$rc" 2

# ---- .xtr --------------------------------------------------------------------------------
"$O/tests/test_trace" --write-xtr "$tmp/scene.xtr" 3
gate gpu trace info "$tmp/scene.xtr"
has ".xtr: info" "$out" '^\.xtr trace, version 1, .* title 58470001'
has ".xtr: info counts frames" "$out" '3 frames$'
replays ".xtr: played directly" "$tmp/scene.xtr" "--png=$tmp/xtr.png"
direct=$out
gate gpu import "$tmp/scene.xtr" -o "$tmp/scene.xgt"
is ".xtr: imported" "$rc" 0
has ".xtr: what it was" "$err" 'title 58470001, 3 pictures, [0-9]+ packets, 5 draws'
replays ".xtr: the import on the core" "$tmp/scene.xgt" --gpu=rtl
is ".xtr: the same picture" "$out" "$direct"
head -c 5000 "$tmp/scene.xtr" >"$tmp/cut.xtr"
for how in "gpu replay $tmp/cut.xtr" "gpu import $tmp/cut.xtr -o $tmp/cut.xgt" "gpu trace info $tmp/cut.xtr"; do
    # shellcheck disable=SC2086
    gate $how
    is ".xtr: cut off: ${how%% "$tmp"*}" "$rc $(grep -c 'cut\.xtr: offset [0-9]* (.*): ' <<<"$err")" "2 1"
done
is ".xtr: nothing is left of a failed import" "$(ls "$tmp/cut.xgt" 2>/dev/null)" ''

# ---- usage -------------------------------------------------------------------------------
for bad in "replay" "replay a b" "replay a --frames=0:1" "replay a --frames=3:2" "replay a --gpu=none" \
    "replay a --what" "replay a --scale=cubic" "replay a --aspect=wide" "replay a --picture-size=0x9" "trace" "trace info" "import a" "import a -o"; do
    # shellcheck disable=SC2086
    gate gpu $bad
    is "gpu $bad: bad usage" "$rc" 2
done
gate run "$O/guest/clear.xex" --headless --sched=parallel --gpu-trace "$tmp/x"
is "a parallel run cannot be recorded" "$rc" 2
gate run "$O/guest/clear.xex" --headless --frames 1 --gpu-trace "$tmp/clear.xgt/x"
is "a file that cannot be written" "$rc" 2
tap_end
