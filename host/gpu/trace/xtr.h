/* Reads traces of the .xtr format (version 1), command by command, as if they were hostile.
 * docs/trace.md has the facts. */
#ifndef XG_GPU_TRACE_XTR_H
#define XG_GPU_TRACE_XTR_H

#include "base/error.h"

enum xg_xtr_kind {
    XG_XTR_PRIMARY_START,
    XG_XTR_PRIMARY_END,
    XG_XTR_INDIRECT_START,
    XG_XTR_INDIRECT_END,
    XG_XTR_PACKET_START,
    XG_XTR_PACKET_END,
    XG_XTR_MEMORY_READ,
    XG_XTR_MEMORY_WRITE,
    XG_XTR_EDRAM,
    XG_XTR_EVENT,
    XG_XTR_REGISTERS,
    XG_XTR_GAMMA,
    XG_XTR_KINDS
};
const char *xg_xtr_kind_name(unsigned kind);

#define XG_XTR_HEAD_BYTES  48u
#define XG_XTR_GAMMA_BYTES ((256u + 3 * 128) * 4)

struct xg_xtr {
    const char *path; /* the caller's */
    char commit[41];  /* of the program that wrote it */
    uint32_t title;
    uint64_t size, offset; /* of the file, of the next command */
    void *file;
    uint8_t *stored, *bytes;
    size_t stored_room, room;
};

struct xg_xtr_command {
    uint32_t kind;   /* enum xg_xtr_kind */
    uint64_t offset; /* in the file */
    uint32_t base;   /* PACKET_START, MEMORY: bus address */
    uint32_t first;  /* REGISTERS: index; EVENT: which, 0 is a swap; GAMMA: component */
    bool side_effects;
    const uint8_t *bytes; /* expanded; until the next call */
    uint32_t size;
};

/* The name of an .xtr file (that is how they are told from others). */
bool xg_xtr_is(const char *path);
/* path outlives it. NULL: err says what is wrong. */
struct xg_xtr *xg_xtr_open(const char *path, struct xg_error *err);
void xg_xtr_close(struct xg_xtr *x);
/* 1: a command; 0: the end; -1: err names file and offset. */
int xg_xtr_next(struct xg_xtr *x, struct xg_xtr_command *c, struct xg_error *err);
/* The sentence for a command that makes no sense: always false. */
bool xg_xtr_bad(const struct xg_xtr *x, const struct xg_xtr_command *c, const char *what,
                struct xg_error *err);

#endif
