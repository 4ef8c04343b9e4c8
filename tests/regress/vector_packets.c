/* Vectors of packets, with what docs/device.md says comes of each: every packet is written and its
 * effect applied to the oracle's registers and memory at once. No code of the devices is used here.
 */
#include "tests/regress/vectors.h"

#include <inttypes.h>

#define DATA    (v->data)    /* to load and to wait on: 1 KiB */
#define TARGETS (v->targets) /* to write: 1 KiB */
#define WORDS   256u

/* --- the oracle --- */

/* The four orders of bytes of a memory operand, as positions. */
void vector_store(struct vector *v, uint32_t operand, uint32_t value)
{
    static const uint8_t order[4][4] = {{0, 1, 2, 3}, {1, 0, 3, 2}, {3, 2, 1, 0}, {2, 3, 0, 1}};
    uint32_t at = operand & 0x1FFFFFFC;
    for (unsigned i = 0; i < 4; i++)
        v->memory[at + order[operand & 3][i]] = (uint8_t)(value >> 8 * i);
    v->memory_writes++;
}

uint32_t vector_load(const struct vector *v, uint32_t operand)
{
    static const uint8_t order[4][4] = {{0, 1, 2, 3}, {1, 0, 3, 2}, {3, 2, 1, 0}, {2, 3, 0, 1}};
    uint32_t at = operand & 0x1FFFFFFC, value = 0;
    for (unsigned i = 0; i < 4; i++)
        value |= (uint32_t)v->memory[at + order[operand & 3][i]] << 8 * i;
    return value;
}

void vector_register(struct vector *v, uint32_t index, uint32_t value)
{
    v->regs[index] = index == 0xA31 ? value | 0x80000000 : value;
    v->reg_seen[index] = 1;
    if (index >= 0x578 && index < 0x580 && v->regs[0x1DC] >> (index - 0x578) & 1)
        vector_store(v, ((v->regs[0x1DD] & 0x1FFFFFFC) + 4 * (index - 0x578)) | 2, value);
}

static uint32_t read_register(struct vector *v, uint32_t index)
{
    v->reg_seen[index] = 1;
    return v->regs[index];
}

static bool compare(uint32_t function, uint32_t a, uint32_t b)
{
    const bool results[8] = {false, a<b, a <= b, a == b, a != b, a >= b, a> b, true};
    return results[function & 7];
}

/* --- packets --- */

void vector_header(struct vector *v, uint32_t op, uint32_t words)
{
    vector_put(v, PM4_TYPE3(op, words));
    vector_count(v, 1 + words);
}

void vector_set(struct vector *v, uint32_t index, uint32_t value)
{
    vector_put(v, PM4_TYPE0(index, 1));
    vector_put(v, value);
    vector_count(v, 2);
    vector_register(v, index, value);
}

static uint32_t plain_register(struct vector *v)
{
    static const uint16_t from[] = {0x2100, 0x100, 0x4000, 0x4900, 0x2180, 0x578, 0x1980};
    return from[below(v, XG_COUNTOF(from))] + below(v, 8);
}

static uint32_t target(struct vector *v, uint32_t words)
{
    return (TARGETS + below(v, WORDS - words) * 4) | below(v, 4) | (one_in(v, 4) ? 0xE0000000 : 0);
}

static void register_run(struct vector *v)
{
    uint32_t n = 1 + below(v, one_in(v, 6) ? 60 : 6), first = plain_register(v), type, index,
             same = 0;
    switch (below(v, 5)) {
    case 0: {
        uint32_t a = 0x100 + below(v, 64), b = 0x200 + below(v, 64), x = bench_random(&v->random);
        vector_put(v, 0x40000000 | b << 11 | a);
        vector_put(v, x);
        vector_put(v, ~x);
        vector_count(v, 3);
        vector_register(v, a, x);
        vector_register(v, b, ~x);
        return;
    }
    case 1: {
        static const uint16_t base[8] = {0x4000, 0x4800, 0x4900, 0x4908,
                                         0x2000, 0x2000, 0x2000, 0x2000};
        static const uint8_t room[8] = {255, 128, 8, 32, 255, 255, 255, 255};
        type = below(v, 8);
        n = n > room[type] ? room[type] : n;
        index = below(v, room[type] - n + 1);
        if (type > 3)
            index += 0x100;
        vector_header(v, XG_PM4_SET_CONSTANT, n + 1);
        vector_put(v, type << 16 | index);
        first = base[type] + index;
        break;
    }
    case 2:
        vector_header(v, one_in(v, 2) ? XG_PM4_SET_CONSTANT2 : XG_PM4_SET_SHADER_CONSTANTS, n + 1);
        vector_put(v, first);
        break;
    case 3: /* scratch with its mask */
        vector_set(v, 0x1DC, below(v, 256));
        vector_set(v, 0x1DD, TARGETS + below(v, WORDS - 8) * 4);
        first = 0x578;
        n = 8;
        /* fall through */
    default:
        same = one_in(v, 5);
        vector_put(v, PM4_TYPE0(first, n) | same << 15);
        vector_count(v, 1 + n);
        break;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t x = bench_random(&v->random);
        vector_put(v, x);
        vector_register(v, same ? first : first + i, x);
    }
}

