"""Prints area and longest paths by module after place and route, and writes the figures.

usage: table.py FOLDER full|quick     (FOLDER: wrap.json, report8.json, report6.json)
"""
import json
import os
import sys
from collections import defaultdict


def module_of(cell):
    """u.u_core.u_copy.x_q_LUT4_Z -> u_core.u_copy; wrapper cells -> (wrapper)."""
    parts = cell.split(".")
    if parts[0] != "u":
        return "(wrapper)" if not cell.startswith("$") else "(carry ends)"
    path = []
    for part in parts[1:-1]:
        if not part.startswith(("u_", "g_")):
            break
        path.append(part)
    return ".".join(path) or "(top)"


def area(folder):
    """LUT4 by module, as the synthesis left it: a carry cell is two, a small RAM four and its port two."""
    cells = json.load(open(os.path.join(folder, "wrap.json")))["modules"]["wrap"]["cells"]
    weight = {"LUT4": 1, "CCU2C": 2, "TRELLIS_DPR16X4": 6}
    luts, flops = defaultdict(int), defaultdict(int)
    for name, cell in cells.items():
        module = module_of(name)
        luts[module] += weight.get(cell["type"], 0)
        flops[module] += cell["type"] == "TRELLIS_FF"
    return luts, flops


def worst_arrivals(report):
    """Latest arrival at a register or RAM of each module, in ns, with the register's name."""
    worst = {}
    for net in report["detailed_net_timings"]:
        for end in net["endpoints"]:
            if not end["event"].startswith("posedge"):
                continue
            module = module_of(end["cell"])
            if end["delay"][1] > worst.get(module, (0, ""))[0]:
                worst[module] = (end["delay"][1], end["cell"])
    return worst


def critical(report):
    """The modules along the longest path, in order, with the time spent in each."""
    steps, total = [], 0.0
    for path in report["critical_paths"]:
        if not (path["from"].startswith("posedge") and path["to"].startswith("posedge")):
            continue
        for step in path["path"]:
            total += step["delay"]
            module = module_of(step["to"]["cell"])
            if module == "(carry ends)" and steps:
                module = steps[-1][0]
            if not steps or steps[-1][0] != module:
                steps.append([module, 0.0])
            steps[-1][1] += step["delay"]
        first, last = path["path"][0]["from"]["cell"], path["path"][-1]["to"]["cell"]
        return total, first, last, steps
    return 0.0, "", "", []


def main():
    folder, mode = sys.argv[1:3]
    luts, flops = area(folder)
    reports = {}
    for grade in (8, 6) if mode == "full" else (8,):
        reports[grade] = json.load(open(os.path.join(folder, "report%d.json" % grade)))
    use = reports[8]["utilization"]
    wrapper = luts["(wrapper)"]
    fmax = {}
    for grade, report in reports.items():
        fmax[grade] = min(c["achieved"] for c in report["fmax"].values())
    figures = {
        "fpga.l0l2.lut4": use["TRELLIS_COMB"]["used"] - wrapper,
        "fpga.l0l2.dsp": use["MULT18X18D"]["used"],
        "fpga.l0l2.ebr": use["DP16KD"]["used"],
        "fpga.l0l2.fmax_mhz": round(fmax[8], 1),
    }
    if 6 in fmax:
        figures["fpga.l0l2.fmax6_mhz"] = round(fmax[6], 1)
    worst = worst_arrivals(reports[8])
    print("%-36s %7s %7s %9s  %s" % ("module", "LUT4", "flops", "ns", "latest register (speed grade 8)"))
    for module in sorted(set(luts) | set(worst), key=lambda m: -worst.get(m, (0, ""))[0]):
        delay, cell = worst.get(module, (0.0, ""))
        print("%-36s %7d %7d %9.2f  %s" % (module, luts[module], flops[module], delay, cell.split(".")[-1]))
    for grade, report in reports.items():
        total, first, last, steps = critical(report)
        print("\nlongest path, speed grade %d: %.2f ns" % (grade, total))
        print("  from %s\n  to   %s" % (first, last))
        for module, delay in steps:
            print("  %-36s %6.2f ns" % (module, delay))
    print("\nwrapper taken off: %d LUT4" % wrapper)
    with open(os.path.join(folder, "figures.txt"), "w") as out:
        for key, value in figures.items():
            print("%-24s %s" % (key, value))
            print(key, value, file=out)


main()
