#!/bin/bash
# xg_litedram_port against LiteDRAM itself (crossbar, bank machines, refresher, over LiteDRAM's model of a PHY and a memory),
# made by its generator: the bench of tests/board/tb_litedram.sv with sim/board/litedram_real.sv in the place of the model. Wants
# PyPI once; not in make test. usage: litedram.sh BUILD_FOLDER     (make litedram-check)
set -u
export LC_ALL=C.UTF-8
O=$1
. tests/support/tap.sh
D=$O/ecpix5/litedram-check
venv=$O/venv-litedram-check
mkdir -p "$D/made"
if [ ! -x "$venv/bin/litedram_gen" ]; then
    python3 -m venv "$venv" &&
        "$venv/bin/pip" install -q --disable-pip-version-check --no-deps --require-hashes -r constraints/ecpix5/requirements.txt \
            -r tests/board/litedram-requirements.txt || exit 1
fi
# A smaller memory and, in it, the 4,096 words a bank that the bench reaches, which begin as zeros. The generator ends with an
# error behind its work: what would run a simulation of its own is not installed.
sed 's/MT41K256M16/MT41K64M16/; s/SYS_MHZ/60/' constraints/ecpix5/litedram.yml >"$D/litedram.yml"
"$venv/bin/litedram_gen" --sim --no-compile --name litedram_core --output-dir "$D/made" "$D/litedram.yml" >"$D/log" 2>&1
sed -E 's/^reg \[127:0\] (mem[_0-9]*)\[0:1048575\];/reg [127:0] \1[0:4095];\ninteger k_\1;\ninitial for (k_\1 = 0; k_\1 < 4096; k_\1 = k_\1 + 1) \1[k_\1] = 128'"'"'d0;/' \
    "$D/made/gateware/litedram_core.v" >"$D/litedram_core.v"
if ! grep -q 'k_mem_7' "$D/litedram_core.v"; then
    not_ok "LiteDRAM's generator makes a controller for simulation" "$(tail -n 3 "$D/log")"
    tap_end
fi
iverilog -g2012 -Irtl -s tb_litedram -o "$D/bench" rtl/common/xg_fifo.sv rtl/common/xg_ram.sv rtl/board/ecpix5/xg_litedram_port.sv \
    sim/board/litedram_real.sv "$D/litedram_core.v" tests/board/tb_litedram.sv 2>"$D/bench.log" || tail -n 3 "$D/bench.log"
timeout 600 vvp -n "$D/bench" >"$D/out"
while read -r line; do
    case $line in
    "ok "*) ok "LiteDRAM itself: ${line#* - }" ;;
    "not ok"*) not_ok "LiteDRAM itself: ${line#* - }" ;;
    *) echo "# $line" ;;
    esac
done <"$D/out"
grep -q '^1\.\.' "$D/out" || not_ok "the bench comes to its end"
tap_end
