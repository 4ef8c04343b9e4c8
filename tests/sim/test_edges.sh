#!/bin/bash
# Sets of parts of the clock in the model of the core (sim/edges). usage: test_edges.sh BUILD_FOLDER. Prints TAP.
set -u
O=$1
cd "$(dirname "$0")/../.." || exit 2
root=Vxg_sim_top___024root model=$O/sim/rtl W=$O/tests/edges
rm -rf "$W"
mkdir -p "$W"
cp "$model/$root"__DepSet_*__[0-9].cpp "$W"
. tests/support/tap.sh
rows=$(($(wc -l <sim/edges.csv) - 1))
entries() { # how many
    sim/edges "$W" sim/edges.csv && [ "$(grep -c '^  case .*edge_of<' "$W/xg_edges.cpp")" -eq "$1" ]
}
questions() { # is every one of the model's there, with the name of its clock?
    local there named
    there=$(awk -v head="void ${root}___eval_nba($root* vlSelf) {" '$0 == head { on = 1; next } on { print } on && /^}/ { exit }' "$W"/*DepSet* |
        grep -o 'VnbaTriggered' | wc -l)
    named=$(grep -o 'RISES(clk_[a-z_]*)' "$W/xg_edges.cpp" | wc -l)
    echo "$there in the model, $named named"
    [ "$there" -gt 50 ] && [ "$named" -eq "$there" ]
}
pieces() { # the model's pieces in the model's order
    diff <(grep -ho 'nba_[a-z]*__TOP__[0-9]*(vlSelf);' "$W/xg_edges.cpp") \
        <(awk -v head="void ${root}___eval_nba($root* vlSelf) {" '$0 == head { on = 1; next } on { print } on && /^}/ { exit }' "$W"/*DepSet* |
            grep -o 'nba_[a-z]*__TOP__[0-9]*(vlSelf);')
}
known() { # every set of the table is one of parts that there are, and is there once
    tail -n +2 sim/edges.csv | cut -d, -f1 | tr ' ' '\n' | sort -u | while read -r part; do
        grep -q "X(clk_${part}_i)" sim/xg_parts.h || { echo "no part $part"; exit 1; }
    done && [ -z "$(tail -n +2 sim/edges.csv | cut -d, -f1 | sort | uniq -d)" ]
}
in_use() {
    nm -C "$O/xenogate" 2>/dev/null | grep ' [TW] xg_sim_edge('
}
other() { # sed expression: written by another Verilator
    sed -i "$1" "$W"/*DepSet*.cpp && sim/edges "$W" sim/edges.csv && [ ! -s "$W/xg_edges.cpp" ]
}
check "every set of the table has an entry" entries "$rows"
check "every question of the model is named after its clock" questions
check "all pieces of the model are in it, in order" pieces
check "without a table there is the entry for all" bash -c "sim/edges '$W' && [ -s '$W/xg_edges.cpp' ] && ! grep -q 'edge_of<.*(r);' '$W/xg_edges.cpp'"
check "the parts of the table's sets exist and no set is there twice" known
check "the core of the program has it" in_use
check "a clock that is none of the parts: the model's own entry is taken" other 's/__Vtrigrprev__TOP__clk_tx_i/__Vtrigrprev__TOP__made_clk/g'
check "other names: the model's own entry is taken" other 's/__VactTriggered/__VactFlags/g'
tap_end
