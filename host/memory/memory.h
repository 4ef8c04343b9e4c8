/* Guest memory: one 4 GiB host reservation, the 512 MiB physical memory aliased
 * into the A, C and E windows, the image region aliased at 0x8/0x9, device
 * windows (MMIO), and one access byte per 4 KiB page.
 *
 * The access bytes are the truth for every engine: the interpreter and the
 * kernel check them before each access, the JIT mirrors them with host page
 * protection. A guest pointer becomes a host pointer by one add (mem->base + ga).
 * Regions are data: memory/regions.csv. */
#ifndef XG_MEMORY_MEMORY_H
#define XG_MEMORY_MEMORY_H

#include "base/endian.h"
#include "base/error.h"
#include "base/types.h"

#define XG_PAGE_SHIFT 12
#define XG_PAGE_SIZE  4096u

/* Access byte of a 4 KiB page of guest address space. */
enum xg_page_access {
    XG_PAGE_R = 0x01,
    XG_PAGE_W = 0x02,
    XG_PAGE_X = 0x04,
    XG_PAGE_MMIO = 0x08,    /* R and W clear: accesses go to the device window */
    XG_PAGE_WATCH = 0x10,   /* first store reports to the watcher, then clears */
    XG_PAGE_CODE = 0x20,    /* translated code exists: a store drops it first */
    XG_PAGE_JOURNAL = 0x40, /* host protection alone: memory/journal.h keeps its bytes first */
    XG_PAGE_AWAY = 0x80,    /* its newest bytes are elsewhere: any access fetches them first */
};

enum xg_fault_kind {
    XG_FAULT_NONE,
    XG_FAULT_UNMAPPED,   /* no access of this kind: page not mapped */
    XG_FAULT_PROTECTED,  /* mapped, but not for this access */
    XG_FAULT_MISALIGNED, /* lwarx/stwcx. and friends */
    XG_FAULT_ILLEGAL,    /* undefined or privileged encoding */
    XG_FAULT_FETCH,      /* instruction fetch from a page without X */
    XG_FAULT_TRAP,       /* tw/td/twi/tdi condition met */
    XG_FAULT_DEVICE,     /* MMIO access of a width or offset that is not there */
};
const char *xg_fault_name(enum xg_fault_kind kind);

/* A device window. Offsets are relative to the window's base. Accesses are
 * 32-bit big-endian words seen as host values. */
struct xg_mmio_ops {
    void *ctx;
    bool (*read32)(void *ctx, uint32_t offset, uint32_t *value);
    bool (*write32)(void *ctx, uint32_t offset, uint32_t value);
};

struct xg_memory_private;
struct xg_memory {
    uint8_t *base;   /* host address of guest address 0; low 32 bits are zero */
    uint8_t *phys;   /* host address of bus address 0 (an alias, always R+W) */
    uint8_t *access; /* 1 << 20 access bytes, index = ga >> XG_PAGE_SHIFT */
    struct xg_memory_private *p;
};

/* Reserves the address space. Returns NULL and fills err when the host refuses. */
struct xg_memory *xg_memory_create(struct xg_error *err);
void xg_memory_destroy(struct xg_memory *mem);

/* Sets R/W/X of whole pages [ga, ga+size). Keeps WATCH, CODE and the bytes. Other
 * windows of the same bytes are not touched. false: range not in one RAM region, or
 * the host refuses. */
bool xg_memory_protect(struct xg_memory *mem, xg_ga ga, uint32_t size, unsigned rwx,
                       struct xg_error *err);
/* Gives the bytes of whole pages [ga, ga+size) back to the host: they read as zero
 * afterwards, through every window. Access bytes stay. */
bool xg_memory_discard(struct xg_memory *mem, xg_ga ga, uint32_t size, struct xg_error *err);

/* Bus address behind a guest address of the A, C or E window; XG_PA_NONE else.
 * E: (ga & 0x1FFFFFFF) + 0x1000. */
xg_pa xg_memory_bus(const struct xg_memory *mem, xg_ga ga);

