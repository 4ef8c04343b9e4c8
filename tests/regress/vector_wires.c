/* Vectors of the link (kind wire): words as they go over it, and what docs/link.md says comes back.
 * They are for targets that have a link; of the driver only the classes of credits are used here. A
 * case is a list of steps, each the words that are sent; what comes is known for each step when all
 * is quiet: the numbered frames without their checksums, in order, and the reasons of NAK. In the
 * end: the words that the device has granted of each class, besides those of the first step. */
#include "tests/regress/vectors.h"

#include "driver/link.h"
#include "gpu/xg_device_gen.h"

#include <stdlib.h>

#define BOARD_BYTES 0x40000u
#define FIRST_PAGE  0x1C010000u /* of memory, in this frame of the board: */
#define FIRST_FRAME 2u

struct wire {
    struct vector *v;
    FILE *cases, *expected;
    char *came; /* frames of this step */
    size_t came_size;
    FILE *came_file;
    char naks[256];
    uint8_t tag, their_tag; /* of the next frame, each way */
    uint32_t session, sent; /* sent: words since the registers were reset */
    uint16_t granted[3], credit[3];
    uint32_t board[BOARD_BYTES / 4];
    bool first_word;
    bool little; /* the first credit is for one answer */
};

static uint32_t crc_of(uint32_t crc, uint32_t word)
{
    crc ^= word;
    for (int i = 0; i < 32; i++)
        crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78 : 0);
    return crc;
}

static void put_word(struct wire *w, uint32_t word)
{
    fprintf(w->cases, "%s\"%08x\"", w->first_word ? "" : ",", word);
    w->first_word = false;
    w->sent++;
}

/* A frame's words; the checksum is changed by `wrong`. */
static void put_frame(struct wire *w, uint8_t op, uint8_t tag, uint32_t address,
                      const uint32_t *payload, uint32_t n, uint32_t wrong)
{
    const uint32_t head = (uint32_t)op << 24 | (uint32_t)tag << 16 | n;
    uint32_t crc = crc_of(crc_of(0xFFFFFFFF, head), address);
    put_word(w, head);
    put_word(w, address);
    for (uint32_t i = 0; i < n; i++) {
        put_word(w, payload[i]);
        crc = crc_of(crc, payload[i]);
    }
    put_word(w, ~crc ^ wrong);
}

/* The next frame, which arrives. */
static void send(struct wire *w, uint8_t op, uint32_t address, const uint32_t *payload, uint32_t n)
{
    put_frame(w, op, w->tag++, address, payload, n, 0);
    w->granted[xg_link_class(op)] = (uint16_t)(w->granted[xg_link_class(op)] + n + 3);
}

static void send_one(struct wire *w, uint8_t op, uint32_t address, uint32_t value)
{
    send(w, op, address, &value, 1);
}

/* What has come is acknowledged, and there is room for more of it. */
static void credit(struct wire *w, uint8_t op)
{
    const uint32_t words[2] = {(uint32_t)w->credit[1] << 16 | w->credit[0], w->credit[2]};
    put_frame(w, op, w->their_tag, 0, words, 2, 0);
}

/* A frame that comes. */
static void comes(struct wire *w, uint8_t op, uint32_t address, const uint32_t *payload, uint32_t n)
{
    fprintf(w->came_file, "%s\"%08x%08x", ftell(w->came_file) ? "," : "",
            (uint32_t)op << 24 | (uint32_t)w->their_tag++ << 16 | n, address);
    for (uint32_t i = 0; i < n; i++)
        fprintf(w->came_file, "%08x", payload[i]);
    fputc('"', w->came_file);
}

static void nak_comes(struct wire *w, uint32_t reason)
{
    const size_t used = strlen(w->naks);
    snprintf(w->naks + used, sizeof w->naks - used, "%s\"%x\"", used ? "," : "", reason);
}

