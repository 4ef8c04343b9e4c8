/* Executables: what a file is, XEX2 headers, the expanded image, and placing it in
 * guest memory. Three steps, each usable alone:
 *   xg_xex_open / xg_xex_parse   headers and tables, fully checked, no guest needed
 *   xg_xex_expand                image bytes as they lie in memory, page hashes checked
 *   xg_image_load                places it, resolves imports through a callback
 * 32-bit big-endian PowerPC ELF programs take the same way: they become an image with page
 * descriptors but without XEX header and imports.
 * Facts: Xbox 360 executable format as described in docs/loader.md. Every failure is one
 * sentence that names the file and the reason, with kind XG_E_INPUT. */
#ifndef XG_LOADER_LOADER_H
#define XG_LOADER_LOADER_H

#include "memory/heap.h"
#include "vfs/vfs.h"

/* ---- what a file is ------------------------------------------------------------- */

enum xg_file_kind {
    XG_FILE_UNKNOWN,
    XG_FILE_EMPTY,
    XG_FILE_XEX2,
    XG_FILE_XEX1, /* older layouts: XEX1, XEX0, XEX-, XEX?, XEX% */
    XG_FILE_ELF,
    XG_FILE_PE,
    XG_FILE_XDVDFS, /* disc image */
    XG_FILE_STFS,   /* CON, LIVE or PIRS package, also of SVOD layout */
    XG_FILE_ZIP,
    XG_FILE_CAB,
};
/* data is the whole file (a mapping is enough): disc images are known by the volume
 * descriptor of one of the partition offsets. */
enum xg_file_kind xg_file_identify(const uint8_t *data, size_t size);
/* "a disc image (XDVDFS)", "an ELF file", ... ready for a sentence. */
const char *xg_file_kind_text(enum xg_file_kind kind);

/* ---- keys -------------------------------------------------------------------------- */

/* Console keys, which unwrap the session key of an encrypted executable. The development key
 * (zeros) is always tried first; others are the user's and come from a text file:
 *     # a comment
 *     retail = 32 hex digits */
struct xg_key {
    char name[16];
    uint8_t bytes[16];
};
struct xg_keys {
    unsigned count;
    struct xg_key key[16];
};
bool xg_keys_load(struct xg_keys *keys, const char *path, struct xg_error *err);

/* ---- XEX2 headers ----------------------------------------------------------------- */

enum { /* module flags */
       XG_XEX_TITLE = 0x01,
       XG_XEX_EXPORTS_TO_TITLE = 0x02,
       XG_XEX_DEBUGGER = 0x04,
       XG_XEX_DLL = 0x08,
       XG_XEX_PATCH = 0x10,
       XG_XEX_FULL_PATCH = 0x20,
       XG_XEX_DELTA_PATCH = 0x40,
       XG_XEX_USER_MODE = 0x80,
       XG_XEX_IMAGE_4K_PAGES = 0x10000000, /* image flag */
};
enum { /* optional header ids used here */
       XG_XEX_OPT_RESOURCES = 0x000002FF,
       XG_XEX_OPT_FILE_FORMAT = 0x000003FF,
       XG_XEX_OPT_DELTA = 0x000005FF,
       XG_XEX_OPT_ENTRY = 0x00010100,
       XG_XEX_OPT_BASE = 0x00010201,
       XG_XEX_OPT_IMPORTS = 0x000103FF,
       XG_XEX_OPT_PE_NAME = 0x000183FF,
       XG_XEX_OPT_STATIC_LIBS = 0x000200FF,
       XG_XEX_OPT_TLS = 0x00020104,
       XG_XEX_OPT_STACK = 0x00020200,
       XG_XEX_OPT_HEAP = 0x00020401,
       XG_XEX_OPT_SYSTEM_FLAGS = 0x00030000,
       XG_XEX_OPT_EXECUTION = 0x00040006,
       XG_XEX_OPT_WORKSPACE = 0x00040201,
       XG_XEX_OPT_PE_EXPORTS = 0x00E10402,
};
enum xg_xex_encryption { XG_XEX_PLAIN, XG_XEX_AES };
enum xg_xex_compression { XG_XEX_NONE, XG_XEX_BASIC, XG_XEX_LZX, XG_XEX_DELTA };