/* Installs a device window; it may not overlap RAM or another window. */
bool xg_memory_map_device(struct xg_memory *mem, const char *name, xg_ga base, uint32_t size,
                          const struct xg_mmio_ops *ops, struct xg_error *err);

/* --- checked access, for the kernel, the loader and the interpreter's slow path.
 * They honour access bytes, device windows and watches; the first failing byte's
 * page decides the fault. --- */
struct xg_fault {
    enum xg_fault_kind kind;
    xg_ga address; /* first byte that could not be accessed */
    bool store;
};
bool xg_memory_read(struct xg_memory *mem, xg_ga ga, void *buf, uint32_t size, struct xg_fault *f);
bool xg_memory_write(struct xg_memory *mem, xg_ga ga, const void *buf, uint32_t size,
                     struct xg_fault *f);
bool xg_memory_fill(struct xg_memory *mem, xg_ga ga, uint8_t value, uint32_t size,
                    struct xg_fault *f);

#define XG_MEMORY_SCALAR(bits)                                                                     \
    static inline bool xg_memory_ld##bits(struct xg_memory *mem, xg_ga ga, uint##bits##_t *v,      \
                                          struct xg_fault *f)                                      \
    {                                                                                              \
        uint8_t b[sizeof *v];                                                                      \
        if (!xg_memory_read(mem, ga, b, sizeof b, f))                                              \
            return false;                                                                          \
        *v = xg_ld##bits##be(b);                                                                   \
        return true;                                                                               \
    }                                                                                              \
    static inline bool xg_memory_st##bits(struct xg_memory *mem, xg_ga ga, uint##bits##_t v,       \
                                          struct xg_fault *f)                                      \
    {                                                                                              \
        uint8_t b[sizeof v];                                                                       \
        xg_st##bits##be(b, v);                                                                     \
        return xg_memory_write(mem, ga, b, sizeof b, f);                                           \
    }
XG_MEMORY_SCALAR(16)
XG_MEMORY_SCALAR(32)
XG_MEMORY_SCALAR(64)
#undef XG_MEMORY_SCALAR

/* --- host threads that run the guest side by side (a parallel run) share the access bytes and
 * guest memory. Both are read and written as relaxed atomics: a guest's own races are its own
 * business, as they are on the console. --- */
static inline uint8_t xg_memory_access(const struct xg_memory *mem, xg_ga ga)
{
    return __atomic_load_n(&mem->access[ga >> XG_PAGE_SHIFT], __ATOMIC_RELAXED);
}
static inline void xg_memory_set_access(struct xg_memory *mem, xg_ga ga, unsigned access)
{
    __atomic_store_n(&mem->access[ga >> XG_PAGE_SHIFT], (uint8_t)access, __ATOMIC_RELAXED);
}
#ifdef __SANITIZE_THREAD__
/* The sanitizer must see what the compiler makes of a copy anyway: naturally aligned pieces. */
void xg_guest_copy(void *to, const void *from, size_t size);
void xg_guest_fill(void *to, uint8_t value, size_t size);
#else
#define xg_guest_copy memcpy
#define xg_guest_fill memset
#endif
/* In a parallel run, called with true before and with false after what one host thread alone may
 * do: device windows, watches, code marks. It may be called again in between. NULL: never. */
typedef void xg_memory_guard_fn(void *ctx, bool take);
void xg_memory_set_guard(struct xg_memory *mem, xg_memory_guard_fn *fn, void *ctx);

/* --- fast path of the engines: true when [ga, ga+size) lies in one page that
 * can be read/written with nothing else to do. --- */
static inline bool xg_memory_can_read(const struct xg_memory *mem, xg_ga ga, uint32_t size)
{
    return (xg_memory_access(mem, ga) & (XG_PAGE_R | XG_PAGE_MMIO | XG_PAGE_AWAY)) == XG_PAGE_R &&
           (ga & (XG_PAGE_SIZE - 1)) + size <= XG_PAGE_SIZE;
}
static inline bool xg_memory_can_write(const struct xg_memory *mem, xg_ga ga, uint32_t size)
{
    return (xg_memory_access(mem, ga) & (XG_PAGE_W | XG_PAGE_MMIO | XG_PAGE_WATCH | XG_PAGE_CODE |
                                         XG_PAGE_AWAY)) == XG_PAGE_W &&
           (ga & (XG_PAGE_SIZE - 1)) + size <= XG_PAGE_SIZE;
}

