// Binds the Verilated ECPIX-5 to xg_ecpix5_sim.h: two clocks, pins in, pins out, and the words of
// its memory.
#include "xg_ecpix5_sim.h"

#include "Vxg_ecpix5_sim.h"
#include "Vxg_ecpix5_sim__Dpi.h"
#include "verilated.h"

#include <cstdlib>
#include <cstring>
#include <new>

namespace
{
constexpr uint64_t USB_PS = 16667;  // 60 MHz
constexpr uint64_t CORE_PS = 15625; // 64 MHz
constexpr unsigned RESET_EDGES = 16;
constexpr size_t MEMORY = 512u << 20, WORD = 16;
uint8_t *memory; // of the one board; the host gives it pages as they are written
} // namespace

struct xg_ecpix5_sim {
    VerilatedContext context;
    Vxg_ecpix5_sim *top = nullptr;
    uint64_t now = 0, next_core = 0, cycles = 0;
};

extern "C" {

void xg_litedram_read(int address, svBitVecVal *data)
{
    memcpy(data, memory + WORD * (unsigned)address, WORD);
}

void xg_litedram_write(int address, const svBitVecVal *data, int strobes)
{
    for (unsigned i = 0; i < WORD; i++)
        if (strobes >> i & 1)
            memory[WORD * (unsigned)address + i] = (uint8_t)(data[i / 4] >> 8 * (i % 4));
}

// Edges of the core's clock up to `until`.
static void run_core(xg_ecpix5_sim *b, uint64_t until)
{
    for (; b->next_core <= until; b->next_core += CORE_PS / 2) {
        b->top->clk_i = !b->top->clk_i;
        b->top->eval();
        b->cycles += b->top->clk_i;
    }
}

void xg_ecpix5_sim_clock(xg_ecpix5_sim *b, xg_ulpi_pins *pins)
{
    Vxg_ecpix5_sim *t = b->top;
    t->ulpi_dir_i = pins->dir;
    t->ulpi_nxt_i = pins->nxt;
    t->ulpi_data_i = pins->from_phy;
    t->phy_drive_i = pins->phy_drives;
    run_core(b, b->now);
    t->eval();
    pins->stp = t->ulpi_stp_o;
    pins->drives = t->ulpi_drive_o;
    pins->to_phy = t->ulpi_data_o;
    pins->reset = t->phy_rst_o;
    t->ulpi_clk_i = 1;
    t->eval();
    b->now += USB_PS / 2;
    run_core(b, b->now);
    t->ulpi_clk_i = 0;
    t->eval();
    b->now += USB_PS - USB_PS / 2;
}

void xg_ecpix5_sim_reset(xg_ecpix5_sim *b)
{
    xg_ulpi_pins pins = {};
    pins.dir = pins.phy_drives = true;
    b->top->rst_i = 1;
    for (unsigned i = 0; i < RESET_EDGES; i++)
        xg_ecpix5_sim_clock(b, &pins);
    b->top->rst_i = 0;
    for (unsigned i = 0; i < 4 * RESET_EDGES; i++) // the board holds its own reset for a while
        xg_ecpix5_sim_clock(b, &pins);
}

xg_ecpix5_sim *xg_ecpix5_sim_create(unsigned stall)
{
    xg_ecpix5_sim *b = new (std::nothrow) xg_ecpix5_sim;
    if (!b)
        return nullptr;
    free(memory);
    memory = static_cast<uint8_t *>(calloc(MEMORY, 1));
    b->top = memory ? new (std::nothrow) Vxg_ecpix5_sim(&b->context) : nullptr;
    if (!b->top) {
        delete b;
        return nullptr;
    }
    b->top->stall_i = stall & 15;
    xg_ecpix5_sim_reset(b);
    return b;
}

void xg_ecpix5_sim_destroy(xg_ecpix5_sim *b)
{
    if (!b)
        return;
    b->top->final();
    delete b->top;
    delete b;
    free(memory);
    memory = nullptr;
}

uint64_t xg_ecpix5_sim_cycles(const xg_ecpix5_sim *b)
{
    return b->cycles;
}

uint32_t xg_ecpix5_sim_errors(const xg_ecpix5_sim *b)
{
    return b->top->memory_errors_o;
}

} // extern "C"
