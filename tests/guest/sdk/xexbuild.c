/* xexbuild: a linked ELF program becomes a XEX2 executable.
 *
 *   xexbuild [options] PROGRAM.elf OUT.xex
 *     --compression=none|basic   how the image is stored (basic)
 *     --stack=BYTES --heap=BYTES default stack and heap size (0x40000, none)
 *     --tls-slots=N              dynamic TLS slots (64)
 *     --title-id=HEX             title id of the execution info (58470001)
 *     --privileges=HEX           system flags (none)
 *     --dll                      a DLL instead of a title
 *     --sym=FILE                 writes the function symbols, a line each
 *
 * What the linker does not know is made here: the PE header and its section table,
 * .pdata from the symbol sizes, import records from .xslot and .xthunk words, page
 * descriptors and their hash chain. The layout is described in docs/loader.md. */
#include "base/endian.h"

#include <elf.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define PAGE      0x10000u
#define PE_OFFSET 0x80u
#define PE_ROOM   0x1000u /* first byte of the program behind the image base */
#define IMAGE_MAX 0x04000000u
#define LIBRARIES 8

enum { PAGE_CODE = 1, PAGE_DATA = 2, PAGE_READONLY = 3 };
enum { SCN_CODE = 0x60000020, SCN_READ = 0x40000040, SCN_WRITE = (int)0xC0000040u };

struct section {
    const char *name;
    uint32_t rva, size, flags;
};
struct program {
    const char *path;
    uint8_t *elf;
    size_t elf_size;
    uint32_t base, size, entry; /* image */
    uint8_t *image;
    uint8_t kind[IMAGE_MAX / PAGE]; /* of each page */
    struct section section[16];
    unsigned sections;
    uint32_t pdata_rva, pdata_size;
    uint32_t tls_start, tls_end;
    uint32_t records[LIBRARIES][2048], record_count[LIBRARIES];
    const char *library[LIBRARIES];
    unsigned libraries;
    /* options */
    bool basic, dll;
    uint32_t stack, heap, slots, title_id, privileges;
    const char *sym;
};

static void die(const char *fmt, ...)
{
    va_list v;
    va_start(v, fmt);
    fprintf(stderr, "xexbuild: ");
    vfprintf(stderr, fmt, v);
    fprintf(stderr, "\n");
    va_end(v);
    exit(2);
}

static void *grab(size_t n)
{
    void *p = calloc(1, n ? n : 1);
    if (!p)
        die("out of memory");
    return p;
}

/* ---- ELF ------------------------------------------------------------------------ */

static const uint8_t *elf_at(const struct program *p, uint64_t offset, uint64_t size)
{
    if (offset > p->elf_size || size > p->elf_size - offset)
        die("%s: truncated ELF file", p->path);
    return p->elf + offset;
}

static void read_elf(struct program *p)
{
    FILE *f = fopen(p->path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0)
        die("%s: cannot open", p->path);
    p->elf_size = (size_t)ftell(f);
    p->elf = grab(p->elf_size);
    rewind(f);
    if (fread(p->elf, 1, p->elf_size, f) != p->elf_size)
        die("%s: cannot read", p->path);
    fclose(f);
    const uint8_t *h = elf_at(p, 0, sizeof(Elf32_Ehdr));
    if (memcmp(h, ELFMAG, 4) != 0 || h[EI_CLASS] != ELFCLASS32 || h[EI_DATA] != ELFDATA2MSB ||
        xg_ld16be(h + 16) != ET_EXEC || xg_ld16be(h + 18) != EM_PPC)
        die("%s: not a linked 32-bit big-endian PowerPC ELF program", p->path);
    p->entry = xg_ld32be(h + 24);
}

static unsigned section_count(const struct program *p)
{
    return xg_ld16be(p->elf + 48);
}
static const uint8_t *section_header(const struct program *p, unsigned i)
{
    return elf_at(p, xg_ld32be(p->elf + 32) + (uint64_t)i * 40, 40);
}
static const char *elf_string(const struct program *p, unsigned table, uint32_t offset)
{
    const uint8_t *h = section_header(p, table);
    const uint8_t *s = elf_at(p, xg_ld32be(h + 16), xg_ld32be(h + 20));
    uint32_t n = xg_ld32be(h + 20);
    if (offset >= n || !memchr(s + offset, 0, n - offset))
        die("%s: damaged ELF string table", p->path);
    return (const char *)s + offset;
}
static const char *section_name(const struct program *p, const uint8_t *h)
{
    return elf_string(p, xg_ld16be(p->elf + 50), xg_ld32be(h));
}

