/* Inside of the link device: state shared by its files. */
#ifndef XG_DRIVER_LINK_DEVICE_PRIV_H
#define XG_DRIVER_LINK_DEVICE_PRIV_H

#include "driver/link.h"
#include "driver/transport.h"
#include "gpu/device.h"
#include "gpu/view.h"

#define XG_LINK_PAGE_BYTES  (1u << XG_LINK_PAGE_LOG2)
#define XG_LINK_PAGES       (XG_PHYS_SIZE / XG_LINK_PAGE_BYTES)
#define XG_LINK_SMALL_PAGES (XG_PHYS_SIZE / 4096u)
#define XG_LINK_TILE_WORDS  (XG_EDRAM_TILE_BYTES / 4u)
#define XG_LINK_PERF_FIRST  XG_CSR_PERF_CYCLES
#define XG_LINK_PERF_COUNT  ((XG_CSR_PERF_FAULTS - XG_CSR_PERF_CYCLES) / 4u + 1u)

struct xg_link_copy;  /* link_lines.c */
struct xg_link_pages; /* link_pages.c */
struct xg_link_scan;  /* link_scan.h */
struct xg_link_tiles; /* link_tiles.c */

/* Words of a kept effect before its payload: op, words and flags, address. */
#define XG_LINK_KEPT_HEAD    3u
#define XG_LINK_KEPT_WORDS   0x3FFFFFFFu
#define XG_LINK_KEPT_AWAITED 0x40000000u /* its line has not arrived yet */
#define XG_LINK_KEPT_RESOLVE 0x80000000u /* MEM_PUSH: by a copy */

/* The answer waited for: op and address must fit, payload goes to `to`. */
struct xg_link_question {
    bool due;
    uint8_t answer;
    uint32_t address, answer_words;
    uint32_t *to;
};

/* All that was said to the device since it was made, as far as it changes it: what has to be said
 * again to one that has lost its state (link_restore.c). */
struct xg_link_record {
    struct xg_words words;
    size_t budget; /* place of the packet budget of the run under way */
    bool on, running;
    bool dropped; /* there was too much */
};

struct xg_link_device {
    struct xg_device device;
    struct xg_device_ops ops;
    struct xg_device_host host;
    struct xg_transport *transport;
    struct xg_gpu_view *view;
    struct xg_link link;
    struct xg_words effects; /* received, not told to the host yet: {op, words, address, payload} */
    struct xg_words draw;    /* pieces of a DELEGATE that is not whole yet */
    struct xg_gpu_reg *regs; /* of the draw being told */

    struct xg_link_pages *pages;
    struct xg_link_scan *scan;
    uint64_t effects_dropped;                 /* words ever dropped from the front of effects */
    struct xg_link_copy *copies, *copies_end; /* whose lines are not all here */

    bool going; /* works: set when it is let go, cleared when it says that it stands */
    bool kick_due, wait_answer_due, wait_answer, delegate_answer_due;
    bool errors_stale; /* an ERROR came: the sticky word is on the device */
    bool tracing, discarding;
    struct xg_link_question question;
    uint32_t hello[3], hello_version; /* what the device said */

    /* Losing and finding the device (link_io.c, link_restore.c). */
    bool held_up, wrote;  /* the transport took no more; it took some (of the last turn) */
    uint64_t idle_clocks; /* in which nothing went on */
    uint32_t silent_tries;
    struct xg_link_record record;
    bool ready; /* it was made; what comes from now on can be repeated */
    bool restoring, lost_again;
    uint32_t life;            /* times that it was found again */
    uint32_t losses;          /* since the end of a run */
    uint64_t told, told_most; /* effects told in this life; in any */
    uint32_t told_crc;        /* of those of this life */
    uint32_t caps;

    /* Where the device stands. BUSY: stopped by its budget, or going. */
    enum xg_device_state state;
    uint32_t budget; /* last written */
    uint32_t wptr;
    struct xg_gpu_wait wait;
    uint32_t sequence;   /* of the draw parked on */
    uint32_t samples[4]; /* as in CSRs SAMPLES_TOTAL and on */

    uint64_t cost; /* of the newest effect */
    uint32_t packet;
    uint64_t effect_count;
    uint32_t errors;

    /* Page frames (link_frames.c): a ring of `used` ones from the oldest on; holder: their pages.
     */
    uint32_t frame_count, frames_oldest, frames_used;
    bool stopping; /* the device was told to stop at the next packet, for want of frames */
    uint8_t resident[XG_LINK_PAGES];
    uint16_t frame_of[XG_LINK_PAGES], holder[XG_LINK_PAGES];
    uint8_t dirty[XG_LINK_SMALL_PAGES]; /* listed in dirty_list */
    uint32_t *dirty_list;
    size_t dirty_count;
    uint8_t *tiles[XG_EDRAM_TILES]; /* host's copy while it owns the tile, else NULL */
    struct xg_link_tiles *tiles_read;