static void read_modify_write(struct vector *v)
{
    uint32_t index = 0x100 + below(v, 16), a_reg = one_in(v, 2), o_reg = one_in(v, 2);
    uint32_t a = a_reg ? 0x100 + below(v, 16) : bench_random(&v->random);
    uint32_t o = o_reg ? 0x100 + below(v, 16) : bench_random(&v->random);
    vector_header(v, XG_PM4_REG_RMW, 3);
    vector_put(v, index | a_reg << 31 | o_reg << 30);
    vector_put(v, a);
    vector_put(v, o);
    uint32_t mask = a_reg ? read_register(v, a) : a, more = o_reg ? read_register(v, o) : o;
    vector_register(v, index, (read_register(v, index) & mask) | more);
}

static void memory_packet(struct vector *v)
{
    uint32_t n = 1 + below(v, 20), to = target(v, n + 3), x = bench_random(&v->random), r;
    switch (below(v, 6)) {
    case 0:
        vector_header(v, XG_PM4_MEM_WRITE, n + 1);
        vector_put(v, to);
        for (uint32_t i = 0; i < n; i++, x = x * 69069 + 1) {
            vector_put(v, x);
            vector_store(v, to + 4 * i, x);
        }
        break;
    case 1:
        r = plain_register(v);
        vector_header(v, XG_PM4_REG_TO_MEM, 2);
        vector_put(v, r);
        vector_put(v, to);
        vector_store(v, to, read_register(v, r));
        break;
    case 2:
        vector_header(v, XG_PM4_EVENT_WRITE_SHD, 3);
        vector_put(v, x & 0x7FFFFFFF);
        vector_put(v, to);
        vector_put(v, ~x);
        vector_register(v, 0x21F9, x & 0x3F);
        vector_store(v, to, ~x);
        break;
    case 3:
        vector_header(v, XG_PM4_EVENT_WRITE_EXT, 2);
        vector_put(v, x);
        vector_put(v, to);
        vector_register(v, 0x21F9, x & 0x3F);
        for (uint32_t i = 0; i < 3; i++) {
            static const uint8_t bytes[12] = {0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 0, 1};
            memcpy(v->memory + (to & 0x1FFFFFFC) + 4 * i, bytes + 4 * i, 4);
            v->memory_writes++;
        }
        break;
    default: {
        uint32_t from = below(v, WORDS - n), alu = below(v, 200);
        vector_header(v, XG_PM4_LOAD_ALU_CONSTANT, 3);
        vector_put(v, (DATA + 4 * from) | (one_in(v, 2) ? 0xA0000000 : 0));
        vector_put(v, alu);
        vector_put(v, n | 0x5000);
        for (uint32_t i = 0; i < n; i++)
            vector_register(v, 0x4000 + alu + i, vector_load(v, (DATA + 4 * (from + i)) | 2));
        break;
    }
    }
}