static void step(struct wire *w)
{
    fputs("],[", w->cases);
    fclose(w->came_file);
    fprintf(w->expected, "[%s],", w->came);
    free(w->came);
    w->came_file = open_memstream(&w->came, &w->came_size);
    w->first_word = true;
    credit(w, XG_LINK_CREDIT);
}

static void hello(struct wire *w)
{
    w->session = bench_random(&w->v->random) & ~255u;
    w->tag = w->their_tag = 0;
    const uint32_t mine[2] = {16u << 16 | XG_LINK_MAX_WORDS, w->session};
    send(w, XG_LINK_HELLO, XG_LINK_VERSION, mine, 2);
    memset(w->granted, 0, sizeof w->granted); /* besides what the device grants at first */
    const uint32_t theirs[3] = {7, XG_LINK_MAX_WORDS, w->session};
    for (int i = 0; i < 3; i++)
        w->credit[i] = w->little ? 4096 + 6 : 24000;
    credit(w, XG_LINK_CREDIT);
    comes(w, XG_LINK_HELLO_ACK, XG_LINK_VERSION, theirs, 3);
}

static void fence(struct wire *w)
{
    const uint32_t cookie = bench_random(&w->v->random);
    send(w, XG_LINK_FENCE, cookie, NULL, 0);
    comes(w, XG_LINK_FENCE_ACK, cookie, NULL, 0);
}

static void read_csrs(struct wire *w, uint32_t at, const uint32_t *values, uint32_t n)
{
    send_one(w, XG_LINK_CSR_RD, at, n);
    comes(w, XG_LINK_CSR_DATA, at, values, n);
}

static void read_csr(struct wire *w, uint32_t at, uint32_t value)
{
    read_csrs(w, at, &value, 1);
}

/* --- what the vectors are about --- */

/* Registers hold what was written, and a reset takes it from them. */
static void registers(struct wire *w)
{
    static const uint16_t plain[] = {XG_CSR_SCRATCH,       XG_CSR_RB_BASE,
                                     XG_CSR_RPTR_WB_ADDR,  XG_CSR_VBLANK_COUNT,
                                     XG_CSR_SAMPLES_TOTAL, XG_CSR_SAMPLES_ZFAIL,
                                     XG_CSR_SAMPLES_ZPASS, XG_CSR_SAMPLES_STENCILFAIL,
                                     XG_CSR_SCANOUT,       XG_CSR_PACKET_BUDGET,
                                     XG_CSR_RB_CNTL};
    struct vector *v = w->v;
    for (unsigned round = 0; round < 2; round++) {
        uint32_t values[XG_COUNTOF(plain)];
        step(w);
        for (size_t i = 0; i < XG_COUNTOF(plain); i++) {
            values[i] = one_in(v, 3) ? ~0u : bench_random(&v->random);
            send_one(w, XG_LINK_CSR_WR, plain[i], values[i]);
        }
        for (size_t i = 0; i < XG_COUNTOF(plain); i++)
            read_csr(w, plain[i], plain[i] == XG_CSR_SCANOUT ? values[i] & 0x3FFF : values[i]);
        read_csr(w, XG_CSR_ID, XG_LINK_ID);
        read_csr(w, XG_CSR_FRAMES, 8192);
        step(w); /* words of this side, up to the end of this frame */
        send_one(w, XG_LINK_CSR_RD, XG_CSR_PERF_LINK_RX, 1);
        comes(w, XG_LINK_CSR_DATA, XG_CSR_PERF_LINK_RX, &w->sent, 1);
        step(w);
        send(w, XG_LINK_RESET, 0, NULL, 0);
        w->sent = 0;
        step(w);
        for (size_t i = 0; i < XG_COUNTOF(plain); i++)
            if (plain[i] != XG_CSR_SCANOUT)
                read_csr(w, plain[i], plain[i] == XG_CSR_PACKET_BUDGET ? ~0u : 0);
    }
}

