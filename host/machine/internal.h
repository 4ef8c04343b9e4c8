/* Shared by the machine's files. */
#ifndef XG_MACHINE_INTERNAL_H
#define XG_MACHINE_INTERNAL_H

#include "gpu/draw/draw.h"
#include "gpu/present/picture.h"
#include "kernel/control.h"
#include "machine/machine.h"
#include "vfs/vfs.h"

#include <openssl/evp.h>

/* ---- digest.c: a SHA-256 over records, fed through a buffer ---- */
struct xg_chain {
    EVP_MD_CTX *sha;
    uint8_t buffer[4096];
    size_t used;
};
bool xg_chain_init(struct xg_chain *c, struct xg_error *err);
void xg_chain_free(struct xg_chain *c);
void xg_chain_add(struct xg_chain *c, const void *bytes, size_t size);
/* A record: a tag and numbers, each as eight little-endian bytes. */
void xg_chain_record(struct xg_chain *c, uint64_t tag, const uint64_t *numbers, size_t count);
/* Hex digest of the chain so far with one more record; the chain itself goes on. */
void xg_chain_hex(const struct xg_chain *c, uint64_t tag, const uint64_t *numbers, size_t count,
                  char out[65]);
void xg_chain_hash(const void *head, size_t head_size, const void *bytes, size_t size,
                   char out[65]);

/* A picture that became visible and has not been counted by run() yet. */
struct xg_shown {
    struct xg_picture picture;
    uint8_t *rgba;
    struct xg_shown *next;
};

/* ---- dialog.c: the system's message box ---- */
void xg_dialog_draw(uint8_t *rgba, uint32_t width, uint32_t height,
                    const struct xg_message_box *box);
/* The picture with the box that stands on it; without a box the picture itself (NULL: none yet). */
const struct xg_picture *xg_dialog_picture(struct xg_machine *m, const struct xg_picture *below);

struct xg_machine {
    struct xg_machine_options options;
    struct xg_memory *mem;
    struct xg_heaps *heaps;
    struct xg_cpu *cpu;
    struct xg_kernel *kernel;
    struct xg_gpu *gpu;
    struct xg_draw *draw; /* renders the draws that the device delegates */
    struct xg_image *image;
    struct xg_window windows[XG_WINDOWS_MAX]; /* of devices.csv, in its order */
    const char *medium;                       /* device that the title comes from */
    struct xg_vfs_device *content;            /* where titles may write; the tree's */
    struct xg_vfs *vfs;    /* what the title was started from, and the user's mounts */
    struct xg_hooks hooks; /* the machine's own: they feed the digest and call the user's */
    struct xg_chain chain;
    struct xg_chain sound;         /* of the samples alone; begun with the first frame */
    struct xg_shown *shown, *last; /* queue, and the picture run() has stopped at */
    struct xg_picture covered;     /* the last one with a message box on it */
    uint8_t *covered_rgba;
    uint64_t frames; /* swaps visible so far */
    xg_time last_swap;
    enum xg_stop stop;
    bool started;
    char gpu_error[160]; /* first error that the device reported, "" when none */
    char report[1600];
    char describe[1400];
};

void xg_machine_log(struct xg_machine *m, const char *fmt, ...) XG_PRINTF(2, 3);

/* ---- media.c: the title from a host file or an image; fills image and vfs ---- */
/* Mounts the folder that titles may write in (m->content), and the caches in it. */
bool xg_media_content(struct xg_machine *m, struct xg_error *err);
/* Loads the title at a path of the guest's, for one that another title starts. */
bool xg_media_has(struct xg_machine *m, const char *path);
bool xg_media_launch(struct xg_machine *m, const char *path, struct xg_error *err);
/* Puts another disc of the title where the first one was; false: said why. */
bool xg_media_change_disc(struct xg_machine *m, uint8_t number);
bool xg_media_load(struct xg_machine *m, const char *path, struct xg_error *err);

#endif
