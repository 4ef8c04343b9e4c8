/* Training of the link between the GPU and its eDRAM die, after the public procedure of
 * libxenon (drivers/xenos/edram.c): reach the die's registers through the port, look at the
 * phase detectors, send a pseudo-random picture through the link by a draw and back by a
 * resolve, and read the 24 words in which both ends sum up what went over it.
 *
 * The procedure compares these words with constants. This program holds no such constants: a
 * word counts as computed when the same picture gives it again and another picture gives
 * another one, so that only a machine that really sums up the traffic can score. The picture
 * itself is checked word by word. docs/guest-programs.md tells what each step stands for. */
#include "xg_draw.h"

#include "pattern_ps.h"
#include "pattern_vs.h"

#include <string.h>

#define SIDE  32u
#define WORDS 24u
#define SEED  0x425Au /* the procedure's own; any other serves as the control */

/* Byte offsets in the register window. */
enum {
    PORT_WRITE = 0x3C40, /* number of the die's register to be written */
    PORT_READ = 0x3C44,  /* and to be read */
    PORT_DATA = 0x3C48,
    PORT_BUSY = 0x3C4C,
    GPU_PHASE = 0x3C5C,  /* two bits a receiver */
    GPU_SAMPLE = 0x3C68, /* one bit a receiver */
    LINK_DELAY = 0x3C94, /* low byte; bit 31 applies it */
    GPU_SENT = 0x3CA4,   /* sums of the GPU's end, six readings each */
    GPU_RECEIVED = 0x3CA8,
    LANE_OFFSET = 0x3CB4,
};
/* Registers of the die behind the port. */
enum {
    DIE_SUM_A = 0x41,
    DIE_SUM_B = 0x1041,
    DIE_ID = 0x2000,
    DIE_PHASE = 0x5002,
    DIE_SAMPLE = 0x5005
};

struct training {
    struct xg_gpu gpu;
    struct xg_texture pattern;
    struct xg_picture back;
    uint32_t corners_bus;
};

static volatile uint32_t *reg(unsigned offset)
{
    return (volatile uint32_t *)(XG_GPU_MMIO + offset);
}

/* ---- the die's registers ------------------------------------------------------------------- */

static bool port_ready(void)
{
    for (unsigned tries = 0; tries < 1000; tries++)
        if (!*reg(PORT_BUSY))
            return true;
    return false;
}

static uint32_t die_read(unsigned number)
{
    uint32_t value = 0;
    for (unsigned twice = 0; twice < 2; twice++) { /* the first answer may be an old one */
        *reg(PORT_READ) = number;
        xg_eieio();
        port_ready();
        value = *reg(PORT_DATA);
    }
    return value;
}

static void die_write(unsigned number, uint32_t value)
{
    port_ready();
    *reg(PORT_WRITE) = number;
    xg_eieio();
    port_ready();
    *reg(PORT_DATA) = value;
    xg_eieio();
    port_ready();
    *reg(PORT_WRITE) = 0x1A; /* the procedure ends every write so */
    xg_eieio();
    port_ready();
    *reg(PORT_WRITE) = value;
    xg_eieio();
    port_ready();
}

/* The phase register keeps 17 bits of whatever is written, and a second register is another
 * one: a port that merely returns the last word written would pass the first test alone. */
static bool port_works(void)
{
    bool keeps = true;
    uint32_t id = die_read(DIE_ID);
    static const uint32_t tests[2] = {0xA53CA53C, 0xFEE1CAA9};
    for (unsigned i = 0; i < 2; i++) {
        die_write(DIE_PHASE, tests[i]);
        keeps = keeps && (die_read(DIE_PHASE) & 0x1FFFF) == (tests[i] & 0x1FFFF);
    }
    bool apart = die_read(DIE_ID) == id;
    DbgPrint("port: id %08x, phase register %s, registers %s\n", id, keeps ? "keeps" : "loses",
             apart ? "are separate" : "are one and the same");
    return keeps && apart;
}

/* How many receivers see the clock at some phases and not at others: 9 on the die, 6 here. */
static unsigned working_detectors(bool port)
{
    uint32_t seen = 0, unseen = 0, die_seen = 0, die_unseen = 0;
    for (uint32_t phase = 0; phase < 4; phase++) {
        die_write(DIE_PHASE, 0x15555 * phase);
        uint32_t sample = die_read(DIE_SAMPLE);
        die_seen |= sample, die_unseen |= ~sample;
        *reg(GPU_PHASE) = 0x555 * phase;
        sample = *reg(GPU_SAMPLE);
        seen |= sample, unseen |= ~sample;
    }
    unsigned count = 0;
    for (unsigned lane = 0; port && lane < 9; lane++)
        count += (die_seen & die_unseen) >> lane & 1;
    for (unsigned lane = 0; lane < 6; lane++)
        count += (seen & unseen) >> lane & 1;
    return count;
}

/* ---- the picture --------------------------------------------------------------------------- */

static uint32_t next_half(uint32_t *state)
{
    *state = *state * 0x41C64E6D + 12345;
    return *state >> 16 & 0x7FFF;
}

static void fill_pattern(const struct training *t, uint32_t seed)
{
    uint32_t *words = t->pattern.data;
    for (unsigned i = 0; i < SIDE * SIDE; i++) {
        uint32_t low = next_half(&seed);
        words[i] = (next_half(&seed) << 16) + low;
    }
    memset(t->back.data, 0x44, SIDE * SIDE * 4);
}

