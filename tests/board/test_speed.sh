#!/bin/bash
# The link carries what the FT232H can, less a tenth: usage test_speed.sh BUILD_FOLDER (tests/board/link_speed.c).
set -u
share=$("$1/tests/link-speed" 2>/dev/null)
if awk -v s="$share" 'BEGIN { exit !(s >= 0.9 && s < 1) }'; then
    echo "ok 1 - payload is $share of what the FT232H model carries, 0.9 at least"
else
    echo "not ok 1 - payload is '$share' of what the FT232H model carries, not 0.9"
fi
echo 1..1
