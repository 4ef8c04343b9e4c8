/* Writes the regression vectors and what is known of their results.
 * usage: vectors SEED CASES.jsonl EXPECTED.jsonl */
#include "tests/regress/vectors.h"
#include "tests/support/gpu_stream.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PACKETS  160u
#define ERRORS   40u
#define COPIES   300u
#define STREAMS  100u /* of each kind */
#define FAR      80u
#define SURFACES 160u
#define QUIET    80u
#define AGAIN    60u
#define MEANS    90u
#define EDGES    80u
#define LARGE    7u
#define WIRES    30u
#define RING_AT  0x1FFEF000u /* where a ring of up to 1,023 words lies (docs/gpu-cases.md) */

static uint8_t *map_memory(void)
{
    void *p = mmap(NULL, XG_PHYS_SIZE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        abort();
    return p;
}

struct vector *vector_new(void)
{
    struct vector *v = calloc(1, sizeof *v);
    if (!v)
        abort();
    v->before = map_memory();
    v->memory = map_memory();
    return v;
}

void vector_free(struct vector *v)
{
    munmap(v->before, XG_PHYS_SIZE);
    munmap(v->memory, XG_PHYS_SIZE);
    free(v->tile_text);
    free(v);
}

void vector_begin(struct vector *v, const char *kind, unsigned number, uint64_t seed)
{
    uint8_t *before = v->before, *memory = v->memory;
    free(v->tile_text);
    memset(v, 0, sizeof *v);
    v->before = before;
    v->memory = memory;
    madvise(before, XG_PHYS_SIZE, MADV_DONTNEED);
    madvise(memory, XG_PHYS_SIZE, MADV_DONTNEED);
    v->known = true;
    v->buffers = 0x1FFE0000;
    v->stride = 0x1000;
    v->data = 0x1FFEC000;
    v->targets = 0x1FFED000;
    v->vertices = 0x1FFEE000;
    v->picture = 0x1FFC0000;
    snprintf(v->id, sizeof v->id, "%s.%03u", kind, number);
    v->random.s = seed * 1000003 + number;
    for (const char *c = kind; *c; c++)
        v->random.s = v->random.s * 31 + (uint8_t)*c;
    for (int i = 0; i < 4; i++)
        bench_random(&v->random);
}

void vector_spread(struct vector *v)
{
    v->buffers = 0x00300000;
    v->data = 0x00400000;
    v->targets = 0x00500000;
    v->vertices = 0x00200000;
    v->picture = 0x01000000;
}

void vector_host(struct vector *v, uint32_t index, uint32_t value)
{
    if (v->host_count == XG_COUNTOF(v->host))
        abort();
    for (unsigned i = 0; i < v->host_count; i++)
        if (v->host[i].index == index)
            return; /* a name may appear once */
    v->host[v->host_count].index = index;
    v->host[v->host_count++].value = value;
    vector_register(v, index, value);
}

void vector_put(struct vector *v, uint32_t word)
{
    if (v->buffer_at) {
        xg_st32be(v->memory + v->buffer_at + 4 * v->buffer_words++, word);
        return;
    }
    if (v->ring_count == VECTOR_WORDS)
        abort();
    v->ring[v->ring_count++] = word;
}

uint32_t vector_here(const struct vector *v)
{
    return v->buffer_at ? v->buffer_at + 4 * v->buffer_words
                        : RING_AT + 4 * (uint32_t)v->ring_count;
}

void vector_count(struct vector *v, uint32_t words)
{
    v->packets++;
    v->dwords += words;
}

void vector_event(struct vector *v, const char *text)
{
    size_t used = strlen(v->events);
    snprintf(v->events + used, sizeof v->events - used, "%s%s", used ? "," : "", text);
}

void vector_error(struct vector *v, uint32_t bit, uint32_t address)
{
    if (!v->error_bits) {
        v->error_address = address;
        v->error_packet = (uint32_t)v->packets;
    }
    v->error_bits |= bit;
}

void vector_give(struct vector *v, uint32_t at, uint32_t size)
{
    if (v->given_count == VECTOR_RANGES)
        abort();
    memcpy(v->before + at, v->memory + at, size);
    v->given[v->given_count].at = at;
    v->given[v->given_count++].size = size;
}

void vector_read(struct vector *v, uint32_t at, uint32_t size)
{
    if (v->read_count == VECTOR_RANGES)
        abort();
    v->read[v->read_count].at = at;
    v->read[v->read_count++].size = size;
}

/* A word of a tile: any, or one of the numbers of 32 and 16 bits with corners, or close to the one
 * before. */
static uint32_t tile_word(struct vector *v, uint32_t before)
{
    static const uint32_t words[] = {0,          0x80000000, 0x7F800000, 0xFF800000, 0x7FC00001,
                                     0x00000001, 0x007FFFFF, 0x00800000, 0x7F7FFFFF, 0x3F800000,
                                     0xBF800000, 0x7C00FC00, 0x7E007BFF, 0x03FF0400, 0x3C00BC00,
                                     0x7FFF8000, 0x80017FFF, 0xFFFFFFFF, 0x00FF00FF, 0xC00003FF};
    switch (v->special ? below(v, 4) : 0) {
    case 1:
        return words[below(v, XG_COUNTOF(words))];
    case 2:
        return before ^ (1u << below(v, 32)) ^ (one_in(v, 2) ? 0x80000000 : 0);
    default:
        return bench_random(&v->random);
    }
}

void vector_give_tile(struct vector *v, uint32_t tile)
{
    if (v->tile_given[tile])
        return;
    v->tile_given[tile] = 1;
    for (int i = 0; i < 1280; i++)
        v->tiles[tile][i] = tile_word(v, i ? v->tiles[tile][i - 1] : 0);
    size_t old = v->tile_text ? strlen(v->tile_text) : 0;
    v->tile_text = realloc(v->tile_text, old + 2 * XG_EDRAM_TILE_BYTES + 64);
    if (!v->tile_text)
        abort();
    char *p = v->tile_text + old;
    p += sprintf(p, "%s{\"index\":%u,\"hex\":\"", old ? "," : "", tile);
    for (int i = 0; i < 1280; i++, p += 8)
        sprintf(p, "%08x", xg_bswap32(v->tiles[tile][i]));
    sprintf(p, "\"}");
}

static void hex(FILE *f, const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        fprintf(f, "%02x", bytes[i]);
}

static void write_case(const struct vector *v, FILE *f)
{
    fprintf(f, "{\"id\":\"%s\",\"counters\":true,\"%s\":true", v->id,
            v->quiet ? "effects" : "trace");
    if (v->vblank)
        fprintf(f, ",\"vblank\":\"%x\"", v->vblank);
    if (v->writeback)
        fprintf(f, ",\"writeback\":\"%x\"", v->writeback);
    for (unsigned i = 0; i < v->given_count; i++) {
        fprintf(f, "%s{\"at\":\"%08x\",\"hex\":\"", i ? "," : ",\"mem\":[", v->given[i].at);
        hex(f, v->before + v->given[i].at, v->given[i].size);
        fprintf(f, "\"}%s", i + 1 == v->given_count ? "]" : "");
    }
    if (v->tile_text)
        fprintf(f, ",\"tiles\":[%s]", v->tile_text);
    for (unsigned i = 0; i < v->host_count; i++)
        fprintf(f, "%s\"%04x\":\"%08x\"%s", i ? "," : ",\"regs\":{", v->host[i].index,
                v->host[i].value, i + 1 == v->host_count ? "}" : "");
    if (v->samples[0])
        fprintf(f, ",\"samples\":[\"%x\",\"%x\",\"%x\"]", v->samples[0], v->samples[1],
                v->samples[2]);
    fputs(",\"ring\":[", f);
    for (size_t i = 0; i < v->ring_count; i++) {
        fprintf(f, "%s\"%08x\"", i ? "," : "", v->ring[i]);
        for (uint32_t n = 0; v->padded && v->ring[i] == VECTOR_LONG_PAD && n < VECTOR_PAD_WORDS;
             n++)
            fputs(",\"0\"", f);
    }
    fputs("],\"read\":[", f);
    for (unsigned i = 0; i < v->read_count; i++)
        fprintf(f, "%s{\"at\":\"%08x\",\"len\":%u}", i ? "," : "", v->read[i].at, v->read[i].size);
    fputs("],\"read_tiles\":[", f);
    const char *comma = "";
    for (unsigned t = 0; t < XG_EDRAM_TILES; t++)
        if (v->tile_read[t]) {
            fprintf(f, "%s%u", comma, t);
            comma = ",";
        }
    fputs("],\"read_regs\":[", f);
    comma = "";
    for (unsigned r = 0; r < XG_COUNTOF(v->regs); r++)
        if (v->reg_seen[r]) {
            fprintf(f, "%s\"%04x\"", comma, r);
            comma = ",";
        }
    fputs("]}\n", f);
}

static void write_expected(const struct vector *v, FILE *f)
{
    fprintf(f, "{\"id\":\"%s\",\"status\":\"%s\"", v->id, v->error_bits ? "error" : "idle");
    if (v->error_bits)
        fprintf(f, ",\"error\":{\"bits\":\"%08x\",\"address\":\"%08x\",\"packet\":%u}",
                v->error_bits, v->error_address, v->error_packet);
    fprintf(f, ",\"packets\":%" PRIu64 ",\"draws\":%" PRIu64 ",\"events\":[%s],\"mem\":[",
            v->packets, v->draws, v->events);
    for (unsigned i = 0; i < v->read_count; i++) {
        fprintf(f, "%s{\"at\":\"%08x\",\"hex\":\"", i ? "," : "", v->read[i].at);
        hex(f, v->memory + v->read[i].at, v->read[i].size);
        fputs("\"}", f);
    }
    fputs("],\"tiles\":[", f);
    const char *comma = "";
    for (unsigned t = 0; t < XG_EDRAM_TILES; t++)
        if (v->tile_read[t]) {
            fprintf(f, "%s{\"index\":%u,\"hex\":\"", comma, t);
            for (int i = 0; i < 1280; i++)
                fprintf(f, "%08x", xg_bswap32(v->tiles[t][i]));
            fputs("\"}", f);
            comma = ",";
        }
    fputs("],\"regs\":{", f);
    comma = "";
    for (unsigned r = 0; r < XG_COUNTOF(v->regs); r++)
        if (v->reg_seen[r]) {
            fprintf(f, "%s\"%04x\":\"%08x\"", comma, r, v->regs[r]);
            comma = ",";
        }
    fprintf(f,
            "},\"counters\":{\"dwords\":%" PRIu64 ",\"memory_writes\":%" PRIu64
            ",\"resolves\":%" PRIu64 ",\"resolve_bytes\":%" PRIu64 ",\"clears\":%" PRIu64
            ",\"interrupts\":%" PRIu64 ",\"swaps\":%" PRIu64 "}\n",
            v->dwords, v->memory_writes, v->resolves, v->resolve_bytes, v->clears, v->interrupts,
            v->swaps);
}

void vector_end(struct vector *v, FILE *cases, FILE *expected)
{
    write_case(v, cases);
    if (v->known)
        write_expected(v, expected);
}

/* The random streams of the differential tests as vectors: what comes of them is only known as the
 * golden digest of the whole trace. */
static void vector_stream(struct vector *v, bool mutated)
{
    static struct stream_words words;
    struct bench_random r = v->random;
    v->known = false;
    stream_make(&r, v->memory, &words, mutated);
    for (size_t i = 0; i < words.count && i < VECTOR_WORDS; i++)
        vector_put(v, words.words[i]);
    /* Everything that it put into memory, in pieces that leave out the zeros between. */
    uint32_t from = 0;
    for (uint32_t at = 0x200000; at <= 0x500000; at += 64) {
        static const uint8_t zeros[64];
        bool used = at < 0x500000 && memcmp(v->memory + at, zeros, 64) != 0;
        if (used && !from)
            from = at;
        if (from && !used && (at == 0x500000 || v->given_count < VECTOR_RANGES - 1)) {
            vector_give(v, from, at - from);
            from = 0;
        }
    }
    vector_read(v, 0x500000, 0x2040); /* fences */
    static const uint16_t regs[] = {0x578,  0x57F,  0x1DC,  0x2100, 0x21F9,
                                    0x21FC, 0x4000, 0x4800, 0xC44};
    for (size_t i = 0; i < XG_COUNTOF(regs); i++)
        v->reg_seen[regs[i]] = 1;
}

static void vector_valid(struct vector *v, unsigned number)
{
    XG_UNUSED(number);
    vector_stream(v, false);
}

static void vector_mutated(struct vector *v, unsigned number)
{
    XG_UNUSED(number);
    vector_stream(v, true);
}

int main(int argc, char **argv)
{
    FILE *cases = argc == 4 ? fopen(argv[2], "w") : NULL;
    FILE *expected = cases ? fopen(argv[3], "w") : NULL;
    if (!expected) {
        fprintf(stderr, "usage: vectors SEED CASES.jsonl EXPECTED.jsonl\n");
        return 2;
    }
    uint64_t seed = strtoull(argv[1], NULL, 0);
    struct vector *v = vector_new();
    static const struct {
        const char *name;
        unsigned count;
        void (*make)(struct vector *v, unsigned number);
    } kinds[] = {{"packets", PACKETS, vector_packets},  {"error", ERRORS, vector_errors},
                 {"copy", COPIES, vector_copy},         {"stream", STREAMS, vector_valid},
                 {"mutated", STREAMS, vector_mutated},  {"far", FAR, vector_far},
                 {"surface", SURFACES, vector_surface}, {"quiet", QUIET, vector_quiet},
                 {"again", AGAIN, vector_again},        {"mean", MEANS, vector_mean},
                 {"edge", EDGES, vector_edge},          {"large", LARGE, vector_large}};
    for (size_t k = 0; k < XG_COUNTOF(kinds); k++)
        for (unsigned i = 0; i < kinds[k].count; i++) {
            vector_begin(v, kinds[k].name, i, seed);
            kinds[k].make(v, i);
            vector_end(v, cases, expected);
        }
    for (unsigned i = 0; i < WIRES; i++) {
        vector_begin(v, "wire", i, seed);
        vector_wire(v, i, cases, expected);
    }
    vector_free(v);
    return fclose(cases) != 0 || fclose(expected) != 0;
}