struct xg_xex_option {
    uint32_t id, value;
};
struct xg_xex_pages { /* one page descriptor */
    uint32_t type;    /* 1 code, 2 data read-write, 3 read-only */
    uint32_t count;   /* pages */
    uint32_t offset;  /* of the first byte in the image */
    uint8_t digest[20];
    bool hash_ok; /* valid after xg_xex_expand */
};
struct xg_xex_library {
    const char *name; /* as stored, e.g. "xboxkrnl.exe"; owned by the xex */
    uint32_t version, min_version;
    uint32_t count;   /* import records */
    uint32_t records; /* file offset of their addresses (u32 each, inside the header) */
};
struct xg_xex_execution {
    bool present;
    uint32_t media_id, version, base_version, title_id;
    uint8_t platform, exec_table, disc, discs;
    uint32_t savegame_id;
};
struct xg_xex_resource {
    char name[9];
    xg_ga address;
    uint32_t size;
};
struct xg_xex_export {
    uint32_t ordinal;
    xg_ga address;
    char *name; /* NULL: by ordinal alone */
};
struct xg_xex_delta { /* what a patch says of itself */
    bool present;
    uint32_t target_version, source_version;
    uint8_t base_signature[20]; /* SHA-1 of the signature of the executable it patches */
};
struct xg_tls_info {
    uint32_t slots;
    xg_ga data;         /* template address, 0 = none */
    uint32_t data_size; /* bytes of a thread's static TLS */
    uint32_t raw_size;  /* of them copied from the template */
};
struct xg_pe_section {
    char name[9];
    uint32_t rva, size, raw_size, flags;
};
struct xg_pe { /* from the image's own header; zero when it has none */
    bool present;
    uint16_t machine, subsystem;
    uint32_t entry_rva, timestamp;
    uint32_t pdata_rva, pdata_size; /* exception directory, or the section ".pdata" */
    size_t section_count;
    struct xg_pe_section *sections;
};

struct xg_xex {
    char *path;             /* for messages */
    enum xg_file_kind kind; /* XG_FILE_XEX2 or XG_FILE_ELF (then header_size is 0) */
    uint8_t *file;
    size_t file_size;
    uint32_t module_flags, header_size, security_offset;
    size_t option_count;
    struct xg_xex_option *options;
    uint32_t image_size, image_flags, export_table, region, media_types;
    xg_ga base, entry; /* entry 0 = none */
    uint32_t stack_size, heap_size, workspace_size, privileges;
    uint8_t media_id[16], session_key[16], first_digest[20];
    enum xg_xex_encryption encryption;
    enum xg_xex_compression compression;
    uint32_t format_offset, format_size; /* of the file format block */
    struct xg_tls_info tls;
    struct xg_xex_execution execution;
    struct xg_xex_delta delta;
    size_t resource_count;
    struct xg_xex_resource *resources;
    char pe_name[64]; /* original PE name, or "" */
    uint32_t page_size;
    size_t page_count; /* descriptors */
    struct xg_xex_pages *pages;
    size_t library_count;
    struct xg_xex_library *libraries;
    char *library_names;
    uint8_t *image; /* after xg_xex_expand: image_size bytes */
    bool hashes_ok; /* after xg_xex_expand: all of them */
    struct xg_pe pe;
    char key_name[16]; /* after xg_xex_expand: of the console key that fitted; "" for plain */
    uint8_t console_key[16];
    size_t export_count; /* after xg_xex_expand; sorted by ordinal */
    struct xg_xex_export *exports;
};

/* Reads and parses a host file. On success *out is owned by the caller. */
bool xg_xex_open(const char *path, struct xg_xex **out, struct xg_error *err);
/* The same from a file of a mounted device; path is only used in messages and for the name. */
bool xg_xex_open_file(const char *path, struct xg_vfs_file *file, struct xg_xex **out,
                      struct xg_error *err);
/* The same from bytes (copied); path is only used in messages. */
bool xg_xex_parse(const char *path, const void *bytes, size_t size, struct xg_xex **out,
                  struct xg_error *err);
/* The bytes of an optional header. Ids that end in FF point to a block that starts with its
 * size, others (not 00 and 01) to id & FF words. *block NULL: absent. False: it lies outside. */
bool xg_xex_block(const struct xg_xex *xex, uint32_t id, const uint8_t **block, uint32_t *size,
                  struct xg_error *err);
void xg_xex_close(struct xg_xex *xex); /* NULL is fine */

/* Value of an optional header: true and the stored value word. */
bool xg_xex_option(const struct xg_xex *xex, uint32_t id, uint32_t *value);

/* Fills image, pages[].hash_ok, hashes_ok, pe and exports. A wrong page hash is no error here.
 * keys (may be NULL) are tried on an encrypted image after the development key. */
bool xg_xex_expand(struct xg_xex *xex, const struct xg_keys *keys, struct xg_error *err);
/* Fails with a sentence that names the first page range with a wrong hash. */
bool xg_xex_check_hashes(const struct xg_xex *xex, struct xg_error *err);

/* Applies a delta patch (.xexp) to an expanded executable: *out is a third, expanded one, owned
 * by the caller. A patch for another executable or version is refused. */
bool xg_xex_patch(const struct xg_xex *base, const struct xg_xex *patch, const struct xg_keys *keys,
                  struct xg_xex **out, struct xg_error *err);

/* One import, as the linker recorded it: a function has a slot and a thunk, a variable
 * only a slot. Addresses are checked to lie inside the image. */
