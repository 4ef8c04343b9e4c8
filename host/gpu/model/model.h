/* Inside of the golden model. docs/device.md is the specification; every file here
 * implements one of its sections:
 *   model.c      the device operations
 *   packets.c    ring, indirect buffers, headers, the run loop
 *   opcodes.c    type-3 packets
 *   registers.c  register file and its side effects
 *   effects.c    what the host is told, in order
 *   copy.c       copy and clear: registers to a job, cost, errors
 *   rectangle.c  copy and clear: the rectangle
 *   resolve.c    copy: moving the pixels; permute.c where the bits stay as they are
 *   lines.c      copy: what becomes of the lines
 *   formats.c    colour and destination formats; number.c their arithmetic
 *   edram.c      tiles, clears
 * The null device is the same command processor with the pixel work left out. */
#ifndef XG_GPU_MODEL_MODEL_H
#define XG_GPU_MODEL_MODEL_H

#include "gpu/device.h"
#include "gpu/lines.h"
#include "gpu/model/formats.h"
#include "gpu/model/permute.h"
#include "gpu/operand.h"
#include "gpu/view.h"
#include "memory/memory.h"

#define XG_MODEL_REGS          0x8000u /* 15-bit indices; not all are present */
#define XG_MODEL_IB_DEPTH      4u
#define XG_MODEL_MAX_PAYLOAD   0x4000u
#define XG_MODEL_RING_LOG2_MAX 22u
#define XG_TILE_WORDS          (XG_EDRAM_TILE_BYTES / 4)

enum xg_model_parked { XG_MODEL_RUNNING, XG_MODEL_ON_WAIT, XG_MODEL_ON_DELEGATE };

struct xg_model_ib {
    xg_pa address; /* of the next dword */
    uint32_t left; /* dwords */
};

struct xg_model {
    struct xg_device device;
    struct xg_device_host host;
    struct xg_gpu_view *view;
    bool pixels; /* false: the null device */

    /* Ring: pointers in dwords. */
    xg_pa ring_base, rptr_writeback;
    uint32_t ring_mask, rptr, wptr;
    bool idle_due; /* something was consumed or kicked since the last IDLE */
    struct xg_model_ib ib[XG_MODEL_IB_DEPTH];
    unsigned depth;

    /* The page the last command word came from. */
    const uint8_t *fetch_page;
    uint32_t fetch_number, fetch_generation;

    /* The packet in hand. */
    xg_pa header_pa;
    uint32_t words_left; /* payload not taken yet */

    enum xg_model_parked parked;
    struct xg_gpu_wait wait;
    uint32_t cond_info, cond_target, cond_value; /* of a parked COND_WRITE: w0, w4, w5 */

    uint64_t cost;
    uint32_t packets;
    uint64_t bin_mask, bin_select;
    uint32_t vblank_count;
    uint32_t samples[4]; /* running totals: all, failed depth, passed, failed stencil */
    uint32_t errors;
    bool trace, failed;
    enum { XG_LINES_TOLD, XG_LINES_KEPT, XG_LINES_AGAIN } lines; /* see xg_model_lines_begin */
    struct xg_gpu_counters counters;

    /* Delegation: registers changed since the last one, one bit each. */
    uint64_t dirty[XG_MODEL_REGS / 64];
    uint32_t delegations;
    struct xg_gpu_reg *changed; /* XG_MODEL_REGS entries */
    uint32_t *immediate;        /* XG_MODEL_MAX_PAYLOAD words */

    struct xg_line_pool *pool;
    struct xg_line_page **page_of; /* pages of the copy in hand, by number */
    xg_permute_band_fn *band;      /* how this host moves bits */

    void *edram_mapping;
    uint32_t *edram; /* XG_EDRAM_TILES * XG_TILE_WORDS */
    uint32_t regs[XG_MODEL_REGS];
};

/* --- effects.c --- */
/* One dword of the command processor, given as little-endian word. */
void xg_model_mem32(struct xg_model *m, xg_pa address, uint32_t word);
void xg_model_reg_effect(struct xg_model *m, uint32_t index, uint32_t value);
void xg_model_irq(struct xg_model *m, uint32_t mask);
void xg_model_swap(struct xg_model *m, xg_pa address, uint32_t width, uint32_t height);
/* Parks on m->wait. */
void xg_model_park(struct xg_model *m);
/* Parks on a draw or a shader load (opcode XG_PM4_*); immediate words are the packet's
 * remaining payload. */
void xg_model_delegate(struct xg_model *m, uint8_t opcode, uint32_t initiator, uint32_t dma_base,
                       uint32_t dma_size, bool immediate);
void xg_model_idle(struct xg_model *m);
void xg_model_error(struct xg_model *m, uint32_t bit, uint32_t address);

