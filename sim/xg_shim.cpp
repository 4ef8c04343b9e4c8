// Binds the Verilated model to sim/xg_sim.h. Kept thin: per clock one word in, one word out.
#include "xg_sim.h"

#include "Vxg_sim_top.h"
#include "verilated.h"
#include "xg_parts.h"

#ifdef XG_WAVE
#include "verilated_vcd_c.h"

#include <cstdio>
#include <cstdlib>
#endif
#include <cstring>
#include <new>
#include <sys/mman.h>
#if VM_COVERAGE
#include "verilated_cov.h"

#include <cstdlib>
#include <string>
#include <unistd.h>
#endif

namespace
{
constexpr size_t QUEUE = 1u << 16; // words each way
constexpr unsigned QUIET = 8;      // clocks of silence that end a step

void *map_zeros(size_t bytes)
{
    void *p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? nullptr : p;
}
} // namespace

struct xg_sim {
    VerilatedContext context;
    Vxg_sim_top *top = nullptr;
    uint8_t *board = nullptr, *edram = nullptr;
    Vxg_sim_top___024root *root = nullptr;
    bool all_clocks = false, stalls = false;
    bool by_eval = true; // for a waveform; for all clocks; where there is nothing else
    uint32_t random = 1;
    uint64_t cycles = 0, busy = 0;
    size_t in_head = 0, in_tail = 0, out_head = 0, out_tail = 0; // free-running
    uint32_t in[QUEUE], out[QUEUE];
#ifdef XG_WAVE
    VerilatedVcdC *wave = nullptr;
    uint32_t wave_packet = 0, packet = 0;
    uint64_t wave_cycles = 0;
#endif
};

extern "C" {

// The imports of xg_sim_top.
unsigned long long xg_sim_take(unsigned long long host)
{
    xg_sim *s = reinterpret_cast<xg_sim *>(host);
    if (s->in_head == s->in_tail)
        return 0;
    return 1ull << 32 | s->in[s->in_head++ % QUEUE];
}

unsigned char xg_sim_room(unsigned long long host)
{
    const xg_sim *s = reinterpret_cast<const xg_sim *>(host);
    return s->out_tail - s->out_head < QUEUE;
}

unsigned char xg_sim_give(unsigned long long host, unsigned int data)
{
    xg_sim *s = reinterpret_cast<xg_sim *>(host);
    s->out[s->out_tail++ % QUEUE] = data;
    return s->out_tail - s->out_head < QUEUE;
}

unsigned long long xg_sim_load(unsigned long long base, int word)
{
    uint64_t v;
    std::memcpy(&v, reinterpret_cast<const uint8_t *>(base) + (size_t)word * 8, 8);
    return v;
}

void xg_sim_store(unsigned long long base, int word, unsigned long long data, char strobe)
{
    uint8_t *p = reinterpret_cast<uint8_t *>(base) + (size_t)word * 8;
    if ((unsigned char)strobe == 0xFF) {
        std::memcpy(p, &data, 8);
        return;
    }
    for (unsigned i = 0; i < 8; i++)
        if ((unsigned char)strobe >> i & 1)
            p[i] = (uint8_t)(data >> 8 * i);
}

#ifdef XG_WAVE
void xg_sim_packet(unsigned long long host, unsigned int packet)
{
    reinterpret_cast<xg_sim *>(host)->packet = packet;
}
#endif

} // extern "C"

// ---- one clock ------------------------------------------------------------------------------
namespace
{
// The parts of the clock that run in the next cycle.
unsigned choose_parts(const struct xg_sim *s)
{
    const Vxg_sim_top *t = s->top;
    unsigned parts = 1u << XG_PART_clk_i;
#define WAKE(part, wake) parts |= (unsigned)(wake) << XG_PART_clk_##part##_i
    WAKE(host, t->wake_host_o | (s->in_head != s->in_tail));
    WAKE(tx, t->wake_tx_o);
    WAKE(mem, t->wake_mem_o);
    WAKE(cp, t->wake_cp_o | t->wake_setup_o);
    WAKE(copy, t->wake_copy_o);
    WAKE(line, t->wake_line_o);
    WAKE(lane, t->wake_lane_o);
    WAKE(edram, t->wake_edram_o);
    WAKE(eff, t->wake_eff_o);
    WAKE(pause, s->stalls);
#undef WAKE
    return parts;
}

void set_clocks(Vxg_sim_top *t, unsigned parts)
{
#define SET(clock) t->clock = parts >> XG_PART_##clock & 1;
    XG_PARTS(SET)
#undef SET
}

// xorshift; one bit a port.
void draw_pauses(struct xg_sim *s)
{
    s->random ^= s->random << 13;
    s->random ^= s->random >> 17;
    s->random ^= s->random << 5;
    s->top->pause_i = s->random >> 25;
}

#ifdef XG_WAVE
// `make wave`: all signals while the packet $XG_WAVE_PACKET is under way, to the file $XG_WAVE_FILE.
void wave_open(struct xg_sim *s)
{
    const char *file = std::getenv("XG_WAVE_FILE"), *packet = std::getenv("XG_WAVE_PACKET");
    if (!file || !packet)
        return;
    s->context.traceEverOn(true);
    s->wave = new VerilatedVcdC;
    s->wave_packet = (uint32_t)std::strtoul(packet, nullptr, 0);
    s->top->trace(s->wave, 99);
    s->wave->open(file);
}

void wave_close(struct xg_sim *s)
{
    if (!s->wave)
        return;
    s->wave->close();
    delete s->wave;
    std::fprintf(stderr, "wave: packet %u took %llu cycles\n", s->wave_packet,
                 (unsigned long long)s->wave_cycles);
}

void record(struct xg_sim *s, unsigned half)
{
    if (!s->wave || s->packet != s->wave_packet)
        return;
    s->wave->dump(2 * s->cycles + half);
    s->wave_cycles += half;
}
#else
void wave_open(struct xg_sim *) {}
void wave_close(struct xg_sim *) {}
void record(struct xg_sim *, unsigned) {}
#endif

// A rising edge of these parts by the model's own public entry. xg_sim_edge() does the same without
// the falling edge, on which nothing depends, and without looking for clocks made by the design, of
// which there are none.
void edge_by_eval(struct xg_sim *s, unsigned parts)
{
    set_clocks(s->top, parts);
    s->top->eval();
    record(s, 0);
    set_clocks(s->top, 0);
    s->top->eval();
    record(s, 1);
}

void clock_once(struct xg_sim *s)
{
    const unsigned parts = s->all_clocks ? ~0u : choose_parts(s);
    if (s->stalls)
        draw_pauses(s);
    if (s->by_eval)
        edge_by_eval(s, parts);
    else
        xg_sim_edge(s->root, parts);
    s->cycles++;
}
} // namespace