/* Board memory, at any place and length. */
static void memory(struct wire *w)
{
    struct vector *v = w->v;
    step(w);
    for (uint32_t n = 1 + below(v, 60); n--;)
        send_one(w, XG_LINK_MAP_PAGE, n << 16, 0);
    for (unsigned turn = 0; turn < 12; turn++) {
        uint32_t words[300];
        const uint32_t at = below(v, one_in(v, 2) ? 100 : BOARD_BYTES / 4 - 300);
        const uint32_t n = 1 + below(v, one_in(v, 3) ? 300 : 20), x = bench_random(&v->random);
        if (turn % 3 == 0)
            step(w);
        if (one_in(v, 3)) {
            send(w, XG_LINK_MEM_FILL, 4 * at, (const uint32_t[]){n, x}, 2);
            for (uint32_t i = 0; i < n; i++)
                w->board[at + i] = x;
        } else {
            for (uint32_t i = 0; i < n; i++)
                w->board[at + i] = words[i] = bench_random(&v->random);
            send(w, XG_LINK_MEM_WR, 4 * at, words, n);
        }
        const uint32_t from = at + below(v, n), most = n - (from - at);
        const uint32_t count = 1 + below(v, most < 40 ? most : 40);
        send_one(w, XG_LINK_MEM_RD, 4 * from, count);
        comes(w, XG_LINK_MEM_DATA, 4 * from, w->board + from, count);
    }
}

/* What cannot be done is refused, and does nothing. */
static void refusals(struct wire *w)
{
    static const struct {
        uint8_t op;
        uint32_t address, words, first, reason;
    } rows[] = {{0x00, 0, 0, 0, XG_LINK_NAK_OPCODE},
                {0x10, 4, 3, 0, XG_LINK_NAK_OPCODE},
                {0x7F, 0, 1, 0, XG_LINK_NAK_OPCODE},
                {XG_LINK_CSR_RD, 0, 2, 1, XG_LINK_NAK_ARGUMENT},
                {XG_LINK_CSR_RD, 2, 1, 1, XG_LINK_NAK_ARGUMENT},
                {XG_LINK_CSR_RD, 0, 1, 0, XG_LINK_NAK_ARGUMENT},
                {XG_LINK_CSR_RD, 0, 1, 2049, XG_LINK_NAK_ARGUMENT},
                {XG_LINK_CSR_WR, 0x3FFFC, 2, 0, XG_LINK_NAK_ARGUMENT},
                {XG_LINK_MEM_RD, 0x1FFFFFFC, 1, 2, XG_LINK_NAK_ARGUMENT},
                {XG_LINK_MEM_WR, 0x20000000, 1, 0, XG_LINK_NAK_ARGUMENT},
                {XG_LINK_MEM_FILL, 0, 1, 1, XG_LINK_NAK_ARGUMENT},
                {XG_LINK_MAP_PAGE, 0x8000, 1, 1, XG_LINK_NAK_ARGUMENT},
                {XG_LINK_MAP_PAGE, 0, 1, 0x20000001, XG_LINK_NAK_ARGUMENT},
                {XG_LINK_TILE_RD, 2048, 0, 0, XG_LINK_NAK_ARGUMENT},
                {XG_LINK_FENCE, 0, 1, 0, XG_LINK_NAK_ARGUMENT},
                {XG_LINK_TILE_WR, 0, 1279, 0, XG_LINK_NAK_ARGUMENT}};
    static uint32_t words[1280];
    step(w);
    send(w, XG_LINK_MEM_WR, 0, w->board, 4);
    for (size_t i = 0; i < XG_COUNTOF(rows); i++) {
        const uint32_t reason = rows[i].reason, tag = w->tag;
        if (i % 4 == 0)
            step(w);
        words[0] = rows[i].first;
        send(w, rows[i].op, rows[i].address, words, rows[i].words);
        comes(w, XG_LINK_REFUSED, tag, &reason, 1);
    }
    send_one(w, XG_LINK_MEM_RD, 0, 4);
    comes(w, XG_LINK_MEM_DATA, 0, w->board, 4);
}

