/* The GPU device contract: command processor, registers, eDRAM and resolves.
 * Implementations: model (host/gpu/model, golden C), the link back end
 * (driver/, over the Verilated core in sim/ or a board), the pair (host/gpu/pair.c,
 * runs two and compares), null. docs/device.md defines what a device does packet
 * by packet; docs/link.md is the same contract serialised.
 *
 * Time. A device knows no guest time. It counts *cost*: a 48-bit running total in
 * GPU clocks, advanced by the rules of gpu/cost.csv, the same on every back end.
 * Every effect carries the cost at which it happens; the front (gpu/gpu.h) turns
 * cost into guest time and makes the effect visible to the guest then.
 *
 * Memory. A device reads guest memory as it is when run() is called, plus its own
 * earlier writes. It never writes guest memory: writes are effects, which the
 * front applies in order. The front calls retire() when it has applied them.
 *
 * Order. Effects come in program order of the packets, as if sequential. */
#ifndef XG_GPU_DEVICE_H
#define XG_GPU_DEVICE_H

#include "base/error.h"
#include "base/types.h"

#define XG_EDRAM_TILES      2048u
#define XG_EDRAM_TILE_BYTES 5120u /* 80 x 16 samples of 32 bits, little-endian words */

enum xg_gpu_effect_kind {
    XG_GPU_REG,      /* register write, only while tracing: index, value */
    XG_GPU_MEM,      /* memory write: address, size, bytes */
    XG_GPU_IRQ,      /* PM4_INTERRUPT: value = CPU mask */
    XG_GPU_SWAP,     /* front buffer: address, width, height */
    XG_GPU_WAIT,     /* parked: see struct xg_gpu_wait */
    XG_GPU_DELEGATE, /* parked on a draw the device cannot run: see xg_gpu_draw */
    XG_GPU_IDLE,     /* everything up to the write pointer is done: value = read pointer */
    XG_GPU_ERROR,    /* first-fault record: value = error bit, address, packet */
};

enum xg_gpu_producer { XG_GPU_FROM_CP, XG_GPU_FROM_RESOLVE };

/* The operand of WAIT_REG_MEM or COND_WRITE. For memory the host evaluates
 * (gpu_swap(load32le(address), endian) & mask) FUNC reference, once it is due. For a
 * register the device has found it false and evaluates again at each host write. */
struct xg_gpu_wait {
    bool is_register;
    bool conditional; /* COND_WRITE: answer 0 or 1 at once; else answer 1 when true */
    uint8_t function; /* 0 never, 1 <, 2 <=, 3 ==, 4 !=, 5 >=, 6 >, 7 always */
    uint8_t endian;   /* 0..3 */
    uint32_t address; /* bus address (dword aligned) or register index */
    uint32_t reference;
    uint32_t mask;
};

struct xg_gpu_reg {
    uint16_t index;
    uint32_t value;
};

/* A delegated draw. regs holds every register whose value changed since the last
 * delegation (since reset for the first), ascending; valid during the callback. */
struct xg_gpu_draw {
    uint32_t sequence;
    /* XG_PM4_*: DRAW_INDX or DRAW_INDX_2 (0 counts as these); IM_LOAD and
     * IM_LOAD_IMMEDIATE deliver a shader: dma_base = w0 (bus address | type 0 VS, 1 PS),
     * dma_size = w1 (dwords in [15:0]), immediate = the code of IM_LOAD_IMMEDIATE. */
    uint8_t opcode;
    uint32_t initiator, dma_base, dma_size;
    const struct xg_gpu_reg *regs;
    size_t reg_count;
    const uint32_t *immediate; /* inline words, NULL when none */
    size_t immediate_count;
};

struct xg_gpu_effect {
    enum xg_gpu_effect_kind kind;
    enum xg_gpu_producer producer; /* MEM */
    uint64_t cost;                 /* running total when the effect happens */
    uint32_t packet;               /* packets retired so far, this one included */
    uint32_t address;              /* MEM, SWAP, ERROR; register index for REG */
    uint32_t value;
    uint32_t width, height; /* SWAP, pixels */
    uint32_t size;          /* MEM, bytes, a multiple of 4, <= 64, within one line of 64 */
    const uint8_t *bytes;   /* MEM, valid during the callback */
    const struct xg_gpu_wait *wait;
    const struct xg_gpu_draw *draw;
};

