#!/bin/bash
# Writes docs/status.md from the tables and the built library. After a complete `make test` its
# counts are taken over into docs/status-tests.csv first. With --check nothing is written: TAP
# lines say whether the page is what its sources make it.
# usage: docs/status.sh BUILD_FOLDER [--check]
set -u
O=$1
cd "$(dirname "$0")/.." || exit 2

# The interpreter's functions are xg_op_HANDLER; a weak one stands for code that is not there.
handlers() {
    echo handler
    nm "$O/libxenogate.a" 2>/dev/null |
        awk '($2 == "T" || $2 == "t") && sub(/^xg_op_/, "", $3) { print $3 }' | sort -u
}
page() { # a command in the budget may hold commas; only its suite and seconds matter here
    "$O/bin/gen_status" docs/status-open.csv docs/status-tests.csv \
        <(cut -d, -f1,2 tests/budget.csv) host/kernel/exports.csv host/cpu/instructions.csv \
        <(handlers)
}

if [ "${2:-}" = --check ]; then
    . tests/support/tap.sh
    check "docs/status.md is what its sources make it (make status)" diff docs/status.md <(page)
    tap_end
fi
if [ -e "$O/logs/results.csv" ]; then
    cut -d, -f1-3 "$O/logs/results.csv" >docs/status-tests.csv
fi
page >"$O/status.md.new" && mv "$O/status.md.new" docs/status.md
