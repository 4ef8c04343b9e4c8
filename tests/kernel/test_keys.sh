#!/bin/bash
# Calls that need a key of a console, with keys of the user's file and without.
# usage: test_keys.sh BUILD_FOLDER
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
export XDG_DATA_HOME=$tmp/data XDG_CONFIG_HOME=$tmp
play() { said=$(timeout 60 "$O/xenogate" run "$O/guest/contract-keys.xex" --gpu=model --headless "$@" 2>&1); rc=$?; }

play
has "a key that is missing is named" "$said" "the key file has no line 'xekey19'"
is "and every call that needs it fails as it should" "$rc $(grep -c FAIL <<<"$said")" "0 0"
cat >"$tmp/keys" <<'KEYS'
xekey17 = 00000000000000000000000000000000
XEKEY19 = 000102030405060708090a0b0c0d0e0f
KEYS
play --keys "$tmp/keys"
has "the keys of the user's file are used" "$said" '^with keys$'
is "every call does what it should" "$rc $(grep FAIL <<<"$said")" "0 "
has "others are still missing" "$said" "the key file has no line 'xekey18'"
first=$said
play --keys "$tmp/keys" --cpu=interp
is "random bytes are the same in every run" "$said" "$first"
tap_end
