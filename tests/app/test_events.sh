#!/bin/bash
# `xenogate events diff` on logs made by hand and by runs, and `xenogate check`.  usage: test_events.sh BUILD_FOLDER
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
xg=$O/xenogate guest=$O/guest

call() { # COMMAND...: -> $rc, $out, $err
    timeout -k 5 60 "$xg" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    rc=$?
    out=$(<"$tmp/out") err=$(<"$tmp/err")
}
log() { # NAME LINE...: each "TIME THREAD NAME", thread - is none
    local file=$tmp/$1 t thread name
    shift
    : >"$file"
    for line; do
        read -r t thread name <<<"$line"
        [ "$thread" = - ] && thread= || thread="\"thread\":$thread,"
        printf '{"t":%s,%s"event":"call","name":"%s"}\n' "$t" "$thread" "$name" >>"$file"
    done
}
diff_of() { call events diff "$tmp/a" "$tmp/b"; }

log a "1 1 x" "2 2 y" "3 1 z" "4 - i"
log b "1 1 x" "3 1 z" "2 2 y" "4 - i" # threads in another order
diff_of
is "the order between threads does not count" "$rc $out" "0 "
has "and what was compared is said" "$err" '4 events in 3 rows are the same'

log b "1 1 x" "2 2 y" "3 1 Z" "4 1 w" "4 - i"
diff_of
is "another event: the first of its thread alone, with both lines" "$rc $out" \
    '1 {"thread":1,"number":2,"differs":"event","a_line":3,"a":{"t":3,"thread":1,"event":"call","name":"z"},"b_line":3,"b":{"t":3,"thread":1,"event":"call","name":"Z"}}'
has "in words too" "$err" 'event 2 of thread 1 is another one'

log b "1 1 x" "2 2 y" "3 1 z" "4 - i" "5 2 more" "6 3 new"
diff_of
is "one log goes on: each thread that does" "$rc $out" \
    '1 {"thread":2,"number":2,"differs":"end","a_line":null,"a":null,"b_line":5,"b":{"t":5,"thread":2,"event":"call","name":"more"}}
{"thread":3,"number":1,"differs":"end","a_line":null,"a":null,"b_line":6,"b":{"t":6,"thread":3,"event":"call","name":"new"}}'

log b "1 1 x" "2 2 y" "9 1 z" "44 - i"
diff_of
is "times differ only where nothing else does" "$rc $(grep -o '"differs":"[a-z]*"' <<<"$out" | sort | uniq -c | xargs)" \
    '1 2 differs:time'
has "events of no thread are a row of their own" "$out" '^\{"thread":null,"number":1,"differs":"time","a_line":4'
log b "1 1 x" "2 2 y" "9 1 z" "9 1 q" "44 - j"
diff_of
is "a time that differs is not the first when events part later" \
    "$(grep -o '"thread":[0-9a-z]*,"number":[0-9]*,"differs":"[a-z]*"' <<<"$out" | xargs)" \
    'thread:null,number:1,differs:event thread:1,number:3,differs:end'

echo '{"thread":1}' >>"$tmp/b"
diff_of
is "a line without a time: file and line are named" "$rc $err" "2 xenogate events diff: $tmp/b: line 6 is no event"
echo '{"t":' >"$tmp/b"
diff_of
has "so is one that is no JSON" "$rc $err" '^2 .*/b: line 1 is no event: JSON, column'
call events diff "$tmp/a" "$tmp/none"
has "and a file that is not there" "$rc $err" '^2 .*/none'
: >"$tmp/a"
: >"$tmp/b"
diff_of
is "nothing is the same as nothing" "$rc" 0
call events diff "$tmp/a"
is "one log is bad usage" "$rc" 2

call run "$guest/fence.xex" --headless --frames 3 --events "$tmp/a" --cpu=interp
call run "$guest/fence.xex" --headless --frames 3 --events "$tmp/b" --drop-stacks
diff_of
is "two engines give the same log" "$rc $out" "0 "
sed -i '0,/"event":"irq"/s//"event":"IRQ"/' "$tmp/b"
diff_of
is "one event changed in it is found" "$rc $(grep -c . <<<"$out") $(grep -c IRQ <<<"$out")" "1 1 1"

call run "$guest/clear.xex" --headless --frames 5 --digest
once=$(grep -E '^(digest|pixels|sound)' <<<"$out")
call check "$guest/clear.xex" -n 3 --stable-digest --frames 5
is "check: three runs, the digest of one" "$rc $out" "0 $once"
has "and says so" "$err" '3 runs, one digest'
call check "$guest/bad-read.xex" -n 2 --stable-digest
is "a title that fails each time fails" "$rc" 1
has "with its sentence, once" "$(grep -c 'access to unmapped memory' <<<"$err")" '^1$'
call check "$tmp/none.xex" -n 2 --stable-digest
is "a file that is not there" "$rc $err" "2 xenogate: $tmp/none.xex: cannot open: No such file or directory"
# What one run leaves in the content folder the next one finds.
mkdir "$tmp/content"
call check "$guest/contract-content.xex" -n 2 --stable-digest --content "$tmp/content"
is "what a run leaves behind makes the next one another" "$rc" 1
has "which is said with both digests" "$err" 'run 2 (has another digest|ended with)'
for bad in "" "-n 2" "--stable-digest" "-n 1 --stable-digest" "-n x --stable-digest"; do
    # shellcheck disable=SC2086 # words
    call check "$guest/clear.xex" $bad
    is "check with '$bad' is bad usage" "$rc $(grep -c . <<<"$out")" "2 0"
done
tap_end
