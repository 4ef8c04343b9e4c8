// Parts of the clock (docs/rtl.md, "Clocks") as bits: bit XG_PART_clk_... is set where that part
// runs.
#ifndef XG_PARTS_H
#define XG_PARTS_H

#define XG_PARTS(X)                                                                                \
    X(clk_i)                                                                                       \
    X(clk_host_i)                                                                                  \
    X(clk_tx_i)                                                                                    \
    X(clk_mem_i)                                                                                   \
    X(clk_cp_i)                                                                                    \
    X(clk_copy_i)                                                                                  \
    X(clk_line_i)                                                                                  \
    X(clk_lane_i)                                                                                  \
    X(clk_edram_i)                                                                                 \
    X(clk_eff_i)                                                                                   \
    X(clk_pause_i)

enum xg_part {
#define PART(clock) XG_PART_##clock,
    XG_PARTS(PART)
#undef PART
};

// A rising edge of these parts of the clock, in code made by sim/edges for sets of parts that often
// run together. Absent where Verilator did not write what sim/edges knows.
class Vxg_sim_top___024root;
void xg_sim_edge(Vxg_sim_top___024root *root, unsigned parts) __attribute__((weak));

#endif