/* Frames that are damaged, too long, missing or here twice. */
static void damage(struct wire *w)
{
    const uint32_t one = 1;
    for (unsigned turn = 0; turn < 3; turn++) {
        step(w); /* a wrong checksum: dropped up to SYNC, and what was lost comes again */
        fence(w);
        put_frame(w, XG_LINK_FENCE, w->tag, 77, NULL, 0, 1u << below(w->v, 32));
        nak_comes(w, XG_LINK_NAK_CRC);
        put_frame(w, XG_LINK_FENCE, (uint8_t)(w->tag + 1), 78, NULL, 0, 0);
        put_word(w, XG_LINK_SYNC);
        fence(w);
        step(w); /* a frame is missing */
        put_frame(w, XG_LINK_FENCE, (uint8_t)(w->tag + 1), 79, NULL, 0, 0);
        nak_comes(w, XG_LINK_NAK_SEQUENCE);
        put_frame(w, XG_LINK_FENCE, (uint8_t)(w->tag + 2), 79, NULL, 0, 0);
        fence(w);
        step(w); /* a length that none has, while the device has much to say */
        send(w, XG_LINK_MEM_WR, 0, w->board, 300);
        for (uint32_t i = 0; i < 8; i++) {
            send_one(w, XG_LINK_MEM_RD, 0, 300);
            comes(w, XG_LINK_MEM_DATA, 0, w->board, 300);
        }
        send(w, XG_LINK_MEM_WR, 4096, w->board, 300);
        put_word(w, (uint32_t)XG_LINK_MEM_WR << 24 | (uint32_t)w->tag << 16 | 2049);
        nak_comes(w, XG_LINK_NAK_LENGTH);
        put_word(w, 0);
        put_word(w, XG_LINK_SYNC);
        fence(w);
        step(w); /* twice */
        put_frame(w, XG_LINK_CSR_RD, (uint8_t)(w->tag - 1), 0, &one, 1, 0);
        fence(w);
        step(w); /* and their frames again, from the one named on */
        const uint32_t cookie = bench_random(&w->v->random);
        for (uint32_t i = 0; i < 3; i++) {
            send(w, XG_LINK_FENCE, cookie + i, NULL, 0);
            comes(w, XG_LINK_FENCE_ACK, cookie + i, NULL, 0);
        }
        const uint8_t have = w->their_tag;
        w->their_tag = (uint8_t)(have - 2);
        step(w);
        credit(w, XG_LINK_AGAIN);
        for (uint32_t i = 1; i < 3; i++)
            comes(w, XG_LINK_FENCE_ACK, cookie + i, NULL, 0);
    }
}

/* HELLO once more is one that came twice; with another session it is a new beginning. */
static void beginnings(struct wire *w)
{
    for (unsigned turn = 0; turn < 4; turn++) {
        const uint32_t mine[2] = {16u << 16 | XG_LINK_MAX_WORDS, w->session};
        step(w);
        fence(w);
        step(w);
        put_frame(w, XG_LINK_HELLO, 0, XG_LINK_VERSION, mine, 2, 0);
        fence(w);
        step(w);
        hello(w);
        fence(w);
    }
}

/* The device answers as long as it has the credit for the longest frame, to the last word. */
static void credits(struct wire *w)
{
    uint32_t used = 3 + 3; /* HELLO_ACK */
    for (unsigned turn = 0; turn < 3; turn++) {
        const uint32_t all = 60, more = below(w->v, 150);
        uint32_t cookie = bench_random(&w->v->random), said = 0;
        w->credit[0] = (uint16_t)(used + 4096 + more);
        step(w);
        for (uint32_t i = 0; i < all; i++)
            send(w, XG_LINK_FENCE, cookie + i, NULL, 0);
        for (; said < all && 3 * said <= more; said++, used += 3)
            comes(w, XG_LINK_FENCE_ACK, cookie + said, NULL, 0);
        w->credit[0] = (uint16_t)(used + 4096 + 1000);
        step(w);
        for (; said < all; said++, used += 3)
            comes(w, XG_LINK_FENCE_ACK, cookie + said, NULL, 0);
    }
}