static void condition(struct vector *v)
{
    bool memory = one_in(v, 2), wait = one_in(v, 3), to_memory = one_in(v, 2);
    uint32_t function = below(v, 8), mask = one_in(v, 2) ? ~0u : bench_random(&v->random), value;
    uint32_t operand = memory ? (DATA + below(v, WORDS) * 4) | below(v, 4) : plain_register(v);
    value = (memory ? vector_load(v, operand) : read_register(v, operand)) & mask;
    uint32_t reference = value + below(v, 3) - 1, x = bench_random(&v->random);
    if (wait && !compare(function, value, reference))
        reference = value, function = 3; /* a wait that is false would end the case */
    bool yes = compare(function, value, reference);
    vector_header(v, wait ? XG_PM4_WAIT_REG_MEM : XG_PM4_COND_WRITE, wait ? 5 : 6);
    vector_put(v, function | (uint32_t)memory << 4 | (wait ? 0 : (uint32_t)to_memory << 8));
    vector_put(v, operand);
    vector_put(v, reference);
    vector_put(v, mask);
    if (wait) {
        vector_put(v, below(v, 512));
        return;
    }
    uint32_t to = to_memory ? target(v, 1) : plain_register(v);
    vector_put(v, to);
    vector_put(v, x);
    if (yes && to_memory)
        vector_store(v, to, x);
    else if (yes)
        vector_register(v, to, x);
}

/* The host has drawn: all samples, failed depth, passed, failed stencil. */
void vector_drawn(struct vector *v)
{
    v->draws++;
    v->totals[0] += v->samples[0] + v->samples[1] + v->samples[2];
    v->totals[1] += v->samples[1];
    v->totals[2] += v->samples[0];
    v->totals[3] += v->samples[2];
}

/* Draws of the host, and the totals of their samples in memory. */
static void counted_draws(struct vector *v)
{
    vector_set(v, 0x2208, 5);
    for (uint32_t n = 1 + below(v, 3); n--;) {
        vector_header(v, XG_PM4_DRAW_INDX_2, 1);
        vector_put(v, 0x00030088);
        vector_register(v, 0x21FC, 0x00030088);
        vector_drawn(v);
    }
    const uint32_t to = TARGETS + 4 * below(v, WORDS - 8), x = bench_random(&v->random);
    vector_set(v, 0x2325, to);
    vector_header(v, XG_PM4_EVENT_WRITE_ZPD, 1);
    vector_put(v, x);
    vector_register(v, 0x21F9, x & 0x3F);
    for (uint32_t i = 0; i < 8; i++)
        vector_store(v, to + 4 * i, i % 2 ? 0 : v->totals[i / 2]);
}

/* Packets of one side effect. */
static void single(struct vector *v)
{
    char text[120];
    uint32_t x = bench_random(&v->random), w = below(v, 4096), h = below(v, 4096);
    switch (below(v, 8)) {
    case 0:
        vector_header(v, XG_PM4_INTERRUPT, 1);
        vector_put(v, x);
        snprintf(text, sizeof text, "{\"irq\":\"%02x\"}", x & 0x3F);
        vector_event(v, text);
        v->interrupts++;
        break;
    case 1:
        vector_header(v, XG_PM4_XE_SWAP, 4);
        vector_put(v, 0x53574150);
        vector_put(v, x);
        vector_put(v, w);
        vector_put(v, h);
        snprintf(text, sizeof text,
                 "{\"swap\":{\"at\":\"%08x\",\"width\":\"%08x\",\"height\":\"%08x\"}}",
                 x & 0x1FFFFFFF, w, h);
        vector_event(v, text);
        v->swaps++;
        break;
    case 2:
        vector_header(v, XG_PM4_VIZ_QUERY, 1);
        vector_put(v, (x & 0x3F) | 0x100);
        vector_register(v, 0xC44 + (x >> 5 & 1),
                        read_register(v, 0xC44 + (x >> 5 & 1)) | 1u << (x & 31));
        break;
    case 3:
        vector_put(v, one_in(v, 3) ? 0 : one_in(v, 2) ? 0x0BADF00D : 0x80000000 | x >> 2);
        vector_count(v, 1);
        break;
    case 4:
        vector_header(v, XG_PM4_EVENT_WRITE, 1);
        vector_put(v, x);
        vector_register(v, 0x21F9, x & 0x3F);
        break;
    case 5: /* a draw for the host */
        vector_set(v, 0x2208, 4);
        vector_header(v, XG_PM4_DRAW_INDX, 4);
        vector_put(v, 0);
        vector_put(v, x & ~0xC0u);
        vector_put(v, DATA);
        vector_put(v, w);
        vector_register(v, 0x21FC, x & ~0xC0u);
        vector_register(v, 0x21FA, DATA);
        vector_register(v, 0x21FB, w);
        vector_drawn(v);
        break;
    case 6: /* and one with its words in it */
        vector_set(v, 0x2208, 5);
        vector_header(v, XG_PM4_DRAW_INDX_2, 3);
        vector_put(v, x);
        vector_put(v, w);
        vector_put(v, h);
        vector_register(v, 0x21FC, x);
        vector_drawn(v);
        break;
    default: { /* listed, without effect */
        static const uint8_t none[] = {XG_PM4_NOP, XG_PM4_ME_INIT, XG_PM4_WAIT_FOR_IDLE,
                                       XG_PM4_INVALIDATE_STATE, XG_PM4_CONTEXT_UPDATE};
        uint32_t n = 1 + below(v, 5);
        vector_header(v, none[below(v, XG_COUNTOF(none))], n);
        while (n--)
            vector_put(v, 0x80000000);
        break;
    }
    }
}

