/* xexbuild: a linked ELF program becomes a XEX2 executable.
 *
 *   xexbuild [options] PROGRAM.elf OUT.xex
 *     --compression=none|basic|lzx  how the image is stored (basic)
 *     --window=BYTES             of LZX (0x8000)
 *     --encrypt=dev|HEX          AES with the development key or another console key
 *     --page-size=BYTES          0x10000 or 0x1000 (0x10000)
 *     --stack=BYTES --heap=BYTES default stack and heap size (0x40000, none)
 *     --tls-slots=N              dynamic TLS slots (64)
 *     --title-id=HEX             title id of the execution info (58470001)
 *     --version=HEX              version of the execution info (100)
 *     --disc=N/COUNT             which of the title's discs it is for (1/1)
 *     --min-version=HEX          version that the imported libraries must have (20076000)
 *     --privileges=HEX           system flags (none)
 *     --dll                      a DLL instead of a title
 *     --export=ORDINAL:SYMBOL    exported, by ordinal (repeat it)
 *     --export-names             the exports also by name
 *     --resource=NAME:FILE       a resource (repeat it)
 *     --header=ID:HEX            an optional header as it is (repeat it)
 *     --sym=FILE                 writes the function symbols, a line each
 *   xexbuild --patch [--encrypt=...] [--window=...] OLD.xex NEW.xex OUT.xexp
 *     a delta patch between two files stored with --compression=none; --base=FILE: the one it is
 *     for, when that is stored in another way
 *
 * What the linker does not know is made here: the PE header and its section table,
 * .pdata from the symbol sizes, import records from .xslot and .xthunk words, export tables, page
 * descriptors and their hash chain. The layout is described in docs/loader.md. */
#include "xexbuild.h"

#include <elf.h>
#include <stdarg.h>
#include <stdlib.h>

#define PE_OFFSET 0x80u
#define PE_ROOM   0x1000u /* first byte of the program behind the image base */
#define BASE_UNIT 0x10000u

enum { SCN_CODE = 0x60000020, SCN_READ = 0x40000040, SCN_WRITE = (int)0xC0000040u };

void die(const char *fmt, ...)
{
    va_list v;
    va_start(v, fmt);
    fprintf(stderr, "xexbuild: ");
    vfprintf(stderr, fmt, v);
    fprintf(stderr, "\n");
    va_end(v);
    exit(2);
}

void *grab(size_t n)
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

uint8_t *read_whole(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0)
        die("%s: cannot open", path);
    *size = (size_t)ftell(f);
    uint8_t *bytes = grab(*size);
    rewind(f);
    if (fread(bytes, 1, *size, f) != *size)
        die("%s: cannot read", path);
    fclose(f);
    return bytes;
}

static void read_elf(struct program *p)
{
    p->elf = read_whole(p->path, &p->elf_size);
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
    if (va < p->base || filesz > memsz || (uint64_t)va - p->base + memsz > IMAGE_MAX - BASE_UNIT)
        die("%s: a segment lies outside the image", p->path);
    uint32_t rva = va - p->base, end = rva + memsz;
    memcpy(p->image + rva, elf_at(p, offset, filesz), filesz);
    uint8_t kind = flags & PF_X ? PAGE_CODE : flags & PF_W ? PAGE_DATA : PAGE_READONLY;
    for (uint32_t page = rva / p->page; page <= (end - 1) / p->page; page++) {
        if (p->kind[page] && p->kind[page] != kind)
            die("%s: page %08X is shared by segments of different rights", p->path,
                p->base + page * p->page);
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
        p->base = lowest & ~(BASE_UNIT - 1);
        if (lowest - p->base < PE_ROOM)
            die("%s: no room for the PE header before %08X", p->path, lowest);
    }
    if (!p->kind[0])
        p->kind[0] = PAGE_READONLY;
    for (uint32_t page = 1; page < (p->size + p->page - 1) / p->page; page++)
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
        if (p->sections >= XG_COUNTOF(p->section) - 3)
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
}

static bool is_code(const struct program *p, uint32_t va)
{
    return p->kind[(va - p->base) / p->page] == PAGE_CODE;
}

/* Instructions up to and with the stwu that makes the frame: what an unwinder skips. */
static uint32_t prolog_length(const struct program *p, const struct function *f)
{
    for (uint32_t i = 0; i < f->size / 4 && i < 24; i++)
        if (xg_ld32be(p->image + f->start - p->base + i * 4) >> 16 == 0x9421)
            return i + 1;
    return 0;
}