extern "C" {
struct xg_sim *xg_sim_create(const struct xg_sim_options *options)
{
    struct xg_sim *s = new (std::nothrow) xg_sim;
    if (!s)
        return nullptr;
    s->board = static_cast<uint8_t *>(map_zeros(XG_SIM_BOARD_BYTES));
    s->edram = static_cast<uint8_t *>(map_zeros(XG_SIM_EDRAM_BYTES));
    s->top = new (std::nothrow) Vxg_sim_top(&s->context);
    if (!s->board || !s->edram || !s->top) {
        xg_sim_destroy(s);
        return nullptr;
    }
    Vxg_sim_top *t = s->top;
    s->root = t->rootp;
    t->host_i = reinterpret_cast<uint64_t>(s);
    t->mem_i = reinterpret_cast<uint64_t>(s->board);
    t->edram_i = reinterpret_cast<uint64_t>(s->edram);
    wave_open(s);
    s->random = options && options->seed ? options->seed : 1;
    set_clocks(t, 0);
    t->rst_i = 1;
    t->eval();
    // All clocks run while there is reset, which the model takes through a register.
    s->all_clocks = true;
    for (int i = 0; i < 8; i++)
        clock_once(s);
    t->rst_i = 0;
    clock_once(s);
    clock_once(s);
    s->all_clocks = options && options->all_clocks;
#ifndef XG_WAVE
    s->by_eval = s->all_clocks || !xg_sim_edge;
#endif
    s->stalls = options && options->stalls;
    s->cycles = 0;
    return s;
}

void xg_sim_destroy(struct xg_sim *s)
{
    if (!s)
        return;
#if VM_COVERAGE
    // make coverage: one file a device.
    static unsigned number;
    if (const char *folder = std::getenv("XG_COVERAGE")) {
        const std::string name = std::to_string(getpid()) + "." + std::to_string(number++);
        s->context.coveragep()->write((std::string(folder) + "/" + name + ".dat").c_str());
    }
#endif
    wave_close(s);
    delete s->top;
    if (s->board)
        munmap(s->board, XG_SIM_BOARD_BYTES);
    if (s->edram)
        munmap(s->edram, XG_SIM_EDRAM_BYTES);
    delete s;
}

size_t xg_sim_push(struct xg_sim *s, const uint32_t *words, size_t count)
{
    size_t n = 0;
    for (; n < count && s->in_tail - s->in_head < QUEUE; n++)
        s->in[s->in_tail++ % QUEUE] = words[n];
    return n;
}

size_t xg_sim_pop(struct xg_sim *s, uint32_t *words, size_t max)
{
    size_t n = 0;
    for (; n < max && s->out_head != s->out_tail; n++)
        words[n] = s->out[s->out_head++ % QUEUE];
    return n;
}

uint64_t xg_sim_step(struct xg_sim *s, uint64_t cycles)
{
    const uint64_t start = s->cycles, end = start + cycles;
    uint64_t quiet_until = UINT64_MAX;
    while (s->cycles < end && s->cycles < quiet_until && s->out_tail - s->out_head < QUEUE) {
        const size_t said = s->out_tail;
        clock_once(s);
        s->busy += s->top->busy_o;
        if (s->out_tail != said || (quiet_until != UINT64_MAX && s->in_head != s->in_tail))
            quiet_until = s->cycles + QUIET;
    }
    return s->cycles - start;
}

uint64_t xg_sim_cycles(const struct xg_sim *s)
{
    return s->cycles;
}
uint64_t xg_sim_busy(const struct xg_sim *s)
{
    return s->busy;
}
uint8_t *xg_sim_board(struct xg_sim *s)
{
    return s->board;
}
uint8_t *xg_sim_edram(struct xg_sim *s)
{
    return s->edram;
}
}