static void place_segment(struct program *p, const uint8_t *h)
{
    uint32_t offset = xg_ld32be(h + 4), va = xg_ld32be(h + 8), filesz = xg_ld32be(h + 16),
             memsz = xg_ld32be(h + 20), flags = xg_ld32be(h + 24);
    if (memsz == 0)
        return;
    if (va < p->base || filesz > memsz || (uint64_t)va - p->base + memsz > IMAGE_MAX - PAGE)
        die("%s: a segment lies outside the image", p->path);
    uint32_t rva = va - p->base, end = rva + memsz;
    memcpy(p->image + rva, elf_at(p, offset, filesz), filesz);
    uint8_t kind = flags & PF_X ? PAGE_CODE : flags & PF_W ? PAGE_DATA : PAGE_READONLY;
    for (uint32_t page = rva / PAGE; page <= (end - 1) / PAGE; page++) {
        if (p->kind[page] && p->kind[page] != kind)
            die("%s: page %08X is shared by segments of different rights", p->path,
                p->base + page * PAGE);
        p->kind[page] = kind;
    }
    if (end > p->size)
        p->size = end;
}

static void place_segments(struct program *p)
{
    const uint8_t *h = p->elf;
    unsigned n = xg_ld16be(h + 44);
    uint32_t lowest = UINT32_MAX;
    for (int pass = 0; pass < 2; pass++) {
        for (unsigned i = 0; i < n; i++) {
            const uint8_t *s = elf_at(p, xg_ld32be(h + 28) + (uint64_t)i * 32, 32);
            if (xg_ld32be(s) != PT_LOAD)
                continue;
            if (pass)
                place_segment(p, s);
            else if (xg_ld32be(s + 20) && xg_ld32be(s + 8) < lowest)
                lowest = xg_ld32be(s + 8);
        }
        p->base = lowest & ~(PAGE - 1);
        if (lowest - p->base < PE_ROOM)
            die("%s: no room for the PE header before %08X", p->path, lowest);
    }
    if (!p->kind[0])
        p->kind[0] = PAGE_READONLY;
    for (uint32_t page = 1; page < (p->size + PAGE - 1) / PAGE; page++)
        if (!p->kind[page])
            p->kind[page] = PAGE_READONLY;
}

static void note_sections(struct program *p)
{
    for (unsigned i = 1; i < section_count(p); i++) {
        const uint8_t *h = section_header(p, i);
        uint32_t flags = xg_ld32be(h + 8), size = xg_ld32be(h + 20);
        if (!(flags & SHF_ALLOC) || size == 0)
            continue;
        if (p->sections >= 15)
            die("%s: too many sections", p->path);
        p->section[p->sections++] =
            (struct section){section_name(p, h), xg_ld32be(h + 12) - p->base, size,
                             flags & SHF_EXECINSTR ? (uint32_t)SCN_CODE
                             : flags & SHF_WRITE   ? (uint32_t)SCN_WRITE
                                                   : (uint32_t)SCN_READ};
    }
}

/* ---- symbols: .pdata and the side file -------------------------------------------- */

struct function {
    uint32_t start, size;
    const char *name;
};
static int by_start(const void *a, const void *b)
{
    const struct function *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return strcmp(x->name, y->name);
}

static unsigned read_symbols(struct program *p, struct function **out)
{
    for (unsigned i = 1; i < section_count(p); i++) {
        const uint8_t *h = section_header(p, i);
        if (xg_ld32be(h + 4) != SHT_SYMTAB)
            continue;
        unsigned n = xg_ld32be(h + 20) / 16, count = 0, strings = xg_ld32be(h + 24);
        const uint8_t *s = elf_at(p, xg_ld32be(h + 16), n * (uint64_t)16);
        struct function *f = grab(n * sizeof *f);
        for (unsigned k = 0; k < n; k++, s += 16) {
            const char *name = elf_string(p, strings, xg_ld32be(s));
            uint32_t value = xg_ld32be(s + 4), size = xg_ld32be(s + 8);
            unsigned type = s[12] & 15;
            if (strcmp(name, "__tls_start") == 0)
                p->tls_start = value;
            if (strcmp(name, "__tls_end") == 0)
                p->tls_end = value;
            if (name[0] && value >= p->base && value - p->base < p->size &&
                (type == STT_FUNC || type == STT_OBJECT))
                f[count++] = (struct function){value, size, name};
        }
        qsort(f, count, sizeof *f, by_start);
        *out = f;
        return count;
    }
    die("%s: no symbol table (was it stripped?)", p->path);
    return 0;
}

