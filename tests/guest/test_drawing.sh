#!/bin/bash
# The guest programs that draw (cube, bands, edram) on the whole machine: what they show, that
# it moves, and that model, Verilated core and both side by side give the same run, with and
# without host stacks.  usage: test_drawing.sh BUILD_FOLDER
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT

# run NAME FRAMES GPU [ARGUMENT...]: exit code in rc, everything said in said, digests in
# all (of the run) and pixels (of the last picture)
run() {
    local name=$1 frames=$2 gpu=$3
    shift 3
    said=$(timeout 300 "$O/xenogate" run "$O/guest/$name.xex" --headless --gpu="$gpu" \
        ${frames:+--frames "$frames"} --digest "$@" 2>&1)
    rc=$?
    all=$(sed -n 's/^digest //p' <<<"$said")
    pixels=$(sed -n 's/^pixels //p' <<<"$said")
}
pixel() { # FILE X Y -> "#RRGGBB"
    convert "$1" -crop "1x1+$2+$3" -depth 8 txt:- | grep -o '#[0-9A-F]\{6\}' | head -1
}

for name in cube bands; do
    run $name 29 model
    before=$pixels
    run $name 30 model --screenshot "$tmp/$name.png"
    is "$name stops after 30 frames with exit code 0" $rc 0
    is "$name: no draw was dropped" "$(grep -c 'dropped' <<<"$said")" 0
    has "$name gives a digest of its last picture" "$pixels" '^[0-9a-f]{64}$'
    check "$name: frames 29 and 30 differ" [ "$pixels" != "$before" ]
    want_all=$all want=$pixels
    run $name 30 model --drop-stacks
    is "$name: the same run with --drop-stacks" "$all" "$want_all"
    # The core is slower by two orders, and bands draws all over the picture ten times a frame.
    frames=$([ $name = cube ] && echo 30 || echo 3)
    run $name "$frames" model
    want_all=$all want=$pixels
    for gpu in rtl model+rtl; do
        stacks=()
        [ $gpu = rtl ] && stacks=(--drop-stacks)
        run $name "$frames" $gpu "${stacks[@]}"
        is "$name: the same run on $gpu, $frames frames" "$all" "$want_all"
        is "$name: the same picture on $gpu, frame $frames" "$pixels" "$want"
    done
done

if command -v convert >/dev/null; then
    cube=$tmp/cube.png bands=$tmp/bands.png
    is "cube: the background is the clear colour" "$(pixel "$cube" 2 2)" '#182440'
    check "cube: something stands in the middle" [ "$(pixel "$cube" 320 150)" != "#182440" ]
    colours=$(convert "$cube" -crop 160x160+240+80 -unique-colors txt:- | wc -l)
    check "cube: textures and light give hundreds of colours ($colours)" [ "$colours" -gt 300 ]
    is "cube: no pixel is black, for no texel is and ambient light reaches all" \
        "$(convert "$cube" -fill white +opaque "#000000" -unique-colors -depth 8 txt:- | grep -c "#000000")" 0
    # The rightmost band, where no sprite comes: from 72 at the top edge to 18 at the bottom.
    is "bands: a vertex colour at the top" "$(pixel "$bands" 630 0)" '#484848'
    is "bands: the mean of two vertex colours in the middle" "$(pixel "$bands" 630 180)" '#2D2D2D'
    is "bands: a vertex colour at the bottom" "$(pixel "$bands" 630 359)" '#121212'
else
    ok "cube and bands: pixels # SKIP no ImageMagick"
fi

run edram '' model
is "edram ends with exit code 0" $rc 0
has "edram: the picture goes through eDRAM and back unchanged" "$said" \
    'picture: 1024 of 1024 words came back, control 1024'
# No unit sums up the link's traffic (docs/guest-programs.md); who adds one changes this line.
has "edram: training words that the device computes" "$said" 'training words computed: 0 of 24'
want=$(grep -v '^digest\|^pixels' <<<"$said")
run edram '' model+rtl
is "edram: the core and the model agree" "$(grep -v '^digest\|^pixels' <<<"$said")" "$want"
tap_end