/* Bins: a packet that is skipped and one that is not. */
static void predicated(struct vector *v)
{
    uint32_t bit = below(v, 32), x = bench_random(&v->random);
    bool high = one_in(v, 2), taken = one_in(v, 2), once = one_in(v, 2);
    if (once) {
        vector_header(v, XG_PM4_SET_BIN_MASK, 2);
        vector_put(v, high ? 1u << bit : 0);
        vector_put(v, high ? 0 : 1u << bit);
    } else {
        vector_header(v, XG_PM4_SET_BIN_MASK_LO, 1);
        vector_put(v, high ? 0 : 1u << bit);
        vector_header(v, XG_PM4_SET_BIN_MASK_HI, 1);
        vector_put(v, high ? 1u << bit : 0);
    }
    vector_header(v, XG_PM4_SET_BIN_SELECT, 2);
    vector_put(v, high && taken ? ~0u : ~(1u << bit));
    vector_put(v, !high && taken ? ~0u : ~(1u << bit));
    uint32_t to = target(v, 1), r = plain_register(v);
    vector_put(v, PM4_TYPE3(XG_PM4_MEM_WRITE, 2) | 1);
    vector_put(v, to);
    vector_put(v, x);
    vector_count(v, 3);
    /* The other half of both registers has no bit in common. */
    if (taken)
        vector_store(v, to, x);
    vector_put(v, PM4_TYPE3(XG_PM4_REG_TO_MEM, 2)); /* never skipped: no predicate */
    vector_put(v, r);
    vector_put(v, to + 4 < TARGETS + 4 * WORDS ? to + 4 : to);
    vector_count(v, 3);
    vector_store(v, to + 4 < TARGETS + 4 * WORDS ? to + 4 : to, read_register(v, r));
    vector_header(v, XG_PM4_SET_BIN_SELECT_LO, 1);
    vector_put(v, ~0u);
    vector_header(v, XG_PM4_SET_BIN_MASK_LO, 1);
    vector_put(v, ~0u);
    vector_put(v, PM4_TYPE3(XG_PM4_XE_SWAP, 4) | 1); /* always skipped */
    for (int i = 0; i < 4; i++)
        vector_put(v, x);
    vector_count(v, 5);
}

void vector_any(struct vector *v)
{
    switch (below(v, 8)) {
    case 0:
    case 1:
        register_run(v);
        break;
    case 2:
        read_modify_write(v);
        break;
    case 3:
    case 4:
        memory_packet(v);
        break;
    case 5:
        condition(v);
        break;
    case 6:
        predicated(v);
        break;
    default:
        single(v);
        break;
    }
}

/* An indirect buffer and, inside it, perhaps another. */
static void indirect(struct vector *v, unsigned level, unsigned *made)
{
    uint32_t at = v->buffer_at, words = v->buffer_words, to = v->buffers + v->stride * (*made)++;
    uint32_t op = one_in(v, 2) ? XG_PM4_INDIRECT_BUFFER : XG_PM4_INDIRECT_BUFFER_PFD;
    uint32_t length_at = 0;
    vector_header(v, op, 2);
    vector_put(v, to | (one_in(v, 2) ? 0xC0000000 : 0));
    length_at = vector_here(v);
    vector_put(v, 0); /* the length, below */
    if (at)
        words = v->buffer_words;
    size_t ring_count = v->ring_count;
    v->buffer_at = to;
    v->buffer_words = 0;
    for (uint32_t n = 1 + below(v, 4); n--;) {
        if (level < 4 && *made < 12 && one_in(v, 3))
            indirect(v, level + 1, made);
        else
            vector_any(v);
    }
    uint32_t length = v->buffer_words;
    v->buffer_at = at;
    v->buffer_words = words;
    if (at)
        xg_st32be(v->memory + length_at, length | 0xF0000000);
    else
        v->ring[ring_count - 1] = length | 0xF0000000;
}

