// Binds the Verilated board to xg_board_sim.h. Kept thin: two clocks, pins in, pins out.
#include "xg_board_sim.h"

#include "Vxg_board_sim.h"
#include "verilated.h"

#include "screen.hpp"

#include <new>

namespace
{
constexpr uint64_t FT_PS = 16667;   // 60 MHz
constexpr uint64_t CORE_PS = 15625; // 64 MHz
constexpr unsigned RESET_EDGES = 16;
constexpr uint64_t BAUD_PS =
    127000;                       // 1.6 % slower than the board's, as 3 Mbaud are than 64 MHz / 21
constexpr uint64_t BIT_PS = 8000; // 125 MHz: two bits a lane
constexpr unsigned BITS_A_PIXEL = 5;
constexpr unsigned PICTURE_LIMIT = 3 * 800 * 525; // pixels until a picture must have come
} // namespace

struct xg_board_sim {
    VerilatedContext context;
    Vxg_board_sim *top = nullptr;
    uint64_t now = 0, next_core = 0, cycles = 0;
    screen display;
};

extern "C" {

// Edges of the core's clock up to `until`.
static void run_core(xg_board_sim *b, uint64_t until)
{
    for (; b->next_core <= until; b->next_core += CORE_PS / 2) {
        b->top->clk_i = !b->top->clk_i;
        b->top->eval();
        b->cycles += b->top->clk_i;
    }
}

void xg_board_sim_clock(xg_board_sim *b, xg_board_pins *pins)
{
    Vxg_board_sim *t = b->top;
    t->ft_rxf_n_i = pins->rxf_n;
    t->ft_txe_n_i = pins->txe_n;
    t->ft_data_i = pins->from_chip;
    run_core(b, b->now);
    t->eval();
    pins->oe_n = t->ft_oe_n_o;
    pins->rd_n = t->ft_rd_n_o;
    pins->wr_n = t->ft_wr_n_o;
    pins->siwu_n = t->ft_siwu_n_o;
    pins->to_chip = t->ft_data_o;
    t->ft_clk_i = 1;
    t->eval();
    b->now += FT_PS / 2;
    run_core(b, b->now);
    t->ft_clk_i = 0;
    t->eval();
    b->now += FT_PS - FT_PS / 2;
}

void xg_board_sim_reset(xg_board_sim *b)
{
    xg_board_pins pins = {};
    pins.rxf_n = pins.txe_n = true;
    b->top->locked_i = 0;
    for (unsigned i = 0; i < RESET_EDGES; i++)
        xg_board_sim_clock(b, &pins);
    b->top->locked_i = 1;
    b->now += RESET_EDGES * 4 * CORE_PS; // the board holds its own reset for a while
    run_core(b, b->now);
}

// Half a cycle of the bit clock: what the pins show at its end.
static unsigned run_bit(xg_board_sim *b, bool high)
{
    run_core(b, b->now);
    b->top->clk_bit_i = high;
    b->top->eval();
    b->now += BIT_PS / 2;
    return b->top->gpdi_o;
}

// The FIFO's clock stands still meanwhile, as the chip's does when nobody uses it.
const char *xg_board_sim_picture(xg_board_sim *b, uint8_t *rgb)
{
    b->display.start(rgb);
    for (unsigned pixel = 0; pixel < PICTURE_LIMIT && !b->display.done(); pixel++)
        for (unsigned bit = 0; bit < BITS_A_PIXEL; bit++) {
            // The pixel's clock is low for two bits and high for three.
            b->top->clk_pixel_i = bit >= 2;
            unsigned first = run_bit(b, true);
            b->display.take(first, run_bit(b, false));
        }
    return b->display.verdict();
}

uint32_t xg_board_sim_underruns(const xg_board_sim *b)
{
    return b->top->underruns_o;
}

static xg_board_sim *create(bool serial)
{
    xg_board_sim *b = new (std::nothrow) xg_board_sim;
    if (!b)
        return nullptr;
    b->top = new (std::nothrow) Vxg_board_sim(&b->context);
    if (!b->top) {
        delete b;
        return nullptr;
    }
    b->top->serial_i = serial;
    b->top->uart_rx_i = 1;
    xg_board_sim_reset(b);
    return b;
}

xg_board_sim *xg_board_sim_create(void)
{
    return create(false);
}

xg_board_sim *xg_board_sim_create_serial(void)
{
    return create(true);
}

bool xg_board_sim_serial_quarter(xg_board_sim *b, bool level)
{
    b->top->uart_rx_i = level;
    b->now += BAUD_PS / 4;
    run_core(b, b->now);
    return b->top->uart_tx_o;
}

void xg_board_sim_destroy(xg_board_sim *b)
{
    if (!b)
        return;
    b->top->final();
    delete b->top;
    delete b;
}

uint64_t xg_board_sim_cycles(const xg_board_sim *b)
{
    return b->cycles;
}

uint32_t xg_board_sim_errors(const xg_board_sim *b)
{
    return b->top->sdram_errors_o;
}

} // extern "C"
