#!/bin/bash
# Checks the direction of #include "..." between the layers (docs/building.md, "Layers"): a file
# may use only its own folder and what stands before it.
#   base  memory  cpu,gpu,vfs,audio,input  loader  kernel  inspect  machine  app
# driver and sim use base, gpu and each other's headers; only app may use driver and sim.
# usage: layers.sh ROOT    prints FILE:LINE: sentence for each violation, exit 1 if there is one
set -u
cd "$1" || exit 2
mapfile -t files < <(find host driver sim \( -name '*.[ch]' -o -name '*.cpp' \) 2>/dev/null | LC_ALL=C sort)
[ ${#files[@]} -gt 0 ] || exit 0
awk '
BEGIN {
    n = split("base memory cpu,gpu,vfs,audio,input loader kernel inspect machine app", row, " ")
    for (r = 1; r <= n; r++) {
        m = split(row[r], part, ",")
        for (i = 1; i <= m; i++) rank[part[i]] = r
    }
    rank["driver"] = rank["sim"] = 0
}
function complain(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text
    bad = 1
}
FNR == 1 {
    split(FILENAME, dir, "/")
    own = dir[1] == "host" ? dir[2] : dir[1]
    if (!(own in rank)) complain("host/" own " is no layer: add it to tests/support/layers.sh and docs/building.md")
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
    name = $0
    sub(/^[^"]*"/, "", name)
    sub(/".*/, "", name)
    if (name ~ /\.\./) { complain("\"" name "\" climbs out of its folder"); next }
    if (name !~ /\//) next # beside the file, or generated beside its layer
    split(name, part, "/")
    used = part[1] == "host" ? part[2] : part[1]
    if (used == own) next
    if (!(used in rank)) { complain("\"" name "\" is in no known layer"); next }
    if (own == "driver" || own == "sim") {
        if (used != "base" && used != "gpu" && used != "driver" && used != "sim")
            complain(own " may use base and gpu only, not \"" name "\"")
    } else if (used == "driver" || used == "sim") {
        if (own != "app") complain("only app may use \"" name "\"")
    } else if (rank[used] >= rank[own])
        complain(own " may not use \"" name "\": " used " does not stand before it")
}
END { exit bad }
' "${files[@]}"