/* Memory that the packets load from and write to; reported whole. */
void vector_memory(struct vector *v)
{
    for (uint32_t i = 0; i < WORDS; i++) {
        xg_st32le(v->memory + DATA + 4 * i, one_in(v, 2) ? below(v, 3) : bench_random(&v->random));
        xg_st32le(v->memory + TARGETS + 4 * i, bench_random(&v->random));
    }
    vector_give(v, DATA, 4 * WORDS);
    vector_give(v, TARGETS, 4 * WORDS);
    vector_read(v, TARGETS, 4 * WORDS);
}

static void finish(struct vector *v, unsigned buffers)
{
    for (unsigned i = 0; i < buffers; i++)
        vector_give(v, v->buffers + v->stride * i, 0x1000);
}

static void packets(struct vector *v, unsigned number)
{
    unsigned made = 0;
    vector_memory(v);
    for (uint32_t n = 6 + below(v, 14); n--;) {
        if (number % 2 && made < 8 && one_in(v, 4))
            indirect(v, 1, &made);
        else
            vector_any(v);
    }
    finish(v, made);
}

void vector_packets(struct vector *v, unsigned number)
{
    if (number % 8 == 7)
        vector_spread(v);
    packets(v, number);
}

/* --- every error bit, and that the device goes on --- */

static void unknown_opcode(struct vector *v)
{
    static const uint8_t none[] = {0x7F, 0x7E, 0x01, 0x0F, 0x70};
    uint32_t n = 1 + below(v, 4), at = vector_here(v);
    vector_header(v, none[below(v, XG_COUNTOF(none))], n);
    while (n--)
        vector_put(v, bench_random(&v->random));
    vector_error(v, XG_GPU_ERR_OPCODE, at);
}

static void absent_register(struct vector *v)
{
    static const uint16_t holes[] = {0x1000, 0x17FF, 0x1A00, 0x2400,
                                     0x3FFF, 0x4A00, 0x5003, 0x7FFF};
    uint32_t index = holes[below(v, XG_COUNTOF(holes))];
    vector_put(v, PM4_TYPE0(index, 1));
    vector_put(v, 5);
    vector_count(v, 2);
    vector_error(v, XG_GPU_ERR_REGISTER, index);
}

/* Five buffers, each calling the next: the fifth call has no room. */
static void too_deep(struct vector *v)
{
    uint32_t at = 0;
    for (uint32_t level = 0; level < 5; level++) {
        at = vector_here(v);
        vector_header(v, XG_PM4_INDIRECT_BUFFER, 2);
        vector_put(v, v->buffers + v->stride * level);
        vector_put(v, 3);
        v->buffer_at = v->buffers + v->stride * level;
        v->buffer_words = 0;
    }
    v->buffer_at = 0;
    vector_error(v, XG_GPU_ERR_IB_DEPTH, at);
}

static void truncated(struct vector *v)
{
    uint32_t left = 1 + below(v, 5);
    vector_header(v, XG_PM4_INDIRECT_BUFFER_PFD, 2);
    vector_put(v, v->buffers);
    vector_put(v, left + 2);
    v->buffer_at = v->buffers;
    v->buffer_words = 0;
    vector_set(v, 0x2101, left);
    uint32_t at = vector_here(v);
    vector_put(v, PM4_TYPE0(0x2110, left + below(v, 100)));
    for (uint32_t i = 1; i < left; i++)
        vector_put(v, 0x77777777);
    v->reg_seen[0x2110] = 1;
    v->buffer_at = 0;
    vector_count(v, left);
    vector_error(v, XG_GPU_ERR_TRUNCATED, at);
}

