/* `xenogate info FILE [--json] [--image-sha256]` and `xenogate unpack FILE -o OUT`. */
#include "kernel/kernel.h"
#include "loader/loader.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int xg_cmd_info(int argc, char **argv);
int xg_cmd_unpack(int argc, char **argv);

static int fail(const struct xg_error *err)
{
    fprintf(stderr, "xenogate: %s\n", err->text);
    return err->kind;
}

static const char *page_type(uint32_t type)
{
    return type == 1 ? "code" : type == 2 ? "data" : type == 3 ? "read-only" : "unknown";
}

static const char *const compressions[] = {"none", "basic", "lzx", "delta"};

static void version_text(uint32_t v, char out[24])
{
    snprintf(out, 24, "%u.%u.%u.%u", v >> 28, v >> 24 & 15, v >> 8 & 0xFFFF, v & 0xFF);
}

static void library_module(const struct xg_xex_library *l, char out[64])
{
    snprintf(out, 64, "%.*s", (int)strcspn(l->name, "."), l->name);
}

static const char *import_name(const struct xg_xex_import *m)
{
    char module[64];
    library_module(m->library, module);
    int row = xg_export_find(module, m->ordinal);
    return row < 0 ? "" : xg_exports[row].name;
}

/* ---- for people ------------------------------------------------------------------------- */

static bool print_import(void *ctx, const struct xg_xex_import *m, struct xg_error *err)
{
    XG_UNUSED(ctx);
    XG_UNUSED(err);
    printf("  %-14s %04X  %-8s slot %08X  thunk %08X  %s\n", m->library->name, m->ordinal,
           m->function ? "function" : "variable", m->slot, m->thunk, import_name(m));
    return true;
}

static void print_headers(const struct xg_xex *x)
{
    char v[24];
    printf("%s: XEX2 %s%s\n", x->path, x->module_flags & XG_XEX_DLL ? "DLL" : "title",
           x->module_flags & (XG_XEX_PATCH | XG_XEX_DELTA_PATCH) ? " patch" : "");
    if (x->pe_name[0])
        printf("name          %s\n", x->pe_name);
    printf("module flags  %08X\nimage         %08X, %u bytes, flags %08X\n", x->module_flags,
           x->base, x->image_size, x->image_flags);
    printf("entry         %08X\nstack         %u bytes\n", x->entry, x->stack_size);
    if (x->heap_size)
        printf("heap          %u bytes\n", x->heap_size);
    printf("encryption    %s\ncompression   %s\n", x->encryption ? "AES" : "none",
           compressions[x->compression]);
    if (x->tls.slots || x->tls.data_size)
        printf("TLS           %u slots, %u bytes (%u from %08X)\n", x->tls.slots, x->tls.data_size,
               x->tls.raw_size, x->tls.data);
    if (x->execution.present) {
        version_text(x->execution.version, v);
        printf("title id      %08X, version %s, media id %08X, disc %u of %u\n",
               x->execution.title_id, v, x->execution.media_id, x->execution.disc,
               x->execution.discs);
    }
    printf("privileges    %08X\n", x->privileges);
    printf("optional headers\n");
    for (size_t i = 0; i < x->option_count; i++)
        printf("  %08X = %08X\n", x->options[i].id, x->options[i].value);
    for (size_t i = 0; i < x->library_count; i++) {
        version_text(x->libraries[i].version, v);
        printf("library       %s %s, %u records\n", x->libraries[i].name, v, x->libraries[i].count);
    }
}

static bool print_image(const struct xg_xex *x, struct xg_error *err)
{
    printf("pages\n");
    for (size_t i = 0; i < x->page_count; i++) {
        const struct xg_xex_pages *p = &x->pages[i];
        printf("  %08X  %5u x %u KiB  %-9s  hash %s\n", x->base + p->offset, p->count,
               x->page_size / 1024, page_type(p->type), p->hash_ok ? "ok" : "WRONG");
    }
    printf("sections\n");
    for (size_t i = 0; i < x->pe.section_count; i++)
        printf("  %-8s  %08X  %u bytes, flags %08X\n", x->pe.sections[i].name,
               x->base + x->pe.sections[i].rva, x->pe.sections[i].size, x->pe.sections[i].flags);
    printf("functions     %u in the function table\nimports\n", x->pe.pdata_size / 8);
    return xg_xex_each_import(x, print_import, NULL, err);
}

/* ---- for programs --------------------------------------------------------------------------- */

static void json_string(const char *s)
{
    putchar('"');
    for (; *s; s++)
        if (*s == '"' || *s == '\\')
            printf("\\%c", *s);
        else if ((unsigned char)*s < 0x20 || (unsigned char)*s >= 0x7F)
            printf("\\u%04x", (unsigned char)*s);
        else
            putchar(*s);
    putchar('"');
}

static bool json_import(void *ctx, const struct xg_xex_import *m, struct xg_error *err)
{
    const char **comma = ctx;
    XG_UNUSED(err);
    printf("%s{\"library\":", *comma);
    json_string(m->library->name);
    printf(",\"ordinal\":%u,\"kind\":\"%s\",\"slot\":\"%08x\",\"thunk\":\"%08x\",\"name\":",
           m->ordinal, m->function ? "function" : "variable", m->slot, m->thunk);
    json_string(import_name(m));
    putchar('}');
    *comma = ",";
    return true;
}