static bool is_code(const struct program *p, uint32_t va)
{
    return p->kind[(va - p->base) / PAGE] == PAGE_CODE;
}

/* Instructions up to and with the stwu that makes the frame: what an unwinder skips. */
static uint32_t prolog_length(const struct program *p, const struct function *f)
{
    for (uint32_t i = 0; i < f->size / 4 && i < 24; i++)
        if (xg_ld32be(p->image + f->start - p->base + i * 4) >> 16 == 0x9421)
            return i + 1;
    return 0;
}

static void append_pdata(struct program *p, const struct function *f, unsigned n)
{
    uint32_t rva = (p->size + PAGE - 1) & ~(PAGE - 1), at = rva, last = 0;
    for (unsigned i = 0; i < n; i++) {
        if (!is_code(p, f[i].start) || f[i].size < 4 || f[i].start < last ||
            strncmp(f[i].name, "__thunk_", 8) == 0)
            continue;
        if (at + 16 > IMAGE_MAX)
            die("%s: too many functions", p->path);
        xg_st32be(p->image + at, f[i].start);
        xg_st32be(p->image + at + 4,
                  0x40000000u | (f[i].size / 4 & 0x3FFFFF) << 8 | (prolog_length(p, &f[i]) & 0xFF));
        at += 8;
        last = f[i].start + f[i].size;
    }
    at += 8; /* zero entry ends */
    p->pdata_rva = rva;
    p->pdata_size = at - rva;
    for (uint32_t page = rva / PAGE; page <= (at - 1) / PAGE; page++)
        p->kind[page] = PAGE_READONLY;
    p->section[p->sections++] = (struct section){".pdata", rva, at - rva, (uint32_t)SCN_READ};
    p->size = at;
}

static void write_symbols(const struct program *p, const struct function *f, unsigned n)
{
    FILE *o = fopen(p->sym, "w");
    if (!o)
        die("%s: cannot write", p->sym);
    for (unsigned i = 0; i < n; i++)
        fprintf(o, "%08X %08X %s\n", f[i].start, f[i].size, f[i].name);
    if (fclose(o))
        die("%s: cannot write", p->sym);
}

/* ---- imports ------------------------------------------------------------------------ */

static void read_libraries(struct program *p, const uint8_t *h)
{
    const char *s = (const char *)elf_at(p, xg_ld32be(h + 16), xg_ld32be(h + 20));
    const char *end = s + xg_ld32be(h + 20);
    while (s < end && p->libraries < LIBRARIES) {
        if (!memchr(s, 0, (size_t)(end - s)))
            die("%s: .xlibs is not terminated", p->path);
        p->library[p->libraries++] = s;
        s += strlen(s) + 1;
    }
}

static void add_record(struct program *p, unsigned library, uint32_t va)
{
    if (library >= p->libraries)
        die("%s: the import record at %08X names library %u of %u", p->path, va, library,
            p->libraries);
    if (p->record_count[library] >= XG_COUNTOF(p->records[0]))
        die("%s: too many imports", p->path);
    p->records[library][p->record_count[library]++] = va;
}

/* Slots are recognised by their symbols, __imp_NAME; the thunk is __thunk_NAME. */
static uint32_t find_symbol(const struct function *f, unsigned n, const char *prefix,
                            const char *name)
{
    char full[256];
    snprintf(full, sizeof full, "%s%s", prefix, name);
    for (unsigned i = 0; i < n; i++)
        if (strcmp(f[i].name, full) == 0)
            return f[i].start;
    return 0;
}

static uint32_t image_word(const struct program *p, uint32_t va)
{
    if (va < p->base || va - p->base > p->size - 4)
        die("%s: import record at %08X outside the image", p->path, va);
    return xg_ld32be(p->image + va - p->base);
}

static void strip_library(struct program *p, uint32_t va)
{
    xg_st32be(p->image + va - p->base, image_word(p, va) & 0xFF00FFFF);
}