/* --- registers.c --- */
bool xg_model_reg_present(uint32_t index);
uint32_t xg_model_reg_read(const struct xg_model *m, uint32_t index);
void xg_model_reg_write(struct xg_model *m, uint32_t index, uint32_t value);
/* Stores without side effects; index must be present. */
void xg_model_reg_store(struct xg_model *m, uint32_t index, uint32_t value);

/* --- packets.c --- */
/* The next payload word of the packet in hand; 0 when there is none left. */
uint32_t xg_model_word(struct xg_model *m);
void xg_model_skip(struct xg_model *m);
enum xg_device_state xg_model_run(struct xg_model *m, uint64_t packets);

/* --- opcodes.c --- */
void xg_model_type3(struct xg_model *m, uint32_t header);
/* The rest of a COND_WRITE whose condition is true. */
void xg_model_cond_write(struct xg_model *m, uint32_t info, uint32_t target, uint32_t value);

/* --- copy.c --- */
/* A surface in eDRAM. */
struct xg_surface {
    uint32_t base;           /* tile */
    uint32_t pitch;          /* tiles a row of tiles */
    uint32_t words;          /* of a sample: 1 or 2 */
    uint32_t x_log2, y_log2; /* samples of a pixel */
    bool swap_columns;       /* depth: the halves of a tile change places */
};
enum xg_copy_how {
    XG_COPY_NOTHING,
    XG_COPY_BITS,    /* one sample's words */
    XG_COPY_CONVERT, /* components */
    XG_COPY_CONSTANT,
};
struct xg_copy_job {
    uint32_t x0, y0, x1, y1; /* pixels, multiples of 8, x0 < x1, y0 < y1 */
    enum xg_copy_how how;
    struct xg_surface source;
    uint32_t format; /* colour format; of no meaning for depth */
    uint32_t samples[4], sample_count;
    bool swap; /* red and blue */
    int32_t bias;
    bool gamma; /* code red, green, blue for the destination */
    uint32_t constant[4];
    const struct xg_dest_format *dest;
    uint32_t dest_code, number, endian; /* fields of RB_COPY_DEST_INFO */
    xg_pa dest_base;
    uint32_t pitch32, height16; /* of the destination, see gpu/tiled.h */
    bool volume;
    uint32_t slice;
    bool clear_color, clear_depth;
    uint32_t color_value[2], depth_value[2];
    struct xg_surface color, depth; /* what the clears fill */
};
/* rectangle.c: steps 1 to 4. false: empty, or an error was reported. */
bool xg_model_rectangle(struct xg_model *m, struct xg_copy_job *job);
/* A draw with RB_MODECONTROL = 6. */
void xg_model_copy(struct xg_model *m);

/* --- lines.c --- */
bool xg_model_lines_init(struct xg_model *m);
void xg_model_lines_free(struct xg_model *m);
/* Lines of the copy in hand. */
struct xg_copy_lines {
    struct xg_gpu_effect effect;
    bool by_page;
    struct xg_line_page *pages, **last; /* in the order of their first lines */
    _Alignas(XG_LINE_BYTES) uint8_t line[XG_LINE_BYTES];
};
/* once: no line is written twice. A copy for which that may be wrong is made twice, line by line:
 * first its lines are only KEPT in the view, then told AGAIN as they are there (m->lines). */
void xg_model_lines_begin(struct xg_model *m, struct xg_copy_lines *l, bool once);
/* Where to make the line at this bus address; then it is made. */
uint8_t *xg_model_line_room(struct xg_model *m, struct xg_copy_lines *l, xg_pa address);
void xg_model_line_made(struct xg_model *m, struct xg_copy_lines *l, xg_pa address);
/* by_page: the page of this address, whose mask the caller fills; NULL: host memory ran out. */
struct xg_line_page *xg_model_lines_page(struct xg_model *m, struct xg_copy_lines *l,
                                         xg_pa address);
/* first: address of the copy's first line. */
void xg_model_lines_end(struct xg_model *m, struct xg_copy_lines *l, xg_pa first);

/* --- resolve.c, edram.c --- */
void xg_model_resolve(struct xg_model *m, const struct xg_copy_job *job);
void xg_edram_fill(uint32_t *edram, const struct xg_surface *s, const struct xg_copy_job *rect,
                   const uint32_t value[2]);
/* Index of the first word of sample (sx, sy) in eDRAM; the next words follow in order up to the end
 * of half a tile (40 words). */
static inline uint32_t xg_edram_word(const struct xg_surface *s, uint32_t sx, uint32_t sy)
{
    uint32_t word = sx * s->words, column = word % 80;
    if (s->swap_columns)
        column = column < 40 ? column + 40 : column - 40;
    uint32_t tile = (s->base + (sy / 16) * s->pitch + word / 80) % XG_EDRAM_TILES;
    return tile * XG_TILE_WORDS + sy % 16 * 80 + column;
}

#endif