/* Tiles, also behind a reset, which leaves them alone. */
static void tiles(struct wire *w)
{
    static uint32_t words[1280];
    for (unsigned turn = 0; turn < 2; turn++) {
        const uint32_t tile = below(w->v, XG_EDRAM_TILES);
        for (uint32_t i = 0; i < 1280; i++)
            words[i] = bench_random(&w->v->random);
        step(w);
        send(w, XG_LINK_TILE_WR, tile, words, 1280);
        send(w, XG_LINK_TILE_RD, tile, NULL, 0);
        comes(w, XG_LINK_TILE_DATA, tile, words, 1280);
        step(w);
        send(w, XG_LINK_RESET, 0, NULL, 0);
        send(w, XG_LINK_TILE_RD, tile, NULL, 0);
        comes(w, XG_LINK_TILE_DATA, tile, words, 1280);
    }
}

/* An unknown packet, and where it stood, right behind a reset. */
static void an_error(struct wire *w)
{
    struct vector *v = w->v;
    for (unsigned turn = 0; turn < 3; turn++) {
        const uint32_t page = FIRST_PAGE + below(v, 0x200) * 0x10000, pads = 1 + below(v, 40);
        const uint32_t ring = page + below(v, 15) * 0x1000, at = ring + 4 * pads;
        uint32_t words[64];
        for (uint32_t i = 0; i < pads; i++)
            words[i] = xg_bswap32(0x80000000);
        words[pads] = xg_bswap32(PM4_TYPE3(0x7F, 1));
        words[pads + 1] = 0;
        step(w);
        send(w, XG_LINK_RESET, 0, NULL, 0);
        send_one(w, XG_LINK_MAP_PAGE, page, FIRST_FRAME << 16 | 1);
        send(w, XG_LINK_MEM_WR, FIRST_FRAME << 16 | (ring & 0xFFFF), words, pads + 2);
        send_one(w, XG_LINK_CSR_WR, XG_CSR_RB_BASE, ring);
        send_one(w, XG_LINK_CSR_WR, XG_CSR_RB_CNTL, 10);
        send_one(w, XG_LINK_CSR_WR, XG_CSR_CTRL, 2);
        send_one(w, XG_LINK_CSR_WR, XG_CSR_RB_WPTR, pads + 2);
        const uint32_t cost = 2 * pads + 2 + 1;
        comes(w, XG_LINK_ERROR, at, (const uint32_t[]){cost, 0, pads + 1, XG_GPU_ERR_OPCODE}, 4);
        comes(w, XG_LINK_IDLE, pads + 2, (const uint32_t[]){cost, 0, pads + 1}, 3);
        step(w);
        read_csrs(w, XG_CSR_ERROR_BITS, (const uint32_t[]){XG_GPU_ERR_OPCODE, at, pads + 1}, 3);
        read_csr(w, XG_CSR_RB_RPTR, pads + 2);
        read_csrs(w, XG_CSR_PERF_PACKETS, (const uint32_t[]){pads + 1, pads + 2}, 2);
        send_one(w, XG_LINK_CSR_WR, XG_CSR_ERROR_BITS, ~0u);
        read_csr(w, XG_CSR_ERROR_BITS, 0);
    }
}

/* A clear of tiles that the host has: the device asks for the first, and its status says that it
 * stands. Behind a reset they are the device's. */
