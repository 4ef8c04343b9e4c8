/* Shared by the files of xexbuild. */
#ifndef XEXBUILD_H
#define XEXBUILD_H

#include "base/endian.h"

#include <stdio.h>

#define IMAGE_MAX  0x04000000u
#define PAGE_MIN   0x1000u
#define LIBRARIES  8
#define HEADERS    24
#define HEADER_MAX 256
#define EXPORTS    64
#define RESOURCES  8

enum { PAGE_CODE = 1, PAGE_DATA = 2, PAGE_READONLY = 3 };
enum { STORE_NONE, STORE_BASIC, STORE_LZX, STORE_DELTA };

struct section {
    const char *name;
    uint32_t rva, size, flags;
};
struct header { /* an optional header as it is */
    uint32_t id, size;
    uint8_t bytes[HEADER_MAX];
};
struct program {
    struct header header[HEADERS];
    unsigned headers;
    const char *path;
    uint8_t *elf;
    size_t elf_size;
    uint32_t base, size, entry; /* image */
    uint8_t *image;
    uint8_t kind[IMAGE_MAX / PAGE_MIN]; /* of each page */
    struct section section[20];
    unsigned sections;
    uint32_t pdata_rva, pdata_size;
    uint32_t tls_start, tls_end;
    uint32_t records[LIBRARIES][2048], record_count[LIBRARIES];
    const char *library[LIBRARIES];
    unsigned libraries;
    struct {
        uint32_t ordinal, address;
        const char *name;
    } exported[EXPORTS]; /* sorted by ordinal */
    unsigned exports;
    uint32_t export_table, directory_rva, directory_size;
    struct {
        const char *name;
        uint32_t address, size;
    } resource[RESOURCES];
    unsigned resources;
    /* options */
    bool dll, named, encrypt;
    unsigned store;
    uint32_t page, stack, heap, slots, title_id, privileges, window, version, min_version;
    uint32_t disc, discs;
    uint8_t console_key[16];
    const char *sym, *patch_base;
};

_Noreturn void die(const char *fmt, ...);
void *grab(size_t n);
uint8_t *read_whole(const char *path, size_t *size);

/* ---- growing bytes ------------------------------------------------------------------- */

struct buffer {
    uint8_t *data;
    uint32_t size, room;
};
uint32_t put(struct buffer *b, const void *bytes, uint32_t n); /* offset; bytes NULL: zeros */
uint32_t put32(struct buffer *b, uint32_t v);
void align(struct buffer *b, uint32_t n);
void write_parts(const char *path, const struct buffer *head, const struct buffer *data);

/* ---- crypto ---------------------------------------------------------------------------- */

void sha1(const void *a, size_t na, const void *b, size_t nb, uint8_t out[20]);
void aes_wrap(const uint8_t key[16], const uint8_t in[16], uint8_t out[16]);
void aes_unwrap(const uint8_t key[16], const uint8_t in[16], uint8_t out[16]);
/* CBC over the whole buffer, which is filled up to 16 bytes. */
void aes_cbc(const uint8_t key[16], struct buffer *b);
/* 32 hex digits. */
void parse_key(const char *text, uint8_t key[16]);

/* ---- parts --------------------------------------------------------------------------------- */

/* Adds blocks, each with the size and hash of the next, to data; {size, hash} of the first go to
 * info (24 bytes). bodies are cut at the given ends. */
void put_blocks(struct buffer *data, const struct buffer *body, const uint32_t *end, uint32_t count,
                uint8_t info[24]);
void write_xex(struct program *p, const char *path);
/* OLD and NEW as --compression=none files; base_path: the file that will be patched, which holds
 * the image of OLD (NULL: OLD itself); console_key NULL: not encrypted. */
void write_patch(const char *base_path, const char *old_path, const char *new_path, const char *out,
                 uint32_t window, const uint8_t *console_key);

#endif
