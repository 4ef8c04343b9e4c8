/* Reader-writer locks. ERWLOCK: 0 lock count (-1 free), 4 writers waiting, 8 readers waiting, C
 * readers in, 10 event (auto) for a writer, 20 semaphore for readers, 34 spin lock. */
#include "kernel/internal.h"

enum {
    LOCK = 0,
    WRITERS_WAIT = 4,
    READERS_WAIT = 8,
    READERS_IN = 0xC,
    EVENT = 0x10,
    SEMAPHORE = 0x20
};

static void add(struct xg_kcall *call, xg_ga at, int32_t n)
{
    xg_kcall_st32(call, at, xg_kcall_ld32(call, at) + (uint32_t)n);
}

enum xg_kcall_result xg_x_ExInitializeReadWriteLock(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0);
    xg_kcall_fill(call, at, 0, 0x38);
    xg_kcall_st32(call, at + LOCK, UINT32_MAX);
    xg_kcall_header(call, at + EVENT, XG_DISP_AUTO_EVENT, 4, 0);
    xg_kcall_header(call, at + SEMAPHORE, XG_DISP_SEMAPHORE, 5, 0);
    xg_kcall_st32(call, at + SEMAPHORE + 0x10, INT32_MAX);
    return XG_KCALL_DONE;
}

static enum xg_kcall_result block(struct xg_kcall *call, xg_ga object)
{
    struct xg_wait_request r = {.objects = &object, .count = 1, .forever = true};
    return call->faulted ? XG_KCALL_FAULT : xg_wait(call, &r);
}

/* A writer gets in when the lock is free. */
static bool enter_alone(struct xg_kcall *call, xg_ga at)
{
    if (xg_kcall_ld32(call, at + LOCK) != UINT32_MAX)
        return false;
    xg_kcall_st32(call, at + LOCK, 0);
    return true;
}

/* A reader gets in when the lock is free, or readers are in and no writer waits. */
static bool enter_shared(struct xg_kcall *call, xg_ga at)
{
    uint32_t lock = xg_kcall_ld32(call, at + LOCK);
    bool readers = xg_kcall_ld32(call, at + READERS_IN) && !xg_kcall_ld32(call, at + WRITERS_WAIT);
    if (lock != UINT32_MAX && !readers)
        return false;
    xg_kcall_st32(call, at + LOCK, lock + 1);
    add(call, at + READERS_IN, 1);
    return true;
}

enum xg_kcall_result xg_x_ExAcquireReadWriteLockExclusive(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0);
    if (enter_alone(call, at))
        return XG_KCALL_DONE;
    add(call, at + LOCK, 1);
    add(call, at + WRITERS_WAIT, 1);
    return block(call, at + EVENT);
}

enum xg_kcall_result xg_x_ExAcquireReadWriteLockShared(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0);
    if (enter_shared(call, at))
        return XG_KCALL_DONE;
    add(call, at + LOCK, 1);
    add(call, at + READERS_WAIT, 1);
    return block(call, at + SEMAPHORE);
}

enum xg_kcall_result xg_x_ExTryToAcquireReadWriteLockExclusive(struct xg_kcall *call)
{
    return xg_kcall_return(call, enter_alone(call, xg_kcall_u32(call, 0)));
}
enum xg_kcall_result xg_x_ExTryToAcquireReadWriteLockShared(struct xg_kcall *call)
{
    return xg_kcall_return(call, enter_shared(call, xg_kcall_u32(call, 0)));
}

/* The last reader lets a writer in; a writer lets all readers in that wait, else a writer. */
enum xg_kcall_result xg_x_ExReleaseReadWriteLock(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0);
    uint32_t readers = xg_kcall_ld32(call, at + READERS_IN);
    uint32_t waiting = xg_kcall_ld32(call, at + READERS_WAIT);
    add(call, at + LOCK, -1);
    if (readers) {
        add(call, at + READERS_IN, -1);
        if (readers > 1)
            return XG_KCALL_DONE;
    } else if (waiting) {
        xg_kcall_st32(call, at + READERS_IN, waiting);
        xg_kcall_st32(call, at + READERS_WAIT, 0);
        xg_signal_set(call, at + SEMAPHORE,
                      (int32_t)(xg_kcall_ld32(call, at + SEMAPHORE + 4) + waiting));
        return XG_KCALL_RESCHEDULE;
    }
    if (xg_kcall_ld32(call, at + WRITERS_WAIT)) {
        add(call, at + WRITERS_WAIT, -1);
        xg_signal_set(call, at + EVENT, 1);
        return XG_KCALL_RESCHEDULE;
    }
    return XG_KCALL_DONE;
}
