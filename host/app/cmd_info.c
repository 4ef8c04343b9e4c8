/* `xenogate info FILE` and `xenogate unpack FILE -o OUT`: of executables here, of disc images and
 * content packages in cmd_vfs.c. */
#include "app/cmd_vfs.h"
#include "app/commands.h"
#include "app/info_options.h"
#include "app/keys.h"
#include "base/file.h"
#include "kernel/kernel.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    char v[24], text[1024];
    printf("%s: %s %s%s\n", x->path, x->kind == XG_FILE_ELF ? "ELF" : "XEX2",
           x->module_flags & XG_XEX_DLL ? "DLL" : "title",
           x->module_flags & (XG_XEX_PATCH | XG_XEX_DELTA_PATCH) ? " patch" : "");
    if (x->pe_name[0])
        printf("name          %s\n", x->pe_name);
    printf("module flags  %08X\nimage         %08X, %u bytes, flags %08X\n", x->module_flags,
           x->base, x->image_size, x->image_flags);
    printf("entry         %08X\nstack         %u bytes\n", x->entry, x->stack_size);
    if (x->heap_size)
        printf("heap          %u bytes\n", x->heap_size);
    printf("encryption    %s%s%s\n", x->encryption ? "AES" : "none", x->key_name[0] ? ", key " : "",
           x->key_name);
    printf("compression   %s\n", compressions[x->compression]);
    if (x->delta.present)
        printf("patches       version %08X to %08X\n", x->delta.source_version,
               x->delta.target_version);
    if (x->tls.slots || x->tls.data_size)
        printf("TLS           %u slots, %u bytes (%u from %08X)\n", x->tls.slots, x->tls.data_size,
               x->tls.raw_size, x->tls.data);
    if (x->execution.present) {
        version_text(x->execution.version, v);
        printf("title id      %08X, version %s, media id %08X, disc %u of %u\n",
               x->execution.title_id, v, x->execution.media_id, x->execution.disc,
               x->execution.discs);
    }
    xg_info_privileges(x->privileges, text, sizeof text);
    printf("privileges    %08X%s%s\n", x->privileges, text[0] ? "  " : "", text);
    printf("regions       %08X, media %08X\n", x->region, x->media_types);
    printf("optional headers\n");
    for (size_t i = 0; i < x->option_count; i++) {
        uint32_t id = x->options[i].id, value = x->options[i].value;
        xg_info_option_text(x, id, value, text, sizeof text);
        printf("  %08X = %08X  %s%s%s\n", id, value, xg_info_option_name(id), text[0] ? ": " : "",
               text);
    }
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
    printf("functions     %u in the function table\n", x->pe.pdata_size / 8);
    if (x->resource_count)
        printf("resources\n");
    for (size_t i = 0; i < x->resource_count; i++)
        printf("  %-8s  %08X  %u bytes\n", x->resources[i].name, x->resources[i].address,
               x->resources[i].size);
    if (x->export_count)
        printf("exports\n");
    for (size_t i = 0; i < x->export_count; i++)
        printf("  %5u  %08X  %s\n", x->exports[i].ordinal, x->exports[i].address,
               x->exports[i].name ? x->exports[i].name : "");
    printf("imports\n");
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
    for (size_t i = 0; i < x->option_count; i++) {
        char text[1024];
        uint32_t id = x->options[i].id, value = x->options[i].value;
        printf("%s{\"id\":\"%08x\",\"value\":\"%08x\",\"name\":", i ? "," : "", id, value);
        json_string(xg_info_option_name(id));
        xg_info_option_text(x, id, value, text, sizeof text);
        printf(",\"text\":");
        json_string(text);
        putchar('}');
    }
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
    printf("],\"resources\":[");
    for (size_t i = 0; i < x->resource_count; i++) {
        printf("%s{\"name\":", i ? "," : "");
        json_string(x->resources[i].name);
        printf(",\"at\":\"%08x\",\"size\":%u}", x->resources[i].address, x->resources[i].size);
    }
    printf("],\"exports\":[");
    for (size_t i = 0; i < x->export_count; i++) {
        printf("%s{\"ordinal\":%u,\"at\":\"%08x\",\"name\":", i ? "," : "", x->exports[i].ordinal,
               x->exports[i].address);
        json_string(x->exports[i].name ? x->exports[i].name : "");
        putchar('}');
    }
    printf("],\"pdata\":{\"at\":\"%08x\",\"size\":%u},\"imports\":[",
           x->pe.pdata_size ? x->base + x->pe.pdata_rva : 0, x->pe.pdata_size);
    bool ok = xg_xex_each_import(x, json_import, &comma, err);
    printf("]");
    return ok;
}