/* All __imp_ symbols, functions with their thunk right after the slot. */
static void collect_imports(struct program *p, const struct function *f, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (strncmp(f[i].name, "__imp_", 6) != 0)
            continue;
        uint32_t slot = f[i].start, thunk = find_symbol(f, n, "__thunk_", f[i].name + 6);
        unsigned library = image_word(p, slot) >> 16 & 0xFF;
        add_record(p, library, slot);
        strip_library(p, slot);
        if (!thunk)
            continue;
        if ((image_word(p, thunk) & 0xFFFF) != (image_word(p, slot) & 0xFFFF))
            die("%s: slot and thunk of %s differ", p->path, f[i].name + 6);
        add_record(p, library, thunk);
        strip_library(p, thunk);
        strip_library(p, thunk + 4);
    }
}

/* ---- PE header, little-endian --------------------------------------------------------- */

static void write_pe(struct program *p)
{
    uint8_t *mz = p->image, *pe = mz + PE_OFFSET, *opt = pe + 24;
    memcpy(mz, "MZ", 2);
    xg_st32le(mz + 0x3C, PE_OFFSET);
    memcpy(pe, "PE\0\0", 4);
    xg_st16le(pe + 4, 0x01F2); /* PowerPC, big-endian */
    xg_st16le(pe + 6, (uint16_t)p->sections);
    xg_st16le(pe + 20, 0xE0);   /* size of the optional header */
    xg_st16le(pe + 22, 0x0102); /* executable, 32 bit */
    xg_st16le(opt, 0x010B);     /* PE32 */
    xg_st32le(opt + 16, p->entry - p->base);
    xg_st32le(opt + 28, p->base);
    xg_st32le(opt + 32, PAGE);  /* section alignment */
    xg_st32le(opt + 36, 0x200); /* file alignment */
    xg_st16le(opt + 48, 2);     /* subsystem version 2.0 */
    xg_st32le(opt + 56, (p->size + PAGE - 1) & ~(PAGE - 1));
    xg_st32le(opt + 60, PE_ROOM);
    xg_st16le(opt + 68, 14); /* subsystem: Xbox */
    xg_st32le(opt + 72, p->stack);
    xg_st32le(opt + 92, 16);                   /* data directories */
    xg_st32le(opt + 96 + 3 * 8, p->pdata_rva); /* exception table */
    xg_st32le(opt + 96 + 3 * 8 + 4, p->pdata_size);
    for (unsigned i = 0; i < p->sections; i++) {
        uint8_t *s = opt + 0xE0 + i * 40;
        strncpy((char *)s, p->section[i].name, 8);
        xg_st32le(s + 8, p->section[i].size);
        xg_st32le(s + 12, p->section[i].rva);
        xg_st32le(s + 16, p->section[i].size);
        xg_st32le(s + 20, p->section[i].rva);
        xg_st32le(s + 36, p->section[i].flags);
    }
}

/* ---- XEX header ------------------------------------------------------------------------- */

struct buffer {
    uint8_t *data;
    uint32_t size, room;
};
static uint32_t put(struct buffer *b, const void *bytes, uint32_t n)
{
    if (b->size + n > b->room) {
        b->room = (b->size + n) * 2;
        b->data = realloc(b->data, b->room);
        if (!b->data)
            die("out of memory");
    }
    if (bytes)
        memcpy(b->data + b->size, bytes, n);
    else
        memset(b->data + b->size, 0, n);
    b->size += n;
    return b->size - n;
}
static uint32_t put32(struct buffer *b, uint32_t v)
{
    uint8_t w[4];
    xg_st32be(w, v);
    return put(b, w, 4);
}
static void align(struct buffer *b, uint32_t n)
{
    put(b, NULL, (n - b->size % n) % n);
}

static void sha1(const void *a, size_t na, const void *b, size_t nb, uint8_t out[20])
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    if (!c || !EVP_DigestInit_ex(c, EVP_sha1(), NULL) || !EVP_DigestUpdate(c, a, na) ||
        !EVP_DigestUpdate(c, b, nb) || !EVP_DigestFinal_ex(c, out, NULL))
        die("SHA-1 failed");
    EVP_MD_CTX_free(c);
}

