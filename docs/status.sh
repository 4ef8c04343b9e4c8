#!/bin/bash
# docs/status.md is what its tables make it: it lists nothing that they do not hold.
# Written anew without --check; with it nothing is written, and TAP lines say whether a table
# (suites and seconds, exports, instructions, what is not met) changed without `make status`.
# What a suite proves is the first sentence of its source; it may be out of date on the page.
# usage: docs/status.sh BUILD_FOLDER [--check]
# Environment: XG_STATUS_PAGE, XG_BUDGET the page and the list of suites (for the test).
set -u
export LC_ALL=C.UTF-8
O=$1
cd "$(dirname "$0")/.." || exit 2
page=${XG_STATUS_PAGE:-docs/status.md}
budget=${XG_BUDGET:-tests/budget.csv}

# The interpreter's functions are xg_op_HANDLER; a weak one stands for code that is not there.
handlers() {
    echo handler
    nm "$O/libxenogate.a" 2>/dev/null |
        awk '($2 == "T" || $2 == "t") && sub(/^xg_op_/, "", $3) { print $3 }' | sort -u
}

source_of() { # COMMAND: the file that holds the suite
    local word
    # shellcheck disable=SC2086  # the command's words
    for word in $1; do
        word=${word//\"/}
        case $word in
        tests/support/with-display) ;;
        '$O'/tests/test_*) find tests -name "${word##*/}.c" && return ;;
        *) [ -f "$word" ] && echo "$word" && return ;;
        esac
    done
}
first_sentence() { # FILE: of its first comment, without markup
    awk 'NR == 1 && /^#!/ { next }
        /^#|^\/\*| \*/ { line = $0; sub(/^(#|\/\*| \*\/?) ?/, "", line); end = sub(/ *\*\/$/, "", line)
            if (line == "" || line ~ /^usage:/) exit
            text = text (text == "" ? "" : " ") line
            if (end || text ~ /[.;] /) exit
            next }
        { exit }
        END { sub(/[.;] .*/, ".", text); sub(/:$/, ".", text); if (text !~ /\.$/) text = text "."; gsub(/"/, "\047", text); gsub(/\|/, "or", text); print text }' "$1"
}
suites() {
    local suite seconds command src
    echo suite,seconds,proves
    while IFS=, read -r suite seconds command || [ -n "$suite" ]; do
        case $suite in suite | '' | \#*) continue ;; esac
        src=$(source_of "$command")
        echo "$suite,$seconds,\"$([ -z "$src" ] || first_sentence "$src")\""
    done <"$budget"
}
write() {
    "$O/bin/gen_status" docs/status-open.csv <(suites) host/kernel/exports.csv \
        host/cpu/instructions.csv <(handlers)
}
tables() { sed -E '/^## Tests/,/^## /s/^(\| [^|]*\| [^|]*\|).*/\1/'; }

if [ "${2:-}" = --check ]; then
    . tests/support/tap.sh
    current() {
        diff --label "$page" --label "its tables" -U0 <(tables <"$page") <(write | tables) && return
        echo "A table changed and the page did not: run  make status  and commit docs/status.md"
        return 1
    }
    check "docs/status.md is what its tables make it (make status)" current
    tap_end
fi
write >"$O/status.md.new" && mv "$O/status.md.new" "$page"
