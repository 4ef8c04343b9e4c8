#!/bin/bash
# docs/status.sh --check fails when a table changed without `make status`, and only then.
# usage: test_status.sh BUILD_FOLDER
set -u
O=$1
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
export XG_STATUS_PAGE=$dir/status.md XG_BUDGET=$dir/budget.csv
# shellcheck disable=SC2016  # $O belongs to the command
printf 'suite,seconds,command\nbase,5,$O/tests/test_base\nlayers,3,tests/unit/test_layers.sh\n' >"$XG_BUDGET"
docs/status.sh "$O"
verdict() { docs/status.sh "$O" --check 2>&1; }

has "a page just written is current" "$(verdict)" '^ok 1'
has "a suite has its seconds and its source's first sentence" "$(cat "$XG_STATUS_PAGE")" \
    '^\| base \| 5 \| base: endian accessors, errors, the CSV reader. \|$'
is "seconds are added up" "$(grep -c '^| \*\*all\*\* | \*\*8\*\* |' "$XG_STATUS_PAGE")" 1
rows=$(awk -F, 'NR > 1 && $1 == "xam"' host/kernel/exports.csv | wc -l)
is "every export of a module is in one cell" "$(awk -F'|' '/^\| xam /{ n += $4 + $5 + $6 + $7 } END { print n }' "$XG_STATUS_PAGE")" "$rows"

sed -i 's/endian accessors/something else/' "$XG_STATUS_PAGE"
has "a reworded source alone is no failure" "$(verdict)" '^ok 1'
sed -i 's/^layers,3/layers,4/' "$XG_BUDGET"
out=$(verdict)
has "other seconds are one" "$out" '^not ok 1'
has "the line is shown" "$out" '^# \+\| layers \| 4 \|$'
has "and the command that mends it" "$out" 'run  make status '
docs/status.sh "$O"
has "which mends it" "$(verdict)" '^ok 1'
sed -i '/^| XO |/d' "$XG_STATUS_PAGE"
has "a line that is gone is a failure" "$(verdict)" '^not ok 1'
tap_end