/* Runs of {data, zeros}; only zero runs of a page or more are left out of the file. */
static uint32_t put_format(struct buffer *h, const struct program *p, struct buffer *data)
{
    uint32_t start = h->size, from = 0, run;
    put32(h, 0); /* size, below */
    put32(h, p->basic ? 1 : 0);
    while (p->basic && from < p->size) {
        uint32_t end = from, zeros = 0;
        while (end < p->size && zeros < PAGE)
            zeros = p->image[end++] ? 0 : zeros + 1;
        uint32_t last = end - zeros;
        for (run = zeros; last + run < p->size && !p->image[last + run];)
            run++;
        put32(h, last - from);
        put32(h, run);
        put(data, p->image + from, last - from);
        from = last + run;
    }
    if (!p->basic)
        put(data, p->image, p->size);
    xg_st32be(h->data + start, h->size - start);
    return start;
}

static uint32_t put_imports(struct buffer *h, const struct program *p)
{
    uint32_t start = h->size, names = 0, index = 0;
    put(h, NULL, 12);
    for (unsigned i = 0; i < p->libraries; i++)
        if (p->record_count[i]) {
            put(h, p->library[i], (uint32_t)strlen(p->library[i]) + 1);
            while ((h->size - start) % 4)
                put(h, NULL, 1);
            names++;
        }
    xg_st32be(h->data + start + 4, h->size - start - 12);
    xg_st32be(h->data + start + 8, names);
    for (unsigned i = 0; i < p->libraries; i++) {
        if (!p->record_count[i])
            continue;
        put32(h, 0x28 + p->record_count[i] * 4);
        put(h, NULL, 20);              /* digest of the next table: unsigned image */
        put32(h, 0x50470001u + index); /* id */
        put32(h, 0x20076000);          /* version 2.0.1888.0 */
        put32(h, 0x20076000);          /* least version */
        put32(h, index++ << 16 | p->record_count[i]);
        for (uint32_t k = 0; k < p->record_count[i]; k++)
            put32(h, p->records[i][k]);
    }
    xg_st32be(h->data + start, h->size - start);
    return start;
}

static uint32_t put_execution(struct buffer *h, const struct program *p)
{
    uint32_t at = put(h, NULL, 0x18);
    xg_st32be(h->data + at + 4, 0x00000100);
    xg_st32be(h->data + at + 8, 0x00000100);
    xg_st32be(h->data + at + 12, p->title_id);
    h->data[at + 18] = h->data[at + 19] = 1;
    return at;
}

static uint32_t put_tls(struct buffer *h, const struct program *p)
{
    uint32_t size = p->tls_end - p->tls_start;
    put32(h, p->slots);
    put32(h, size ? p->tls_start : 0);
    put32(h, size);
    return put32(h, size) - 12;
}

static uint32_t put_pe_name(struct buffer *h, const struct program *p)
{
    const char *slash = strrchr(p->path, '/'), *name = slash ? slash + 1 : p->path;
    char text[64];
    snprintf(text, sizeof text, "%.*s.exe", (int)(strcspn(name, ".") % 56), name);
    uint32_t n = (uint32_t)strlen(text) + 1, at = put32(h, (4 + n + 3) & ~3u);
    put(h, text, n);
    align(h, 4);
    return at;
}

/* Security information with page descriptors; digests come when the descriptors stand. */
static uint32_t put_security(struct buffer *h, const struct program *p)
{
    uint32_t pages = (p->size + PAGE - 1) / PAGE, count = 0, at = put(h, NULL, 0x184);
    for (uint32_t i = 0; i < pages; count++) {
        uint32_t n = 1;
        while (i + n < pages && p->kind[i + n] == p->kind[i])
            n++;
        put32(h, n << 4 | p->kind[i]);
        put(h, NULL, 20);
        i += n;
    }
    uint8_t *s = h->data + at;
    xg_st32be(s, 0x184 + count * 0x18);
    xg_st32be(s + 4, pages * PAGE);
    xg_st32be(s + 0x108, 0x174);
    xg_st32be(s + 0x10C, 0x20000000); /* every region */
    xg_st32be(s + 0x110, p->base);
    xg_st32be(s + 0x178, 0xFFFFFFFF);
    xg_st32be(s + 0x17C, 0xFFFFFFFF);
    xg_st32be(s + 0x180, count);
    uint32_t libraries = 0;
    for (unsigned i = 0; i < p->libraries; i++)
        libraries += p->record_count[i] != 0;
    xg_st32be(s + 0x128, libraries);
    for (uint32_t i = count, end = pages; i-- > 0;) {
        uint8_t *d = s + 0x184 + i * 0x18, *to = i ? d - 0x18 + 4 : s + 0x114;
        uint32_t n = xg_ld32be(d) >> 4;
        end -= n;
        sha1(p->image + (size_t)end * PAGE, (size_t)n * PAGE, d, 0x18, to);
    }
    return at;
}