/* What is made here comes behind the program, on pages of its own. */
static uint32_t new_page(const struct program *p)
{
    return (p->size + p->page - 1) & ~(p->page - 1);
}
static void add_section(struct program *p, const char *name, uint32_t rva, uint32_t end)
{
    for (uint32_t page = rva / p->page; page <= (end - 1) / p->page; page++)
        p->kind[page] = PAGE_READONLY;
    p->section[p->sections++] = (struct section){name, rva, end - rva, (uint32_t)SCN_READ};
    p->size = end;
}

static void append_pdata(struct program *p, const struct function *f, unsigned n)
{
    uint32_t rva = new_page(p), at = rva, last = 0;
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
    add_section(p, ".pdata", rva, at);
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

/* ---- exports and resources -------------------------------------------------------------- */

static int by_ordinal(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The XEX table {three magic words, module words, versions, base, count, first, offsets}. */
static uint32_t append_table(struct program *p, uint32_t at)
{
    uint32_t first = p->exported[0].ordinal,
             count = p->exported[p->exports - 1].ordinal - first + 1;
    uint8_t *t = p->image + at;
    xg_st32be(t, 0x48000000);
    xg_st32be(t + 4, 0x00485645);
    xg_st32be(t + 8, 0x48000000);
    xg_st32be(t + 0x20, p->base >> 16);
    xg_st32be(t + 0x24, count);
    xg_st32be(t + 0x28, first);
    for (unsigned i = 0; i < p->exports; i++)
        xg_st32be(t + 0x2C + (p->exported[i].ordinal - first) * 4,
                  p->exported[i].address - p->base);
    p->export_table = p->base + at;
    return at + 0x2C + count * 4;
}

/* The PE directory, little-endian, everything relative to it but the functions. */
static uint32_t append_directory(struct program *p, uint32_t at)
{
    uint32_t first = p->exported[0].ordinal,
             count = p->exported[p->exports - 1].ordinal - first + 1;
    uint8_t *d = p->image + at;
    uint32_t functions = 0x28, names = functions + count * 4, ordinals = names + p->exports * 4;
    uint32_t text = ordinals + p->exports * 2;
    xg_st32le(d + 0x10, first);
    xg_st32le(d + 0x14, count);
    xg_st32le(d + 0x18, p->exports);
    xg_st32le(d + 0x1C, functions);
    xg_st32le(d + 0x20, names);
    xg_st32le(d + 0x24, ordinals);
    for (unsigned i = 0; i < p->exports; i++) {
        uint32_t index = p->exported[i].ordinal - first;
        xg_st32le(d + functions + index * 4, p->exported[i].address - p->base);
        xg_st32le(d + names + i * 4, text);
        xg_st16le(d + ordinals + i * 2, (uint16_t)index);
        strcpy((char *)d + text, p->exported[i].name);
        text += (uint32_t)strlen(p->exported[i].name) + 1;
    }
    p->directory_rva = at;
    p->directory_size = text;
    return at + text;
}

static void append_exports(struct program *p, const struct function *f, unsigned n)
{
    if (!p->exports)
        return;
    qsort(p->exported, p->exports, sizeof p->exported[0], by_ordinal);
    for (unsigned i = 0; i < p->exports; i++) {
        p->exported[i].address = find_symbol(f, n, "", p->exported[i].name);
        if (!p->exported[i].address)
            die("%s: no symbol %s to export", p->path, p->exported[i].name);
    }
    uint32_t rva = new_page(p), at = append_table(p, rva);
    if (p->named)
        at = append_directory(p, (at + 3) & ~3u);
    add_section(p, ".edata", rva, at);
}

static void append_resources(struct program *p)
{
    for (unsigned i = 0; i < p->resources; i++) {
        char *colon = strchr(p->resource[i].name, ':');
        size_t size;
        if (!colon)
            die("--resource=%s is not of the form NAME:FILE", p->resource[i].name);
        uint8_t *bytes = read_whole(colon + 1, &size);
        uint32_t rva = new_page(p);
        if (!size || size > IMAGE_MAX - BASE_UNIT - rva)
            die("%s: impossible size of a resource", colon + 1);
        *colon = 0;
        memcpy(p->image + rva, bytes, size);
        free(bytes);
        p->resource[i].address = p->base + rva;
        p->resource[i].size = (uint32_t)size;
        add_section(p, p->resource[i].name, rva, rva + (uint32_t)size);
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
    xg_st32le(opt + 32, p->page); /* section alignment */
    xg_st32le(opt + 36, 0x200);   /* file alignment */
    xg_st16le(opt + 48, 2);       /* subsystem version 2.0 */
    xg_st32le(opt + 56, (p->size + p->page - 1) & ~(p->page - 1));
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

static void add_header(struct program *p, const char *text)
{
    struct header *x = &p->header[p->headers];
    char *at;
    x->id = (uint32_t)strtoul(text, &at, 16);
    if (*at++ != ':' || p->headers == HEADERS)
        die("--header=%s is not of the form ID:HEX, or one too many", text);
    for (unsigned byte; at[0] && at[1] && x->size < HEADER_MAX; at += 2) {
        if (sscanf(at, "%2x", &byte) != 1)
            die("--header=%s: not hexadecimal", text);
        x->bytes[x->size++] = (uint8_t)byte;
    }
    p->headers++;
}

static bool named_option(const char *arg, const char *name, const char **out)
{
    size_t n = strlen(name);
    if (strncmp(arg, name, n) != 0)
        return false;
    *out = arg + n;
    return true;
}

static void add_export(struct program *p, const char *text)
{
    char *end;
    if (p->exports == EXPORTS)
        die("too many exports");
    p->exported[p->exports].ordinal = (uint32_t)strtoul(text, &end, 0);
    if (end == text || *end != ':' || !end[1])
        die("--export=%s is not of the form ORDINAL:SYMBOL", text);
    p->exported[p->exports++].name = end + 1;
}

static void set_store(struct program *p, const char *name)
{
    static const char *const names[] = {"none", "basic", "lzx"};
    for (p->store = 0; p->store < XG_COUNTOF(names); p->store++)
        if (strcmp(names[p->store], name) == 0)
            return;
    die("--compression=%s: there is none, basic and lzx", name);
}

static void set_disc(struct program *p, const char *text)
{
    char end;
    if (sscanf(text, "%u/%u%c", &p->disc, &p->discs, &end) != 2 || p->disc > 255 || p->discs > 255)
        die("--disc=%s is not of the form N/COUNT", text);
}

static void parse_option(struct program *p, const char *a)
{
    const char *v;
    if (named_option(a, "--compression=", &v))
        set_store(p, v);
    else if (strcmp(a, "--dll") == 0)
        p->dll = true;
    else if (strcmp(a, "--export-names") == 0)
        p->named = true;
    else if (named_option(a, "--export=", &v))
        add_export(p, v);
    else if (named_option(a, "--resource=", &v) && p->resources < RESOURCES)
        p->resource[p->resources++].name = v;
    else if (named_option(a, "--header=", &v))
        add_header(p, v);
    else if (named_option(a, "--disc=", &v))
        set_disc(p, v);
    else if (named_option(a, "--base=", &v))
        p->patch_base = v;
    else if (named_option(a, "--encrypt=", &v)) {
        p->encrypt = true;
        if (strcmp(v, "dev") != 0)
            parse_key(v, p->console_key);
    } else if (strncmp(a, "--sym=", 6) == 0)
        p->sym = a + 6;
    else if (!number(a, "--stack=", 0, &p->stack) && !number(a, "--heap=", 0, &p->heap) &&
             !number(a, "--tls-slots=", 0, &p->slots) && !number(a, "--window=", 0, &p->window) &&
             !number(a, "--page-size=", 0, &p->page) && !number(a, "--version=", 16, &p->version) &&
             !number(a, "--min-version=", 16, &p->min_version) &&
             !number(a, "--title-id=", 16, &p->title_id) &&
             !number(a, "--privileges=", 16, &p->privileges))
        die("unknown option %s", a);
}

static void build(struct program *p, const char *out)
{
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
    append_exports(p, f, count);
    append_resources(p);
    write_pe(p);
    write_xex(p, out);
    if (p->sym)
        write_symbols(p, f, count);
    free(f);
    free(p->image);
    free(p->elf);
}

int main(int argc, char **argv)
{
    struct program *p = grab(sizeof *p);
    const char *files[3] = {0};
    int n = 0, want = 2;
    *p = (struct program){.store = STORE_BASIC,
                          .page = 0x10000,
                          .stack = 0x40000,
                          .slots = 64,
                          .title_id = 0x58470001,
                          .disc = 1,
                          .discs = 1,
                          .window = 0x8000,
                          .version = 0x100,
                          .min_version = 0x20076000};
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--patch") == 0)
            want = 3;
        else if (argv[i][0] == '-')
            parse_option(p, argv[i]);
        else if (n < 3)
            files[n++] = argv[i];
    if (n != want)
        die("usage: xexbuild [options] PROGRAM.elf OUT.xex\n"
            "       xexbuild --patch [options] OLD.xex NEW.xex OUT.xexp");
    if (p->page != 0x10000 && p->page != PAGE_MIN)
        die("--page-size is 0x10000 or 0x1000");
    p->path = files[0];
    if (want == 3)
        write_patch(p->patch_base, files[0], files[1], files[2], p->window,
                    p->encrypt ? p->console_key : NULL);
    else
        build(p, files[1]);
    free(p);
    return 0;
}