/* What the samples of a delegated draw met in the depth and stencil tests; without tests they pass.
 */
struct xg_gpu_samples {
    uint32_t passed, z_failed, stencil_failed;
};

/* What a device at rest holds and no register or tile shows: for snapshots. */
struct xg_gpu_hidden {
    uint64_t bin_mask, bin_select;
    uint64_t cost;
    uint32_t packets;
    uint32_t samples[4]; /* running totals: all, failed depth, passed, failed stencil */
};

/* Lines of one copy in one 4 KiB page: the same as an XG_GPU_MEM effect for each of them, for a
 * host that wants many at once. The pages of a copy come together, in place of its lines. */
struct xg_line_page; /* gpu/lines.h */
struct xg_gpu_lines {
    uint64_t cost;
    uint32_t packet;
    xg_pa page;                /* bus address of the 4 KiB page */
    xg_pa first;               /* of the first page: bus address of the copy's first line */
    struct xg_line_page *data; /* the host holds it as long as it needs it */
};

/* What a device needs of its host. */
struct xg_device_host {
    void *ctx;
    /* Host address of the 4 KiB bus page, readable, current until run() returns. */
    const uint8_t *(*page)(void *ctx, xg_pa page);
    /* From now on tell me of CPU stores to this page (xg_device_ops.page_dirty). */
    void (*watch)(void *ctx, xg_pa page);
    void (*effect)(void *ctx, const struct xg_gpu_effect *e);
    /* NULL: lines of copies are effects, one by one in program order. That they are too while
     * tracing, and where a copy may write a line twice.
     * true: page() shows these lines from now on, so that the device need not keep them. */
    bool (*lines)(void *ctx, const struct xg_gpu_lines *l);
    /* With lines: may their bytes stay on the device until someone asks (xg_line_page_bytes)?
     * NULL: yes. */
    bool (*may_stay)(void *ctx);
};

enum xg_device_state {
    XG_DEVICE_IDLE,
    XG_DEVICE_BUSY,
    XG_DEVICE_WAITING,
    XG_DEVICE_DELEGATING,
    XG_DEVICE_FAILED
};

/* Counters every back end keeps; cycles is 0 where there is no clock. */
struct xg_gpu_counters {
    uint64_t cycles, busy_cycles;
    uint64_t packets, dwords;
    uint64_t draws_local, draws_delegated, resolves, clears;
    uint64_t resolve_bytes, memory_writes, interrupts, swaps;
    uint64_t link_rx_bytes, link_tx_bytes, page_faults, pages_pushed;
};

/* Sticky error bits (first one also gives an XG_GPU_ERROR effect). */
enum xg_gpu_error_bit {
    XG_GPU_ERR_OPCODE = 1u << 0,      /* type-3 opcode not in gpu/pm4.csv: skipped by length */
    XG_GPU_ERR_REGISTER = 1u << 1,    /* register index outside the register file */
    XG_GPU_ERR_IB_DEPTH = 1u << 2,    /* indirect buffers nested deeper than 4: skipped */
    XG_GPU_ERR_TRUNCATED = 1u << 3,   /* packet runs past the end of its indirect buffer */
    XG_GPU_ERR_SHORT = 1u << 4,       /* packet has fewer words than its opcode needs: skipped */
    XG_GPU_ERR_COPY = 1u << 5,        /* resolve with a mode this layer does not implement */
    XG_GPU_ERR_COPY_VERTEX = 1u << 6, /* resolve rectangle: fetch constant 0 invalid or NaN */
};