/* ---- commands ------------------------------------------------------------------------------- */

struct request {
    const char *path, *out, *keys, *patch;
    bool json, hash;
};

static bool value(const char *name, int argc, char **argv, int *i, const char **out)
{
    size_t n = strlen(name);
    if (strncmp(argv[*i], name, n) == 0 && argv[*i][n] == '=')
        *out = argv[*i] + n + 1;
    else if (strcmp(argv[*i], name) == 0 && *i + 1 < argc)
        *out = argv[++*i];
    else
        return false;
    return true;
}

static bool parse(struct request *r, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            r->json = true;
        else if (strcmp(argv[i], "--image-sha256") == 0)
            r->hash = true;
        else if (value("-o", argc, argv, &i, &r->out) ||
                 value("--keys", argc, argv, &i, &r->keys) ||
                 value("--patch", argc, argv, &i, &r->patch))
            continue;
        else if (argv[i][0] != '-' && !r->path)
            r->path = argv[i];
        else
            return false;
    }
    return r->path != NULL;
}

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

/* *x becomes the patched executable. */
static bool patch(struct xg_xex **x, const struct request *r, const struct xg_keys *keys,
                  struct xg_error *err)
{
    struct xg_xex *delta, *after;
    if (!r->patch)
        return true;
    if (!xg_xex_open(r->patch, &delta, err))
        return false;
    bool ok = xg_xex_expand(*x, keys, err) && xg_xex_check_hashes(*x, err) &&
              xg_xex_patch(*x, delta, keys, &after, err);
    xg_xex_close(delta);
    if (ok) {
        xg_xex_close(*x);
        *x = after;
    }
    return ok;
}

static bool report(struct xg_xex *x, const struct request *r, const struct xg_keys *keys,
                   struct xg_error *err)
{
    struct xg_error why = {0};
    /* A patch is shown as far as it goes by itself. */
    bool alone = x->delta.present && !x->image;
    bool expanded = alone || xg_xex_expand(x, keys, &why);
    if (r->json)
        json_headers(x);
    else
        print_headers(x);
    /* Headers are shown even of images that cannot be expanded. */
    bool ok = expanded && (alone || ((r->json ? json_image(x, &why) : print_image(x, &why)) &&
                                     xg_xex_check_hashes(x, &why)));
    if (r->json)
        printf("}\n");
    return ok || xg_fail(err, why.kind, "%s", why.text);
}

static bool write_image(const struct xg_xex *x, const char *out, struct xg_error *err)
{
    return xg_file_write(out, x->image, x->image_size, err);
}

/* Opens, patches, and shows or writes. */
static bool handle(const struct request *r, bool unpack, struct xg_error *err)
{
    struct xg_keys keys;
    struct xg_xex *x;
    if (!xg_app_keys(r->keys, &keys, err) || !xg_xex_open(r->path, &x, err))
        return false;
    bool ok = patch(&x, r, &keys, err);
    if (ok && unpack)
        ok = xg_xex_expand(x, &keys, err) && xg_xex_check_hashes(x, err) &&
             write_image(x, r->out, err);
    else if (ok && r->hash)
        ok = xg_xex_expand(x, &keys, err) && print_sha256(x, err);
    else if (ok)
        ok = report(x, r, &keys, err);
    xg_xex_close(x);
    return ok;
}

int xg_cmd_info(int argc, char **argv)
{
    struct xg_error err = {0};
    struct request r = {0};
    if (!parse(&r, argc, argv) || r.out)
        return xg_app_usage("usage: xenogate info FILE [--json] [--image-sha256] [--keys FILE] "
                            "[--patch FILE]\n",
                            argc, argv);
    bool container = !r.hash && xg_vfs_is_image(r.path);
    bool ok = container ? xg_container_info(r.path, r.json, &err) : handle(&r, false, &err);
    return ok ? XG_OK : fail(&err);
}

int xg_cmd_unpack(int argc, char **argv)
{
    struct xg_error err = {0};
    struct request r = {0};
    if (!parse(&r, argc, argv) || !r.out || r.json || r.hash)
        return xg_app_usage("usage: xenogate unpack FILE -o OUT [--keys FILE] [--patch FILE]\n",
                            argc, argv);
    bool ok =
        xg_vfs_is_image(r.path) ? xg_container_unpack(r.path, r.out, &err) : handle(&r, true, &err);
    return ok ? XG_OK : fail(&err);
}
