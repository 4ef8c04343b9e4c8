/* The import records of an expanded image. */
#include "loader/internal.h"

static bool in_image(const struct xg_xex *xex, xg_ga ga, uint32_t size)
{
    return ga >= xex->base && (ga & 3) == 0 && xg_xex_inside(ga - xex->base, size, xex->image_size);
}

static bool bad_record(const struct xg_xex *xex, const struct xg_xex_library *lib, uint32_t i,
                       xg_ga at, struct xg_error *err)
{
    return xg_fail(err, XG_E_INPUT,
                   "%s: damaged XEX2 file: import record %u of %s at %08X lies outside the image "
                   "or has no known type",
                   xex->path, i, lib->name, at);
}

static bool each_of_library(const struct xg_xex *xex, const struct xg_xex_library *lib,
                            xg_xex_import_fn *fn, void *ctx, struct xg_error *err)
{
    for (uint32_t i = 0; i < lib->count; i++) {
        xg_ga at = xg_ld32be(xex->file + lib->records + i * 4);
        if (!in_image(xex, at, 4))
            return bad_record(xex, lib, i, at, err);
        uint32_t word = xg_ld32be(xex->image + (at - xex->base));
        struct xg_xex_import m = {.library = lib, .ordinal = (uint16_t)word};
        uint32_t type = word >> 24;
        if (type == 0)
            m.slot = at;
        /* A function has both records, the slot first. */
        if (type == 0 && i + 1 < lib->count) {
            xg_ga next = xg_ld32be(xex->file + lib->records + (i + 1) * 4);
            if (in_image(xex, next, 16) &&
                xg_ld32be(xex->image + (next - xex->base)) == (0x01000000u | m.ordinal)) {
                type = 1;
                at = next;
                i++;
            }
        }
        if (type == 1) {
            m.function = true;
            m.thunk = at;
            if (!in_image(xex, at, 16))
                return bad_record(xex, lib, i, at, err);
        } else if (type != 0) {
            return bad_record(xex, lib, i, at, err);
        }
        if (!fn(ctx, &m, err))
            return false;
    }
    return true;
}

bool xg_xex_each_import(const struct xg_xex *xex, xg_xex_import_fn *fn, void *ctx,
                        struct xg_error *err)
{
    for (size_t i = 0; i < xex->library_count; i++)
        if (!each_of_library(xex, &xex->libraries[i], fn, ctx, err))
            return false;
    return true;
}

void xg_loader_thunk_to(xg_ga target, uint32_t words[4])
{
    words[0] = 0x3D600000 | target >> 16;      /* lis r11, high half */
    words[1] = 0x616B0000 | (target & 0xFFFF); /* ori r11, r11, low half */
    words[2] = 0x7D6903A6;                     /* mtctr r11 */
    words[3] = 0x4E800420;                     /* bctr */
}
