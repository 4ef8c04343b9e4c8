#!/bin/bash
# The windowed run as a person meets it: an X server, keys pressed with xdotool, what the window
# shows and its title says; a recorded run and its replay give the same digest.
# usage: tests/support/with-display tests/app/test_window_run.sh BUILD_FOLDER
set -u
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
dir=$(mktemp -d) || exit 2
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$dir"' EXIT
export XDG_CONFIG_HOME=$dir/etc XDG_DATA_HOME=$dir/share SDL_AUDIODRIVER=dummy
config() { "$O/xenogate" config set "$@"; }
config window.size 640x360 && config screenshots "$dir" && config window.renderer sdl

within() { # SECONDS COMMAND...: until it succeeds
    local end=$((SECONDS + $1))
    shift
    while ! "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.1
    done
}
title() { xdotool search --onlyvisible --name Xenogate getwindowname 2>/dev/null | tail -n 1; }
title_has() { title | grep -Eq -- "$1"; }
said() { grep -Eq -- "$2" "$dir/$1"; }
screen() { # digest of what the server shows, without the header that holds nothing of it
    tail -c +4096 "$XG_SCREEN_DUMP" | sha256sum | cut -d' ' -f1
}
changes() { [ "$(screen)" != "$1" ]; }
start() { # PROGRAM OPTIONS...
    "$O/xenogate" run "$O/guest/$1.xex" "${@:2}" >"$dir/out" 2>"$dir/err" &
    pid=$!
    within 20 title_has "^$1 - "
}
ended() { ! kill -0 "$pid" 2>/dev/null; }
finish() { # its exit code
    within 20 ended || kill -9 "$pid"
    wait "$pid"
    rc=$?
    pid=
}

for renderer in sdl vulkan; do
    config window.renderer $renderer
    start clear --gpu=model
    is "$renderer: the window comes" $? 0
    check "$renderer: its title has back end, speed, frames" \
        within 10 title_has '^clear - model - [1-9][0-9]* %, [0-9.]+ frames/s - Xenogate$'
    now=$(screen)
    check "$renderer: the picture moves" within 10 changes "$now"
    xdotool key p
    check "$renderer: P pauses" within 10 title_has ' - paused - '
    sleep 0.3
    now=$(screen)
    sleep 0.7
    is "$renderer: nothing moves then" "$(screen)" "$now"
    xdotool key Pause
    check "$renderer: Pause goes on" within 10 changes "$now"
    xdotool key Escape
    finish
    is "$renderer: Escape ends it" "$rc $(cat "$dir/err")" "0 "
done
config window.renderer sdl

start clear --gpu=rtl
check "the core's cycles are in the title" within 20 title_has '%, [0-9.]+ frames/s, [0-9.]+ M cycles/s'
xdotool keydown Tab
check "Tab is fast while it is held" within 10 title_has ' - rtl - fast - '
xdotool keyup Tab
slow() { ! title_has ' - fast - '; }
check "and no longer" within 10 slow
xdotool key shift+Tab
check "Shift+Tab keeps it fast" within 10 title_has ' - rtl - fast - '
xdotool key F12
check "F12 writes a screenshot and says where" within 10 said err "screenshot: $dir/clear-[0-9]{6}.png$"
file=$(sed -n 's/^xenogate: screenshot: //p' "$dir/err")
is "it is a picture of the guest's size" "$(head -c 24 "$file" | tail -c 8 | xxd -p)" 0000028000000168
xdotool search --onlyvisible --name Xenogate mousemove --window %1 9 9
xdotool key ctrl+alt+Escape # the window manager asks it to close
finish
is "closing the window ends it" "$rc" 0

start clear --gpu=model --frames 20 --digest
finish
windowed=$(cat "$dir/out")
headless=$("$O/xenogate" run "$O/guest/clear.xex" --gpu=model --frames 20 --digest --headless 2>/dev/null)
is "a window changes nothing of the run" "$rc $windowed" "0 $headless"

# The keyboard plays pad 0; the run is recorded and then repeated without a window.
config key.a 'K'
start pads --gpu=model --record "$dir/play" --digest
within 10 said out '^pad 0: 0000 00 00 0000 0000 0000 0000$'
xdotool keydown k
check "a key of the configuration reaches the guest" within 10 said out '^pad 0: 1000 '
check "as a keystroke too" within 10 said out '^key 5800 down of pad 0$'
xdotool keyup k
check "and goes up" within 10 said out '^key 5800 up of pad 0$'
xdotool keydown w
check "a stick by key" within 10 said out '^pad 0: 0000 00 00 0000 7FFF 0000 0000$'
xdotool keyup w
sleep 0.2
xdotool keydown Return keydown BackSpace
within 10 ended
xdotool keyup Return keyup BackSpace
finish
is "the program ends as its input says" "$rc $(tail -n 1 "$dir/play" | cut -d' ' -f2)" "0 end"
cp "$dir/out" "$dir/first"
"$O/xenogate" run "$O/guest/pads.xex" --gpu=model --headless --replay "$dir/play" --digest >"$dir/again" 2>/dev/null
is "its replay says and shows the same, bit by bit" "$(cat "$dir/again")" "$(cat "$dir/first")"

start pads --gpu=model --record "$dir/play" --digest
within 10 said out '^pad 0: 0000'
xdotool key x
within 10 said out '^key 5801 up'
xdotool key Escape
finish
cp "$dir/out" "$dir/first"
"$O/xenogate" run "$O/guest/pads.xex" --gpu=model --headless --replay "$dir/play" --digest >"$dir/again" 2>/dev/null
is "so does that of a run that was closed" "$? $(cat "$dir/again")" "0 $(cat "$dir/first")"
sed -i '2,/end/{/end/d}' "$dir/play"
out=$("$O/xenogate" run "$O/guest/pads.xex" --headless --replay "$dir/play" 2>&1)
is "a recording that was cut is refused" "$? $out" \
    "2 xenogate: $dir/play: the recording has no end: it was cut"

printf '%s\n' 'xenogate-input 1' '0 0 0000 0 0 0 0 0 0' '60000000 0 1000 9 0 1 -2 3 0' '150000000 end' >"$dir/play"
for gpu in model rtl; do
    "$O/xenogate" run "$O/guest/pads.xex" --gpu=$gpu --headless --replay "$dir/play" --digest >"$dir/$gpu" 2>/dev/null
done
has "a recording made by hand plays" "$(cat "$dir/model")" '^pad 0: 1000 09 00 0001 FFFE 0003 0000$'
is "on the core as on the model" "$(cat "$dir/rtl")" "$(cat "$dir/model")"

echo 'speed = 3' >>"$XDG_CONFIG_HOME/xenogate/config"
out=$("$O/xenogate" run "$O/guest/pads.xex" --headless 2>&1)
has "a mistake in the configuration is named by line" "$? $out" \
    "^2 xenogate: $XDG_CONFIG_HOME/xenogate/config:[0-9]+: there is no key 'speed'"
tap_end
