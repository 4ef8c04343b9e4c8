"""Writes a top for place and route of a module out of context.

Every input of the module comes from a register of one long shift register and every output goes to
a register; a tree of registered XORs folds these into one pin. So all paths of the module run from
register to register and no pin counts. Inputs named clk_i or clk_*_i are the one clock.

usage: wrap.py PORTS.json MODULE > WRAP.sv      (PORTS.json: yosys write_json after hierarchy)
"""
import json
import sys


def main():
    ports = json.load(open(sys.argv[1]))["modules"][sys.argv[2]]["ports"]
    clocks, inputs, outputs = [], [], []
    for name, port in ports.items():
        if name == "clk_i" or (name.startswith("clk_") and name.endswith("_i")):
            clocks.append(name)
        elif port["direction"] == "input":
            inputs.append((name, len(port["bits"])))
        else:
            outputs.append((name, len(port["bits"])))
    ins = sum(w for _, w in inputs)
    outs = sum(w for _, w in outputs)
    levels = [outs]
    while levels[-1] > 1:
        levels.append((levels[-1] + 3) // 4)
    print("// %d inputs, %d outputs; made by constraints/report/wrap.py" % (ins, outs))
    print("module wrap (input logic clk, input logic si, output logic so);")
    print("  logic [%d:0] in_q;" % (ins - 1))
    print("  always_ff @(posedge clk) in_q <= {in_q[%d:0], si};" % (ins - 2))
    print("  logic [%d:0] outs;" % (outs - 1))
    for i, width in enumerate(levels):
        print("  logic [%d:0] x%d_q;" % (width - 1, i))
    print("  always_ff @(posedge clk) begin\n    x0_q <= outs;")
    for i in range(1, len(levels)):
        for k in range(levels[i]):
            high = min(4 * k + 3, levels[i - 1] - 1)
            print("    x%d_q[%d] <= ^x%d_q[%d:%d];" % (i, k, i - 1, high, 4 * k))
    print("  end\n  assign so = x%d_q[0];" % (len(levels) - 1))
    print("  %s u (" % sys.argv[2])
    lines = ["    .%s(clk)" % c for c in clocks]
    at = 0
    for name, width in inputs:
        lines.append("    .%s(in_q[%d:%d])" % (name, at + width - 1, at))
        at += width
    at = 0
    for name, width in outputs:
        lines.append("    .%s(outs[%d:%d])" % (name, at + width - 1, at))
        at += width
    print(",\n".join(lines))
    print("  );\nendmodule")


main()
