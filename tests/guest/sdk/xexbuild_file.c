/* The XEX2 file: headers, and the ways of storing an image. */
#include "xexbuild.h"
#include "xexbuild_lzx.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* ---- bytes --------------------------------------------------------------------------------- */

uint32_t put(struct buffer *b, const void *bytes, uint32_t n)
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
uint32_t put32(struct buffer *b, uint32_t v)
{
    uint8_t w[4];
    xg_st32be(w, v);
    return put(b, w, 4);
}
void align(struct buffer *b, uint32_t n)
{
    put(b, NULL, (n - b->size % n) % n);
}

void sha1(const void *a, size_t na, const void *b, size_t nb, uint8_t out[20])
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    if (!c || !EVP_DigestInit_ex(c, EVP_sha1(), NULL) || !EVP_DigestUpdate(c, a, na) ||
        !EVP_DigestUpdate(c, b, nb) || !EVP_DigestFinal_ex(c, out, NULL))
        die("SHA-1 failed");
    EVP_MD_CTX_free(c);
}

static void crypt(bool wrap, const uint8_t key[16], const EVP_CIPHER *cipher, const uint8_t *in,
                  uint32_t size, uint8_t *out)
{
    static const uint8_t vector[16];
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int n = 0;
    if (!c || !EVP_CipherInit_ex(c, cipher, NULL, key, vector, wrap) ||
        !EVP_CIPHER_CTX_set_padding(c, 0) || !EVP_CipherUpdate(c, out, &n, in, (int)size))
        die("AES failed");
    EVP_CIPHER_CTX_free(c);
}
void aes_wrap(const uint8_t key[16], const uint8_t in[16], uint8_t out[16])
{
    crypt(true, key, EVP_aes_128_ecb(), in, 16, out);
}
void aes_unwrap(const uint8_t key[16], const uint8_t in[16], uint8_t out[16])
{
    crypt(false, key, EVP_aes_128_ecb(), in, 16, out);
}
void aes_cbc(const uint8_t key[16], struct buffer *b)
{
    align(b, 16);
    uint8_t *out = grab(b->size);
    crypt(true, key, EVP_aes_128_cbc(), b->data, b->size, out);
    memcpy(b->data, out, b->size);
    free(out);
}

void parse_key(const char *text, uint8_t key[16])
{
    for (unsigned i = 0; i < 16; i++) {
        unsigned v;
        if (strlen(text) != 32 || sscanf(text + 2 * i, "%2x", &v) != 1)
            die("a key has 32 hex digits");
        key[i] = (uint8_t)v;
    }
}

/* ---- storing ------------------------------------------------------------------------------ */

/* Runs of {data, zeros}; only zero runs of a page or more are left out of the file. Data runs
 * have whole cipher blocks. */
static void put_runs(struct buffer *h, const struct program *p, struct buffer *data)
{
    uint32_t from = 0, run;
    while (from < p->size) {
        uint32_t end = from, zeros = 0;
        while (end < p->size && zeros < p->page)
            zeros = p->image[end++] ? 0 : zeros + 1;
        uint32_t last = (end - zeros + 15) & ~15u;
        for (run = 0; last + run < p->size && !p->image[last + run];)
            run++;
        run &= ~15u;
        put32(h, last - from);
        put32(h, run);
        put(data, p->image + from, last - from);
        from = last + run;
    }
}

void put_blocks(struct buffer *data, const struct buffer *body, const uint32_t *end, uint32_t count,
                uint8_t info[24])
{
    uint32_t *at = grab((count + 1) * sizeof *at);
    for (uint32_t i = 0, from = 0; i < count; from = end[i++]) {
        at[i] = put(data, NULL, 24);
        put(data, body->data + from, end[i] - from);
    }
    at[count] = data->size;
    memset(info, 0, 24);
    /* From the last to the first, because each block holds the hash of the next. */
    for (uint32_t i = count; i-- > 0;) {
        uint8_t *to = i ? data->data + at[i - 1] : info;
        xg_st32be(to, at[i + 1] - at[i]);
        sha1(data->data + at[i], at[i + 1] - at[i], NULL, 0, to + 4);
    }
    free(at);
}

/* Four frames a block. */
static void put_lzx(struct buffer *h, const struct program *p, struct buffer *data)
{
    struct lzx_stream s;
    struct buffer body = {0};
    uint32_t *end, count = 0;
    uint8_t info[24];
    lzx_encode(&s, NULL, 0, p->image, p->size, p->window);
    end = grab((s.frames / 4 + 2) * sizeof *end);
    for (size_t i = 0, from = 0; i < s.frames; from = s.frame_end[i++]) {
        uint8_t n[2];
        xg_st16be(n, (uint16_t)(s.frame_end[i] - from));
        put(&body, n, 2);
        put(&body, s.bytes + from, (uint32_t)(s.frame_end[i] - from));
        if (i % 4 == 3 || i + 1 == s.frames) {
            put(&body, NULL, 2);
            end[count++] = body.size;
        }
    }
    put_blocks(data, &body, end, count, info);
    put32(h, p->window);
    put(h, info, sizeof info);
    free(end);
    free(body.data);
    lzx_free(&s);
}