struct xg_xex_import {
    const struct xg_xex_library *library;
    uint16_t ordinal;
    bool function;
    xg_ga slot, thunk; /* 0 when there is none */
};
/* Calls fn for each import in file order; needs xg_xex_expand. fn returning false stops. */
typedef bool xg_xex_import_fn(void *ctx, const struct xg_xex_import *import, struct xg_error *err);
bool xg_xex_each_import(const struct xg_xex *xex, xg_xex_import_fn *fn, void *ctx,
                        struct xg_error *err);

/* ---- placing ----------------------------------------------------------------------- */

/* Answers of the export table. `module` is the library's name without extension
 * ("xboxkrnl"). Returning false ends the load with err (a sentence naming module and
 * ordinal, which the loader supplies when the callback leaves err empty). */
struct xg_loader_imports {
    void *ctx;
    /* The four words of the thunk. For HLE functions those of kernel/kernel.h. */
    bool (*function)(void *ctx, const char *module, uint16_t ordinal, uint32_t thunk_words[4],
                     struct xg_error *err);
    /* Guest address of the variable, stored in the slot. Also asked for a function that
     * is imported by slot alone. */
    bool (*variable)(void *ctx, const char *module, uint16_t ordinal, xg_ga *address,
                     struct xg_error *err);
    /* Version of the module (4 major, 4 minor, 16 build, 8 qfe bits from the top); an executable
     * that needs a later one is refused. NULL or false: not checked. */
    bool (*version)(void *ctx, const char *module, uint32_t *version);
};
/* Thunk words that jump to an address: how an import of another module in guest memory is made. */
void xg_loader_thunk_to(xg_ga target, uint32_t thunk_words[4]);

struct xg_image_symbol {
    xg_ga address;
    uint32_t size;
    char *name;
};
struct xg_image {
    char name[64]; /* original PE name or the file's, without extension */
    char *path;
    xg_ga base;
    uint32_t size; /* rounded up to the heap's pages */
    xg_ga entry;
    uint32_t module_flags, image_flags;
    uint32_t stack_size; /* default of threads; 0x40000 when the file has none */
    uint32_t heap_size, workspace_size;
    uint32_t privileges; /* bits of XexCheckExecutablePrivilege */
    struct xg_tls_info tls;
    struct xg_xex_execution execution;
    xg_ga header;         /* copy of the XEX header in the 4 KiB virtual heap: what the loader */
    uint32_t header_size; /* entry's +58 points to (XexExecutableModuleHandle) */
    xg_ga export_table;   /* 0 = none */
    size_t export_count;
    struct xg_xex_export *exports; /* sorted by ordinal */
    size_t resource_count;
    struct xg_xex_resource *resources;
    xg_ga pdata; /* function table, 8 bytes an entry, big-endian; 0 = none */
    uint32_t pdata_size;
    size_t section_count;
    struct xg_pe_section *sections; /* rva relative to base */
    size_t symbol_count;
    struct xg_image_symbol *symbols; /* sorted by address; from NAME.sym beside the file */
};

/* Reserves the image's range and the header copy, writes and protects them, resolves the
 * imports. Nothing stays allocated after a failure. *out is owned by the caller. */
bool xg_image_load(const struct xg_xex *xex, struct xg_memory *mem, struct xg_heaps *heaps,
                   const struct xg_loader_imports *imports, struct xg_image **out,
                   struct xg_error *err);
/* Frees the host record; xg_image_unload also gives the guest memory back. */
void xg_image_free(struct xg_image *image);
void xg_image_unload(struct xg_image *image, struct xg_heaps *heaps);

/* Open, expand, patch, check the hashes, load: what `run` does. */
struct xg_loader_source {
    const char *path;           /* a host file, or the name for messages when file is given */
    struct xg_vfs_file *file;   /* on a mounted device; NULL: path is opened on the host */
    const char *patch;          /* host path of a delta patch; NULL: none */
    const struct xg_keys *keys; /* NULL: the development key alone */
};
bool xg_loader_load_source(const struct xg_loader_source *source, struct xg_memory *mem,
                           struct xg_heaps *heaps, const struct xg_loader_imports *imports,
                           struct xg_image **out, struct xg_error *err);
/* The same of a host file, without patch and keys. */
bool xg_loader_load(const char *path, struct xg_memory *mem, struct xg_heaps *heaps,
                    const struct xg_loader_imports *imports, struct xg_image **out,
                    struct xg_error *err);

/* Exports of a placed image; NULL when there is none. Names are compared exactly. */
const struct xg_xex_export *xg_image_export(const struct xg_image *image, uint32_t ordinal);
const struct xg_xex_export *xg_image_export_named(const struct xg_image *image, const char *name);

/* Symbol that covers ga, or the nearest before it inside the same section; NULL when
 * none is known. *offset = ga - symbol. */
const char *xg_image_symbol_at(const struct xg_image *image, xg_ga ga, uint32_t *offset);

#endif