static void tile_of_the_host(struct wire *w)
{
    static uint32_t tiles[XG_EDRAM_TILES][1280];
    struct vector *v = w->v;
    const uint32_t ring = 0x01000000, zero[24] = {0}, reset = below(v, 2);
    uint32_t words[1024], vertices[6], mine = XG_EDRAM_TILES;
    vector_spread(v);
    vector_prepare_clear(v);
    memcpy(tiles, v->tiles, sizeof tiles);
    vector_clear(v);
    const uint32_t n = (uint32_t)v->ring_count, cost = (uint32_t)(v->packets + v->dwords) +
                                                       XG_COST_DRAW + 8 * XG_COST_CLEAR_BLOCK;
    for (uint32_t i = 0; i < n; i++)
        words[i] = xg_bswap32(v->ring[i]);
    for (uint32_t i = 0; i < 6; i++)
        vertices[i] = xg_ld32le(v->memory + v->vertices + 4 * i);
    for (uint32_t t = 0; t < XG_EDRAM_TILES; t++)
        if (v->tile_read[t]) {
            mine = t;
            step(w);
            send(w, XG_LINK_TILE_WR, t, tiles[t], 1280);
        }
    step(w);
    send(w, XG_LINK_TILE_RD, mine, NULL, 0);
    comes(w, XG_LINK_TILE_DATA, mine, tiles[mine], 1280);
    step(w);
    if (reset)
        send(w, XG_LINK_RESET, 0, NULL, 0);
    send_one(w, XG_LINK_MAP_PAGE, ring, FIRST_FRAME << 16 | 1);
    send_one(w, XG_LINK_MAP_PAGE, v->vertices & ~0xFFFFu, (FIRST_FRAME + 1) << 16 | 1);
    send(w, XG_LINK_MEM_WR, FIRST_FRAME << 16, words, n);
    send(w, XG_LINK_MEM_WR, (FIRST_FRAME << 16) + 4 * n, zero, 24);
    send(w, XG_LINK_MEM_WR, (FIRST_FRAME + 1) << 16 | (v->vertices & 0xFFFF), vertices, 6);
    send_one(w, XG_LINK_CSR_WR, XG_CSR_RB_BASE, ring);
    send_one(w, XG_LINK_CSR_WR, XG_CSR_RB_CNTL, 10);
    send_one(w, XG_LINK_CSR_WR, XG_CSR_CTRL, 2);
    send_one(w, XG_LINK_CSR_WR, XG_CSR_RB_WPTR, n);
    if (!reset) {
        comes(w, XG_LINK_TILE_REQ, mine, NULL, 0);
        step(w);
        read_csr(w, XG_CSR_STATUS, 1 | 2 | 32);
        step(w);
        send(w, XG_LINK_TILE_WR, mine, tiles[mine], 1280);
    }
    comes(w, XG_LINK_IDLE, n, (const uint32_t[]){cost, 0, (uint32_t)v->packets}, 3);
    step(w);
    read_csr(w, XG_CSR_STATUS, 0);
    send(w, XG_LINK_TILE_RD, mine, NULL, 0);
    comes(w, XG_LINK_TILE_DATA, mine, v->tiles[mine], 1280);
}

void vector_wire(struct vector *v, unsigned number, FILE *cases, FILE *expected)
{
    static void (*const kinds[])(struct wire *) = {registers,  memory,  refusals, damage,
                                                   beginnings, credits, tiles,    an_error};
    static struct wire w;
    memset(&w, 0, sizeof w);
    w.v = v;
    w.cases = cases;
    w.expected = expected;
    w.little = number < 24 && number % XG_COUNTOF(kinds) == 5;
    w.came_file = open_memstream(&w.came, &w.came_size);
    fprintf(cases, "{\"id\":\"%s\",\"wire\":[", v->id);
    fprintf(expected, "{\"id\":\"%s\",\"came\":[", v->id);
    for (unsigned i = 0; i < BOARD_BYTES / 4; i++)
        w.board[i] = 0;
    fputs("[", cases);
    w.first_word = true;
    hello(&w);
    (number < 24 ? kinds[number % XG_COUNTOF(kinds)] : tile_of_the_host)(&w);
    fclose(w.came_file);
    fputs("]]}\n", cases);
    fprintf(expected, "[%s]],\"naks\":[%s],\"granted\":[\"%04x\",\"%04x\",\"%04x\"]\n", w.came,
            w.naks, w.granted[0], w.granted[1], w.granted[2]);
    free(w.came);
}