/* Waits until the GPU sees memory as the CPU left it. */
static void make_coherent(struct xg_gpu *gpu, uint32_t status, uint32_t bus, uint32_t bytes)
{
    xg_gpu_set(gpu, REG_COHER_STATUS_HOST, status);
    xg_gpu_set(gpu, REG_COHER_SIZE_HOST, bytes);
    xg_gpu_set(gpu, REG_COHER_BASE_HOST, bus);
    XG_GPU_SEND(gpu, PM4_WAIT_REG_MEM, 3, REG_COHER_STATUS_HOST, 0, 0x80000000, 8);
}

static void draw_pattern(struct training *t)
{
    struct xg_gpu *gpu = &t->gpu;
    make_coherent(gpu, 0x02000000, t->pattern.bus, SIDE * SIDE * 4);
    xg_gpu_surface(gpu, 80, SIDE);
    xg_gpu_set(gpu, REG_PA_SC_WINDOW_SCISSOR_BR, SIDE << 16 | SIDE);
    xg_draw_defaults(gpu);
    xg_draw_2d(gpu);
    xg_draw_shader(gpu, XG_VS, pattern_vs, pattern_vs_DWORDS);
    xg_draw_shader(gpu, XG_PS, pattern_ps, pattern_ps_DWORDS);
    xg_draw_program(gpu, 2, 1, 1);
    xg_draw_vertices(gpu, 95, t->corners_bus, 4 * 16);
    /* Blue and red exchanged on the way in, and again by the resolve on the way back. */
    XG_GPU_SEND(gpu, PM4_SET_CONSTANT, 1 << 16 | 6, 0x80400002, t->pattern.bus | 2 << 6 | 6,
                (SIDE - 1) << 13 | (SIDE - 1), 2 << 23 | 0x60A << 1, 0, 1 << 9);
    xg_draw(gpu, XG_STRIP, 4);
}

static void resolve_pattern(struct training *t)
{
    xg_gpu_resolve_with(&t->gpu, &t->back, 1 << 20, 1 << 24); /* convert; exchange red, blue */
    make_coherent(&t->gpu, 0x03000100, t->back.bus, SIDE * SIDE * 4);
    xg_gpu_wait(&t->gpu, xg_gpu_fence(&t->gpu));
}

static unsigned words_returned(const struct training *t)
{
    const uint32_t *sent = t->pattern.data;
    const volatile uint32_t *back = t->back.data;
    unsigned same = 0;
    for (unsigned i = 0; i < SIDE * SIDE; i++)
        same += sent[i] == back[i];
    return same;
}

/* ---- the sums ------------------------------------------------------------------------------ */

static void read_sums(uint32_t word[WORDS])
{
    for (unsigned i = 0; i < WORDS; i++)
        if (i < 12) {
            *reg(PORT_READ) = i < 6 ? DIE_SUM_A : DIE_SUM_B;
            xg_eieio();
            port_ready();
            word[i] = *reg(PORT_DATA);
        } else {
            word[i] = *reg(i < 18 ? GPU_SENT : GPU_RECEIVED);
        }
}

/* One run of the procedure's measuring step. */
static unsigned measure(struct training *t, uint32_t seed, uint32_t word[WORDS])
{
    fill_pattern(t, seed);
    *reg(LINK_DELAY) = (*reg(LINK_DELAY) & ~0x800000FFu) | 0x0B;
    *reg(LINK_DELAY) = *reg(LINK_DELAY) | 0x80000000u;
    xg_eieio();
    read_sums(word); /* reading starts them anew */
    draw_pattern(t);
    resolve_pattern(t);
    read_sums(word);
    return words_returned(t);
}

static void prepare(struct training *t)
{
    static const float corners[4][4] = {{-0.5f, -0.5f, 0, 0},
                                        {SIDE - 0.5f, -0.5f, 1, 0},
                                        {-0.5f, SIDE - 0.5f, 0, 1},
                                        {SIDE - 0.5f, SIDE - 0.5f, 1, 1}};
    xg_gpu_init(&t->gpu, 12);
    xg_texture_create(&t->pattern, SIDE, SIDE, XG_FORMAT_8_8_8_8);
    xg_picture_create(&t->back, SIDE, SIDE);
    memcpy(xg_gpu_alloc(sizeof corners, &t->corners_bus), corners, sizeof corners);
    *reg(LANE_OFFSET) = 0x888888 | 0x111111;
}

int main(void)
{
    static struct training t;
    static const char *const source[4] = {"die  a", "die  b", "gpu tx", "gpu rx"};
    uint32_t first[WORDS], other[WORDS], again[WORDS];
    unsigned computed = 0, agree = 0;
    prepare(&t);
    bool port = port_works();
    DbgPrint("phase detectors: %u of 15 work\n", working_detectors(port));
    unsigned back = measure(&t, SEED, first);
    unsigned back_other = measure(&t, SEED ^ 0xFFFF, other);
    measure(&t, SEED, again);
    for (unsigned i = 0; i < WORDS; i++) /* without a port the die was never reached */
        computed += (port || i >= 12) && first[i] == again[i] && first[i] != other[i];
    for (unsigned i = 0; i < WORDS; i += 6)
        DbgPrint("%s %08x %08x %08x %08x %08x %08x\n", source[i / 6], first[i], first[i + 1],
                 first[i + 2], first[i + 3], first[i + 4], first[i + 5]);
    for (unsigned i = 0; i < 4; i++) { /* what one end sent, the other has received */
        agree += first[i] == first[13 + i] && first[i] != other[i];
        agree += first[6 + i] == first[19 + i] && first[6 + i] != other[6 + i];
    }
    DbgPrint("picture: %u of %u words came back, control %u\n", back, SIDE * SIDE, back_other);
    DbgPrint("sums: both ends agree on %u of 8\n", agree);
    DbgPrint("training words computed: %u of %u\n", computed, WORDS);
    return back == SIDE * SIDE && back_other == SIDE * SIDE ? 0 : 1;
}