    uint32_t perf[XG_LINK_PERF_COUNT];
    struct xg_gpu_counters counted;
    uint64_t unpolled_clocks; /* since the counters were read */

    struct xg_error err; /* kind not XG_OK: failed for good */
};

/* --- link_io.c: words, frames, answers --- */
/* Marks the device failed (the first reason stays); returns false. */
bool xg_link_broke(struct xg_link_device *d, const char *fmt, ...) XG_PRINTF(2, 3);
static inline bool xg_link_failed(const struct xg_link_device *d)
{
    return d->err.kind != XG_OK;
}
/* Queues a frame. */
void xg_link_send(struct xg_link_device *d, uint8_t op, uint32_t address, const uint32_t *payload,
                  uint32_t words);
void xg_link_csr_write(struct xg_link_device *d, uint32_t csr, uint32_t value);
/* Moves words both ways and handles frames; when nothing moved lets the device work, and adds
 * its clocks to *quiet (else sets it to 0). false: failed. */
bool xg_link_turn(struct xg_link_device *d, uint64_t *quiet);
/* Sends a frame and takes turns until its answer is there: payload of `words` words into `to`. */
bool xg_link_ask(struct xg_link_device *d, uint8_t op, uint32_t address, const uint32_t *payload,
                 uint32_t words, uint8_t answer, uint32_t answer_words, uint32_t *to);
bool xg_link_csr_read(struct xg_link_device *d, uint32_t csr, uint32_t count, uint32_t *to);
/* Hands the transport what may go now, without waiting. */
bool xg_link_write_out(struct xg_link_device *d, struct xg_error *err);

/* --- link_connect.c: the beginning of a session --- */
/* HELLO until the device answers, and whether it is one of ours (d->caps, d->frame_count). */
bool xg_link_connect(struct xg_link_device *d);
/* Zeros in all of the eDRAM. */
bool xg_link_clear_edram(struct xg_link_device *d);
/* Soft reset; what the device said before it is dropped. */
void xg_link_soft_reset(struct xg_link_device *d);

/* --- link_record.c, link_restore.c --- */
void xg_link_record_frame(struct xg_link_device *d, uint8_t op, uint32_t address,
                          const uint32_t *payload, uint32_t words);
/* A run: its frames that let the device go stand between begin and goes. */
void xg_link_record_begin(struct xg_link_device *d);
void xg_link_record_goes(struct xg_link_device *d);
/* packets: how many it took when the device was stopped early; UINT32_MAX: as the budget said. */
void xg_link_record_end(struct xg_link_device *d, uint32_t packets);
/* The device is lost (why): finds it and brings it back to where it was. false: failed. */
bool xg_link_lost(struct xg_link_device *d, const struct xg_error *why, uint64_t *quiet);
/* Words of posted frames are bounded: sends until few are left. */
void xg_link_flush_posted(struct xg_link_device *d);
/* Until it stands and all lines are here. */
void xg_link_until_it_stops(struct xg_link_device *d);

/* --- link_effects.c: what the device says on its own --- */
/* Checks and keeps an effect frame, and lets it change where the device stands. */
void xg_link_effect(struct xg_link_device *d, const struct xg_link_frame *f);
/* Tells the host what was kept, up to the first line that has not arrived. */
void xg_link_deliver(struct xg_link_device *d);

/* --- link_lines.c: lines of copies --- */
struct xg_link_line {
    uint32_t number; /* bus address / 64 */
    uint32_t effect; /* its effect's place behind that of the copy's first one, in words */
};
/* PAGE_DIRTY: keeps an effect for each line; at the end of a copy asks for their contents. */
bool xg_link_lines_dirty(struct xg_link_device *d, const struct xg_link_frame *f);
/* MEM_DATA: the answer to the oldest question. */
void xg_link_lines_data(struct xg_link_device *d, const struct xg_link_frame *f);
bool xg_link_lines_awaited(const struct xg_link_device *d);
/* A copy has begun and its last line is not known. */
bool xg_link_lines_untold(const struct xg_link_device *d);
/* Reset: nothing more is awaited. */
void xg_link_lines_forget(struct xg_link_device *d);