static uint32_t put_format(struct buffer *h, const struct program *p, struct buffer *data)
{
    uint32_t start = h->size;
    put32(h, 0); /* size, below */
    put32(h, (uint32_t)p->encrypt << 16 | p->store);
    if (p->store == STORE_LZX)
        put_lzx(h, p, data);
    else if (p->store == STORE_BASIC)
        put_runs(h, p, data);
    else
        put(data, p->image, p->size);
    xg_st32be(h->data + start, h->size - start);
    return start;
}

static uint32_t put_resources(struct buffer *h, const struct program *p)
{
    uint32_t start = put32(h, 4 + p->resources * 16);
    for (unsigned i = 0; i < p->resources; i++) {
        char name[8];
        strncpy(name, p->resource[i].name, sizeof name);
        put(h, name, sizeof name);
        put32(h, p->resource[i].address);
        put32(h, p->resource[i].size);
    }
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
        put32(h, p->min_version);      /* least version */
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
    xg_st32be(h->data + at + 4, p->version);
    xg_st32be(h->data + at + 8, 0x00000100);
    xg_st32be(h->data + at + 12, p->title_id);
    h->data[at + 18] = (uint8_t)p->disc;
    h->data[at + 19] = (uint8_t)p->discs;
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
static uint32_t put_security(struct buffer *h, const struct program *p, const uint8_t wrapped[16])
{
    uint32_t pages = (p->size + p->page - 1) / p->page, count = 0, at = put(h, NULL, 0x184);
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
    xg_st32be(s + 4, pages * p->page);
    xg_st32be(s + 0x108, 0x174);
    xg_st32be(s + 0x10C, 0x20000000 | (p->page == PAGE_MIN ? 0x10000000u : 0)); /* every region */
    xg_st32be(s + 0x110, p->base);
    for (unsigned i = 0; i < 0x100; i++) /* no signature, but different for every version */
        s[8 + i] = (uint8_t)((p->version * 2654435761u >> 16) + p->title_id + i);
    memcpy(s + 0x150, wrapped, 16);
    xg_st32be(s + 0x160, p->export_table);
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
        sha1(p->image + (size_t)end * p->page, (size_t)n * p->page, d, 0x18, to);
    }
    return at;
}

void write_parts(const char *path, const struct buffer *head, const struct buffer *data)
{
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(head->data, 1, head->size, f) != head->size ||
        fwrite(data->data, 1, data->size, f) != data->size || fclose(f) != 0)
        die("%s: cannot write", path);
}

/* The session key is the title id and version, nothing secret. */
static void encrypt(const struct program *p, struct buffer *data, uint8_t wrapped[16])
{
    uint8_t session[16] = {0};
    if (!p->encrypt)
        return;
    xg_st32be(session, p->title_id);
    xg_st32be(session + 12, p->version);
    aes_cbc(session, data);
    aes_wrap(p->console_key, session, wrapped);
}

/* An optional header as the user gave it: the value itself, or the offset of its bytes, before
 * which stands their size when the id says so. */
static uint32_t put_header(struct buffer *h, const struct header *x)
{
    uint32_t kind = x->id & 0xFF, at = h->size;
    if (kind <= 1)
        return x->size == 4 ? xg_ld32be(x->bytes) : 0;
    if (kind == 0xFF)
        put32(h, x->size + 4);
    put(h, x->bytes, x->size);
    align(h, 4);
    return at;
}

void write_xex(struct program *p, const char *path)
{
    struct buffer h = {0}, data = {0};
    enum { OPTIONS = 12 + HEADERS };
    uint32_t option[OPTIONS][2], n = 0;
    uint8_t wrapped[16] = {0};
    p->size = (p->size + p->page - 1) & ~(p->page - 1);
    put(&h, "XEX2", 4);
    put32(&h, p->dll ? 8 : 1);
    put(&h, NULL, 16 + OPTIONS * 8);
#define OPTION(id, v) (option[n][0] = (id), option[n++][1] = (v))
    if (p->resources)
        OPTION(0x000002FF, put_resources(&h, p));
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
    if (p->directory_size) {
        uint32_t at = put32(&h, p->directory_rva);
        put32(&h, p->directory_size);
        OPTION(0x00E10402, at);
    }
    for (unsigned i = 0; i < p->headers; i++)
        OPTION(p->header[i].id, put_header(&h, &p->header[i]));
#undef OPTION
    align(&h, 8);
    encrypt(p, &data, wrapped);
    uint32_t security = put_security(&h, p, wrapped);
    align(&h, 0x1000);
    xg_st32be(h.data + 8, h.size);
    xg_st32be(h.data + 0x10, security);
    xg_st32be(h.data + 0x14, n);
    for (uint32_t i = 0; i < n; i++) {
        xg_st32be(h.data + 0x18 + i * 8, option[i][0]);
        xg_st32be(h.data + 0x1C + i * 8, option[i][1]);
    }
    write_parts(path, &h, &data);
    free(h.data);
    free(data.data);
}
