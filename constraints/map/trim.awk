# Takes off carry cells in Yosys' JSON what nextpnr would make a cell for, though nobody needs it: a carry out that nobody reads, and the
# constant carry into a cell whose first half does not look at it (constraints/map/carry.v).
# usage: awk -f constraints/map/trim.awk FILE FILE (the first time it counts)
FNR == 1 { pass++; nets = 0 }
/"cells": \{/ { nets = 0 }
/"netnames": \{/ { nets = 1 }
pass == 1 {
    if (!nets && match($0, /": \[ .*\]/)) {
        n = split(substr($0, RSTART + 4), bit, /[^0-9]+/)
        for (i = 1; i <= n; i++) if (bit[i] != "") ends[bit[i]]++
    }
    next
}
!nets && /"INIT0": / { alone = /"0000[01]*"/ }
!nets && /"CIN": \[ "[01x]" \]/ && alone { sub(/\[ "[01x]" \]/, "[ \"x\" ]") }
!nets && match($0, /"COUT": \[ [0-9]+ \]/) {
    bits = substr($0, RSTART + 10, RLENGTH - 12)
    if (ends[bits] == 1) sub(/\[ [0-9]+ \]/, "[ \"x\" ]")
}
{ print }