struct xg_device;
struct xg_device_ops {
    const char *name;
    void (*destroy)(struct xg_device *d);
    void (*reset)(struct xg_device *d);
    /* Ring: base is a bus address, size_log2 the size in dwords. Resets the read
     * pointer. rptr_writeback: bus address the read pointer is written to (big-endian
     * dword) each time the device goes idle; 0 = nowhere. */
    void (*ring)(struct xg_device *d, xg_pa base, uint32_t size_log2);
    void (*rptr_writeback)(struct xg_device *d, xg_pa address);
    /* Guest register window: index = offset / 4, side effects as by a packet. */
    uint32_t (*reg_read)(struct xg_device *d, uint32_t index);
    void (*reg_write)(struct xg_device *d, uint32_t index, uint32_t value);
    void (*vblank)(struct xg_device *d, uint32_t count); /* value for EVENT_WRITE_SHD bit 31 */
    /* New write pointer, in dwords (taken modulo the ring size). */
    void (*kick)(struct xg_device *d, uint32_t wptr);
    /* Runs until idle, parked, failed, or `packets` more packets are retired. */
    enum xg_device_state (*run)(struct xg_device *d, uint64_t packets);
    /* Answers the parked WAIT: result for COND_WRITE, true for WAIT_REG_MEM. */
    void (*wait_done)(struct xg_device *d, bool result);
    /* The host has finished the delegated draw (its reads and its tile writes). */
    void (*delegate_done)(struct xg_device *d, uint32_t sequence);
    /* Whole eDRAM tiles, 5,120 bytes each. Reading hands the tile to the host until
     * it is written back or the device asks for it (implementations do that alone). */
    void (*tile_read)(struct xg_device *d, uint32_t tile, uint8_t *bytes);
    void (*tile_write)(struct xg_device *d, uint32_t tile, const uint8_t *bytes);
    /* The CPU is about to store to this watched page. */
    void (*page_dirty)(struct xg_device *d, xg_pa page);
    /* All MEM effects with cost <= this have been applied to guest memory. */
    void (*retire)(struct xg_device *d, uint64_t cost);
    void (*trace)(struct xg_device *d, bool on);   /* REG effects */
    uint32_t (*errors)(const struct xg_device *d); /* enum xg_gpu_error_bit, sticky */
    void (*counters)(struct xg_device *d, struct xg_gpu_counters *out);
    /* After XG_DEVICE_FAILED: the sentence that says why. May be NULL (no better words
     * than "it failed"). */
    const char *(*failure)(const struct xg_device *d);
    /* The tiles themselves, XG_EDRAM_TILES of them as words of the host's order, where a device
     * keeps them in host memory: the host may read and write them while the device is parked on
     * a delegated draw. NULL (the entry, or what it returns): they are read and written whole. */
    uint32_t *(*tile_memory)(struct xg_device *d);
    /* Adds to the running totals that EVENT_WRITE_ZPD writes (docs/device.md): the draw that the
     * device is parked on, before its delegate_done. May be NULL. */
    void (*add_samples)(struct xg_device *d, const struct xg_gpu_samples *samples);
    /* May be NULL: the device cannot tell (GPU traces of it have no key frames). */
    void (*hidden)(const struct xg_device *d, struct xg_gpu_hidden *out);
};
struct xg_device {
    const struct xg_device_ops *ops;
};

/* --- the implementations. Each returns NULL and fills err when it cannot start.
 * The host record is copied. --- */
struct xg_device *xg_device_model_create(const struct xg_device_host *host, struct xg_error *err);
struct xg_device *xg_device_null_create(const struct xg_device_host *host, struct xg_error *err);
/* Takes two constructors, runs b after a on the same view of memory, compares their
 * effects one by one and fails (XG_DEVICE_FAILED, message in err text of
 * xg_device_pair_difference) at the first difference. Effects of a reach the host. */
typedef struct xg_device *xg_device_create_fn(const struct xg_device_host *host,
                                              struct xg_error *err);
struct xg_device *xg_device_pair_create(const struct xg_device_host *host, xg_device_create_fn *a,
                                        xg_device_create_fn *b, struct xg_error *err);
/* Sentence that describes the first difference, or NULL. */
const char *xg_device_pair_difference(const struct xg_device *d);
/* Compares every tile that changed and was not compared yet (going idle compares a few of them,
 * tile_read the one it reads). false: they differ. */
bool xg_device_pair_settle(struct xg_device *d);

#endif