static void too_short(struct vector *v)
{
    static const struct {
        uint8_t op, least;
    } rows[] = {
        {XG_PM4_WAIT_REG_MEM, 5}, {XG_PM4_COND_WRITE, 6},      {XG_PM4_REG_RMW, 3},
        {XG_PM4_REG_TO_MEM, 2},   {XG_PM4_EVENT_WRITE_SHD, 3}, {XG_PM4_LOAD_ALU_CONSTANT, 3},
        {XG_PM4_SET_BIN_MASK, 2}, {XG_PM4_XE_SWAP, 4},         {XG_PM4_INDIRECT_BUFFER, 2},
        {XG_PM4_DRAW_INDX, 2},    {XG_PM4_EVENT_WRITE_EXT, 2}, {XG_PM4_IM_LOAD, 2}};
    uint32_t r = below(v, XG_COUNTOF(rows)), n = 1 + below(v, rows[r].least - 1u),
             at = vector_here(v);
    vector_header(v, rows[r].op, n);
    while (n--)
        vector_put(v, TARGETS);
    vector_error(v, XG_GPU_ERR_SHORT, at);
}

/* A copy whose fetch constant is no vertex buffer, or has a corner that is no number, or whose
 * surface does not exist. */
static void bad_copy(struct vector *v, unsigned how)
{
    uint32_t first = (TARGETS + 0x3E0) | (how == 0 ? 1 : 3), at;
    vector_set(v, 0x2208, 6);
    vector_set(v, 0x2000, 80 | (how == 2 ? 3u << 16 : 0));
    vector_set(v, 0x2082, 0x00400040);
    vector_set(v, 0x200F, 0x00400040);
    vector_set(v, 0x2318, 0x300);
    vector_set(v, 0x4800, first);
    vector_set(v, 0x4801, (how == 3 ? 5u : 6u) << 2);
    for (int i = 0; i < 6; i++) /* six singles in memory: 1.0, or one that is none */
        xg_st32le(v->memory + TARGETS + 0x3E0 + 4 * (uint32_t)i,
                  how == 1 && i == 4 ? 0x7F800001u + below(v, 1000) : 0x3F800000u);
    memcpy(v->before + TARGETS + 0x3E0, v->memory + TARGETS + 0x3E0, 24);
    at = vector_here(v);
    vector_header(v, XG_PM4_DRAW_INDX_2, 1);
    vector_put(v, 0x00030088);
    vector_register(v, 0x21FC, 0x00030088);
    if (how == 2)
        vector_error(v, XG_GPU_ERR_COPY, at);
    else
        vector_error(v, XG_GPU_ERR_COPY_VERTEX, how == 1 ? TARGETS + 0x3F0 : first);
}

static void errors(struct vector *v, unsigned number)
{
    vector_memory(v);
    vector_set(v, 0x2100, number);
    for (unsigned i = 0; i < 1 + number % 3; i++) {
        unsigned what = i ? below(v, 5) : number % 9;
        bool buffers = v->given_count > 2;
        if ((what == 2 || what == 3) && buffers)
            what = 0;
        switch (what) {
        case 0:
            unknown_opcode(v);
            break;
        case 1:
            absent_register(v);
            break;
        case 2:
            too_deep(v);
            finish(v, 5);
            break;
        case 3:
            truncated(v);
            finish(v, 1);
            break;
        case 4:
            too_short(v);
            break;
        default:
            bad_copy(v, what - 5);
            break;
        }
    }
    vector_set(v, 0x2107, 0xABCD0000 | number);
    vector_header(v, XG_PM4_REG_TO_MEM, 2);
    vector_put(v, 0x2107);
    vector_put(v, TARGETS | 2);
    vector_store(v, TARGETS | 2, v->regs[0x2107]);
}

void vector_errors(struct vector *v, unsigned number)
{
    if (number % 8 == 7)
        vector_spread(v);
    errors(v, number);
}

/* Buffers, operands and targets anywhere, the same packets; the host has written registers before.
 */
void vector_far(struct vector *v, unsigned number)
{
    v->buffers = 0x01000000 + below(v, 0x5000) * 0x1000;
    v->stride = 0x1000 + below(v, 0x600) * 0x1000;
    v->data = 0x10000000 + below(v, 0x1FFFF) * 0x400;
    v->targets = 0x18000000 + below(v, 0x1FBFF) * 0x400;
    for (unsigned i = 0; i < 12; i++)
        vector_host(v, i < 4 ? 0x4000 + below(v, 0x400) : plain_register(v),
                    bench_random(&v->random));
    for (unsigned i = 0; i < 3; i++)
        v->samples[i] = bench_random(&v->random) | 1;
    if (number % 4 == 3)
        errors(v, number / 4);
    else
        packets(v, number);
    counted_draws(v);
    counted_draws(v);
}