static void write_xex(struct program *p, const char *path)
{
    struct buffer h = {0}, data = {0};
    enum { OPTIONS = 10 };
    uint32_t option[OPTIONS][2], n = 0;
    p->size = (p->size + PAGE - 1) & ~(PAGE - 1);
    put(&h, "XEX2", 4);
    put32(&h, p->dll ? 8 : 1);
    put(&h, NULL, 16 + OPTIONS * 8);
#define OPTION(id, v) (option[n][0] = (id), option[n++][1] = (v))
    OPTION(0x000003FF, put_format(&h, p, &data));
    OPTION(0x00010100, p->entry);
    OPTION(0x00010201, p->base);
    OPTION(0x000103FF, put_imports(&h, p));
    OPTION(0x000183FF, put_pe_name(&h, p));
    OPTION(0x00020104, put_tls(&h, p));
    OPTION(0x00020200, p->stack);
    if (p->heap)
        OPTION(0x00020401, p->heap);
    OPTION(0x00030000, p->privileges);
    OPTION(0x00040006, put_execution(&h, p));
#undef OPTION
    align(&h, 8);
    uint32_t security = put_security(&h, p);
    align(&h, 0x1000);
    xg_st32be(h.data + 8, h.size);
    xg_st32be(h.data + 0x10, security);
    xg_st32be(h.data + 0x14, n);
    for (uint32_t i = 0; i < n; i++) {
        xg_st32be(h.data + 0x18 + i * 8, option[i][0]);
        xg_st32be(h.data + 0x1C + i * 8, option[i][1]);
    }
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(h.data, 1, h.size, f) != h.size ||
        fwrite(data.data, 1, data.size, f) != data.size || fclose(f) != 0)
        die("%s: cannot write", path);
    free(h.data);
    free(data.data);
}

/* ---- command line -------------------------------------------------------------------------- */

static bool number(const char *arg, const char *name, int base, uint32_t *out)
{
    size_t n = strlen(name);
    char *end;
    if (strncmp(arg, name, n) != 0)
        return false;
    *out = (uint32_t)strtoul(arg + n, &end, base);
    if (end == arg + n || *end)
        die("bad number in %s", arg);
    return true;
}

static void parse_option(struct program *p, const char *a)
{
    if (strcmp(a, "--compression=none") == 0)
        p->basic = false;
    else if (strcmp(a, "--compression=basic") == 0)
        p->basic = true;
    else if (strcmp(a, "--dll") == 0)
        p->dll = true;
    else if (strncmp(a, "--sym=", 6) == 0)
        p->sym = a + 6;
    else if (!number(a, "--stack=", 0, &p->stack) && !number(a, "--heap=", 0, &p->heap) &&
             !number(a, "--tls-slots=", 0, &p->slots) &&
             !number(a, "--title-id=", 16, &p->title_id) &&
             !number(a, "--privileges=", 16, &p->privileges))
        die("unknown option %s", a);
}

int main(int argc, char **argv)
{
    struct program *p = grab(sizeof *p);
    const char *files[2] = {0};
    int n = 0;
    *p = (struct program){.basic = true, .stack = 0x40000, .slots = 64, .title_id = 0x58470001};
    for (int i = 1; i < argc; i++)
        if (argv[i][0] == '-')
            parse_option(p, argv[i]);
        else if (n < 2)
            files[n++] = argv[i];
    if (n != 2)
        die("usage: xexbuild [options] PROGRAM.elf OUT.xex");
    p->path = files[0];
    p->image = grab(IMAGE_MAX);
    read_elf(p);
    place_segments(p);
    note_sections(p);
    for (unsigned i = 1; i < section_count(p); i++)
        if (strcmp(section_name(p, section_header(p, i)), ".xlibs") == 0)
            read_libraries(p, section_header(p, i));
    struct function *f;
    unsigned count = read_symbols(p, &f);
    collect_imports(p, f, count);
    append_pdata(p, f, count);
    write_pe(p);
    write_xex(p, files[1]);
    if (p->sym)
        write_symbols(p, f, count);
    free(f);
    free(p->image);
    free(p->elf);
    free(p);
    return 0;
}
