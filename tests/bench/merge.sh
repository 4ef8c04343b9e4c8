#!/bin/bash
# Merges lines "key value" of the part files into bench.json and prints them with their
# bounds. Keys of another commit are dropped.  usage: merge.sh BUILD_FOLDER PART...
set -eu
O=$1
shift
cd "$(dirname "$0")/../.."
commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
old=$(mktemp)
trap 'rm -f "$old"' EXIT
if [ -f "$O/bench.json" ] && grep -q "\"_commit\": \"$commit\"" "$O/bench.json"; then
    sed -n 's/^ *"\([a-z][^"]*\)": \([-0-9.e+]*\),\{0,1\}$/\1 \2/p' "$O/bench.json" >"$old"
fi
{
    echo "{"
    echo "  \"_commit\": \"$commit\","
    echo "  \"_host\": \"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1 | tr -d '"\\')\","
    echo "  \"_date\": \"$(date -u +%Y-%m-%dT%H:%MZ)\","
    cat "$old" "$@" | awk '{v[$1] = $2} END {for (k in v) print k, v[k]}' | LC_ALL=C sort |
        sed 's/^\([^ ]*\) \(.*\)$/  "\1": \2,/' | sed '$ s/,$//'
    echo "}"
} >"$O/bench.json.new"
mv "$O/bench.json.new" "$O/bench.json"
cat "$@" | awk -F'[ ,]' 'NR == FNR {b[$1] = $2; next} {printf "%-28s %12s   bound %s\n", $1, $2, $1 in b ? b[$1] : "-"}' \
    tests/bench/bounds.csv -