static void json_headers(const struct xg_xex *x)
{
    printf("{\"file\":");
    json_string(x->path);
    printf(",\"name\":");
    json_string(x->pe_name);
    printf(
        ",\"module_flags\":\"%08x\",\"image_flags\":\"%08x\",\"base\":\"%08x\",\"size\":%u,"
        "\"entry\":\"%08x\",\"stack\":%u,\"heap\":%u,\"encryption\":\"%s\",\"compression\":\"%s\"",
        x->module_flags, x->image_flags, x->base, x->image_size, x->entry, x->stack_size,
        x->heap_size, x->encryption ? "aes" : "none", compressions[x->compression]);
    printf(",\"title_id\":\"%08x\",\"version\":\"%08x\",\"privileges\":\"%08x\"",
           x->execution.title_id, x->execution.version, x->privileges);
    printf(",\"tls\":{\"slots\":%u,\"data\":\"%08x\",\"size\":%u,\"raw\":%u}", x->tls.slots,
           x->tls.data, x->tls.data_size, x->tls.raw_size);
    printf(",\"headers\":[");
    for (size_t i = 0; i < x->option_count; i++)
        printf("%s{\"id\":\"%08x\",\"value\":\"%08x\"}", i ? "," : "", x->options[i].id,
               x->options[i].value);
    printf("],\"libraries\":[");
    for (size_t i = 0; i < x->library_count; i++) {
        printf("%s{\"name\":", i ? "," : "");
        json_string(x->libraries[i].name);
        printf(",\"version\":\"%08x\",\"min_version\":\"%08x\",\"records\":%u}",
               x->libraries[i].version, x->libraries[i].min_version, x->libraries[i].count);
    }
    printf("]");
}

static bool json_image(const struct xg_xex *x, struct xg_error *err)
{
    const char *comma = "";
    printf(",\"hashes\":%s,\"pages\":[", x->hashes_ok ? "true" : "false");
    for (size_t i = 0; i < x->page_count; i++)
        printf("%s{\"at\":\"%08x\",\"pages\":%u,\"page_size\":%u,\"type\":\"%s\",\"hash\":%s}",
               i ? "," : "", x->base + x->pages[i].offset, x->pages[i].count, x->page_size,
               page_type(x->pages[i].type), x->pages[i].hash_ok ? "true" : "false");
    printf("],\"sections\":[");
    for (size_t i = 0; i < x->pe.section_count; i++) {
        printf("%s{\"name\":", i ? "," : "");
        json_string(x->pe.sections[i].name);
        printf(",\"at\":\"%08x\",\"size\":%u,\"flags\":\"%08x\"}", x->base + x->pe.sections[i].rva,
               x->pe.sections[i].size, x->pe.sections[i].flags);
    }
    printf("],\"pdata\":{\"at\":\"%08x\",\"size\":%u},\"imports\":[",
           x->pe.pdata_size ? x->base + x->pe.pdata_rva : 0, x->pe.pdata_size);
    bool ok = xg_xex_each_import(x, json_import, &comma, err);
    printf("]");
    return ok;
}

/* ---- commands ---------------------------------------------------------------------------------
 */

static bool print_sha256(const struct xg_xex *x, struct xg_error *err)
{
    uint8_t digest[32];
    if (!EVP_Digest(x->image, x->image_size, digest, NULL, EVP_sha256(), NULL))
        return xg_fail(err, XG_E_INPUT, "%s: SHA-256 failed", x->path);
    for (int i = 0; i < 32; i++)
        printf("%02x", digest[i]);
    printf("\n");
    return true;
}

static bool report(struct xg_xex *x, bool json, struct xg_error *err)
{
    struct xg_error why = {0};
    if (json)
        json_headers(x);
    else
        print_headers(x);
    /* Headers are shown even of images that cannot be expanded. */
    bool ok = xg_xex_expand(x, &why) && (json ? json_image(x, &why) : print_image(x, &why)) &&
              xg_xex_check_hashes(x, &why);
    if (json)
        printf("}\n");
    return ok || xg_fail(err, why.kind, "%s", why.text);
}

int xg_cmd_info(int argc, char **argv)
{
    struct xg_error err = {0};
    const char *path = NULL;
    bool json = false, hash = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            json = true;
        else if (strcmp(argv[i], "--image-sha256") == 0)
            hash = true;
        else if (argv[i][0] != '-' && !path)
            path = argv[i];
        else {
            path = NULL;
            break;
        }
    }
    if (!path) {
        fprintf(stderr, "usage: xenogate info FILE [--json] [--image-sha256]\n");
        return XG_E_INPUT;
    }
    struct xg_xex *x;
    if (!xg_xex_open(path, &x, &err))
        return fail(&err);
    bool ok = hash ? xg_xex_expand(x, &err) && print_sha256(x, &err) : report(x, json, &err);
    xg_xex_close(x);
    return ok ? XG_OK : fail(&err);
}

static bool write_image(const struct xg_xex *x, const char *out, struct xg_error *err)
{
    FILE *f = fopen(out, "wb");
    if (!f)
        return xg_fail(err, XG_E_INPUT, "%s: cannot create the file", out);
    bool ok = fwrite(x->image, 1, x->image_size, f) == x->image_size;
    ok &= fclose(f) == 0;
    return ok || xg_fail(err, XG_E_INPUT, "%s: cannot write %u bytes", out, x->image_size);
}

int xg_cmd_unpack(int argc, char **argv)
{
    struct xg_error err = {0};
    const char *path = NULL, *out = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
            out = argv[++i];
        else if (argv[i][0] != '-' && !path)
            path = argv[i];
        else {
            path = NULL;
            break;
        }
    }
    if (!path || !out) {
        fprintf(stderr, "usage: xenogate unpack FILE -o OUT\n");
        return XG_E_INPUT;
    }
    struct xg_xex *x;
    if (!xg_xex_open(path, &x, &err))
        return fail(&err);
    bool ok = xg_xex_expand(x, &err) && xg_xex_check_hashes(x, &err) && write_image(x, out, &err);
    xg_xex_close(x);
    return ok ? XG_OK : fail(&err);
}