/* --- link_pages.c: lines for a host that takes them by the page --- */
bool xg_link_pages_create(struct xg_link_device *d);
void xg_link_pages_destroy(struct xg_link_device *d);
/* Nothing is under way any more; pages that were told keep their lines on the board. */
void xg_link_pages_forget(struct xg_link_device *d);
/* A copy is over. true: its lines can stay on the board, and were put together. */
bool xg_link_pages_stay(struct xg_link_device *d, const struct xg_link_line *lines, size_t count);
/* Then: keeps an effect for each page; `kept` afterwards sees whether the device waits for one. */
bool xg_link_pages_keep(struct xg_link_device *d, const uint32_t *stamp, xg_pa first);
void xg_link_pages_kept(struct xg_link_device *d, const struct xg_link_line *lines, size_t count);
/* Tells such an effect; w: its words from the stamp on. */
void xg_link_pages_told(struct xg_link_device *d, const struct xg_gpu_effect *e, const uint32_t *w);
/* MEM_DATA: true when it was for these lines. */
bool xg_link_pages_data(struct xg_link_device *d, const struct xg_link_frame *f);
bool xg_link_pages_awaited(const struct xg_link_device *d);
/* The device waits until this page of 64 KiB is clean. */
void xg_link_pages_wanted(struct xg_link_device *d, uint32_t big);
/* It is. */
void xg_link_pages_clean(struct xg_link_device *d, uint32_t big);
/* Reads the lines of a page (of all pages), and waits until they are here. Not while a frame is
 * being handled. */
void xg_link_pages_bring(struct xg_link_device *d, uint32_t big);
void xg_link_pages_bring_all(struct xg_link_device *d);
/* Does the board hold lines of this page of 64 KiB that the host has not read? */
bool xg_link_pages_absent(const struct xg_link_device *d, uint32_t big);
/* A memory write is about to be told. true: it is a line that goes with its page. */
bool xg_link_pages_take(struct xg_link_device *d, const struct xg_gpu_effect *e);
/* Tells the pages that were taken: before anything else is told. */
void xg_link_pages_tell(struct xg_link_device *d);

/* --- link_scan.c: pages that the device will need --- */
bool xg_link_scan_create(struct xg_link_device *d);
void xg_link_scan_destroy(struct xg_link_device *d);
void xg_link_scan_reset(struct xg_link_device *d);
void xg_link_scan_ring(struct xg_link_device *d, xg_pa base, uint32_t size_log2);
void xg_link_scan_writeback(struct xg_link_device *d, xg_pa address);
/* The host writes a register. */
void xg_link_scan_register(struct xg_link_device *d, uint32_t index, uint32_t value);
/* The device hands the host a draw or a shader. */
void xg_link_scan_handed(struct xg_link_device *d);
/* The device stands with nothing left to do: this is its read pointer. */
void xg_link_scan_stands(struct xg_link_device *d, uint32_t rptr);
/* The device is about to be let go: sends pages that it will need. */
void xg_link_scan_ahead(struct xg_link_device *d);

/* --- link_frames.c: where pages lie in board memory --- */
void xg_link_frames_forget(struct xg_link_device *d);
/* Where the board holds this address of a resident page. */
uint32_t xg_link_board_address(const struct xg_link_device *d, xg_pa address);
/* Gives an absent page a frame. */
bool xg_link_frame_take(struct xg_link_device *d, uint32_t page);
/* MAP_PAGE: the resident page is open to the device, and clean. */
void xg_link_page_map(struct xg_link_device *d, uint32_t page);
/* Few frames are free: the device must be stopped soon. */
bool xg_link_frames_low(const struct xg_link_device *d);
/* Gives up the oldest pages until enough frames are free. Only while the device stands and all its
 * effects were told. */
void xg_link_frames_free(struct xg_link_device *d);

/* --- link_memory.c: pages and tiles --- */
/* Sends a page that is not resident, and opens it to the device. */
void xg_link_page_bring(struct xg_link_device *d, uint32_t page);
void xg_link_page_fault(struct xg_link_device *d, uint32_t address);
void xg_link_page_dirty(struct xg_link_device *d, xg_pa page);
void xg_link_push_dirty(struct xg_link_device *d);
/* After a reset of the device: no page is resident. */
void xg_link_forget_pages(struct xg_link_device *d);

/* --- link_tiles.c: who owns a tile --- */
bool xg_link_tiles_create(struct xg_link_device *d);
void xg_link_tiles_destroy(struct xg_link_device *d);
/* After a reset of the device: no tile is the host's. */
void xg_link_tiles_forget(struct xg_link_device *d);
void xg_link_tile_request(struct xg_link_device *d, uint32_t tile);
/* Gives a tile of the host (modulo their number) back to the device. */
void xg_link_tile_hand(struct xg_link_device *d, uint32_t tile);
void xg_link_tile_read(struct xg_link_device *d, uint32_t tile, uint8_t *bytes);
void xg_link_tile_write(struct xg_link_device *d, uint32_t tile, const uint8_t *bytes);
bool xg_link_tiles_awaited(const struct xg_link_device *d);
/* TILE_DATA: true when it was for tiles that are being read. */
bool xg_link_tile_data(struct xg_link_device *d, const struct xg_link_frame *f);

#endif
