#!/bin/bash
# The guest program tone: every sample of its WAV file, and the same digest with every engine and
# sink.  usage: test_sound.sh BUILD_FOLDER
set -u
export LC_ALL=C.UTF-8 SDL_AUDIODRIVER=dummy
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
tone() { timeout 60 "$O/xenogate" run "$O/guest/tone.xex" --gpu=model --headless --digest "$@" 2>&1; }

first=$(tone --audio="wav:$tmp/tone.wav")
has "tone plays its 94 frames" "$first" '^tone: 94 frames given, 94 played'
# Golden: xenogate run build/guest/tone.xex --headless --digest
has "the digest of its samples is the golden one" "$first" \
    '^sound  896d265a7ed43e48fa5e82f672eaaada4a2861d71bc937be82985ed52f776f6b$'
for options in "--audio=null" "--audio=sdl" "--cpu=jit" "--cpu=interp --drop-stacks"; do
    # shellcheck disable=SC2086
    is "the run with $options is the same" "$(tone $options)" "$first"
done

# The samples themselves: a triangle of 256 steps on channel 0, twice as fast on 1, ...
is "the file has 95 frames of six floats" "$(stat -c %s "$tmp/tone.wav")" $((80 + 95 * 256 * 6 * 4))
wrong=$(tail -c +81 "$tmp/tone.wav" | od -An -v -t f4 -w24 | awk '
    function triangle(phase,  p) {
        p = phase % 256
        return (p < 64 ? p : p < 192 ? 128 - p : p - 256) / 256
    }
    { for (c = 0; c < 6; c++) bad += $(c + 1) != (NR <= 94 * 256 ? triangle((NR - 1) * (c + 1)) : 0) }
    END { print NR, bad + 0 }')
is "every sample is the right one" "$wrong" "24320 0"

stats=$(tone --stats)
has "the statistics count frames of sound" "$stats" '^sound frames +95$'
has "and say that XMA is silence" "$stats" '^XMA frames as silence +0$'
xma=$(timeout 60 "$O/xenogate" run "$O/guest/contract-audio.xex" --headless --stats 2>&1)
has "of which contract-audio takes 11 frames" "$xma" '^XMA frames as silence +11$'
said=$(timeout 60 "$O/xenogate" run "$O/guest/tone.xex" --headless --audio=mp3:x 2>&1)
is "a sink that does not exist is bad usage" $? 2
has "and is named" "$said" "'?--audio=mp3:x"
said=$(timeout 60 "$O/xenogate" run "$O/guest/tone.xex" --headless --audio=wav:/nowhere/x.wav 2>&1)
is "a file that cannot be written is bad usage" $? 2
tap_end