/* Could a checked read of this byte succeed, outside of device windows? */
static inline bool xg_memory_is_readable(const struct xg_memory *mem, xg_ga ga)
{
    return (xg_memory_access(mem, ga) & (XG_PAGE_R | XG_PAGE_MMIO)) == XG_PAGE_R;
}

/* --- write watches (dirty tracking) on physical pages, for the GPU's coherency.
 * watch() arms all windows of every 4 KiB bus page in the range; the first store
 * through any window (or by xg_memory_write) calls the watcher once with the
 * page's bus address before the bytes change, and disarms that page. Device
 * writes through mem->phys do not trigger. --- */
typedef void xg_memory_watch_fn(void *ctx, xg_pa page);
void xg_memory_set_watcher(struct xg_memory *mem, xg_memory_watch_fn *fn, void *ctx);
void xg_memory_watch(struct xg_memory *mem, xg_pa pa, uint32_t size);
/* A device's store: drops translated code of the pages, reports to no watcher. The range
 * lies inside the 512 MiB. */
void xg_memory_device_store(struct xg_memory *mem, xg_pa pa, const void *bytes, uint32_t size);

/* --- pages whose newest bytes are elsewhere: what the GPU's copies left and nobody has looked
 * at. A load or store through any window, by the checked accesses or by a device's store, calls the
 * fetcher first, which brings the bytes with xg_memory_fetched(); its neighbours come along. Who
 * reads mem->phys says so with xg_memory_here(). Neither calls any watcher. --- */
typedef void xg_memory_fetch_fn(void *ctx, xg_pa page);
/* What is away is fetched before the fetcher is replaced; NULL: nothing may be away. */
void xg_memory_set_fetcher(struct xg_memory *mem, xg_memory_fetch_fn *fn, void *ctx);
/* Can these whole bus pages be away? Not pages of code, nor while a journal is open. */
bool xg_memory_may_be_away(struct xg_memory *mem, xg_pa pa, uint32_t size);
/* From now on they are; some may have been already. */
void xg_memory_away(struct xg_memory *mem, xg_pa pa, uint32_t size);
bool xg_memory_is_away(const struct xg_memory *mem, xg_pa pa);
/* Fetches what is away of [pa, pa + size), which lies inside the 512 MiB. */
void xg_memory_here(struct xg_memory *mem, xg_pa pa, uint32_t size);
/* For the fetcher: bytes of the page in hand. */
void xg_memory_fetched(struct xg_memory *mem, xg_pa pa, const void *bytes, uint32_t size);

/* --- translated code: the engine marks pages it holds translations of; the
 * first store (or xg_memory_write) calls the owner, then clears the mark. --- */
typedef void xg_memory_code_fn(void *ctx, xg_ga page);
void xg_memory_set_code_owner(struct xg_memory *mem, xg_memory_code_fn *fn, void *ctx);
void xg_memory_mark_code(struct xg_memory *mem, xg_ga ga, uint32_t size);

/* From now on host page protection follows WATCH, CODE and AWAY too: the pages that carry one
 * of the first two cannot be written through mem->base, those that are away not even be read. For
 * engines that do not look at the access bytes and take the host fault instead. */
void xg_memory_mirror_marks(struct xg_memory *mem);

/* --- the map, for `xenogate map`, crash reports and save states. --- */
enum xg_region_kind { XG_REGION_VIRTUAL, XG_REGION_IMAGE, XG_REGION_PHYSICAL, XG_REGION_DEVICE };
struct xg_region {
    const char *name;
    xg_ga base;
    uint32_t size;
    uint32_t page_size; /* of its heap; 0 for device windows */
    enum xg_region_kind kind;
};
/* Region i, or NULL past the end; sorted by base. */
const struct xg_region *xg_memory_region(const struct xg_memory *mem, size_t i);
const struct xg_region *xg_memory_region_of(const struct xg_memory *mem, xg_ga ga);

#endif
