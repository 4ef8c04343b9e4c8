#include "gpu/present/scale.h"

#include "base/endian.h"

#include <stdlib.h>
#include <string.h>

bool xg_filter_parse(const char *text, enum xg_filter *out)
{
    static const struct {
        const char *name;
        enum xg_filter filter;
    } names[] = {{"linear", XG_FILTER_LINEAR},
                 {"point", XG_FILTER_POINT},
                 {"nearest", XG_FILTER_POINT},
                 {"integer", XG_FILTER_INTEGER}};
    for (size_t i = 0; i < XG_COUNTOF(names); i++)
        if (!strcmp(text, names[i].name)) {
            *out = names[i].filter;
            return true;
        }
    return false;
}

bool xg_aspect_parse(const char *text, struct xg_scale *out)
{
    char *end;
    out->fill = !strcmp(text, "fill");
    out->aspect_width = out->aspect_height = 0;
    if (out->fill || !strcmp(text, "picture"))
        return true;
    unsigned long w = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != ':' || end[1] < '0' || end[1] > '9')
        return false;
    unsigned long h = strtoul(end + 1, &end, 10);
    if (*end || !w || !h || w > 1000 || h > 1000)
        return false;
    out->aspect_width = (uint32_t)w;
    out->aspect_height = (uint32_t)h;
    return true;
}

/* ---- where ---- */

static uint32_t scaled(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t v = (uint32_t)(((uint64_t)a * b + c / 2) / c);
    return v ? v : 1;
}

struct xg_fit xg_fit_scaled(const struct xg_scale *how, uint32_t width, uint32_t height,
                            uint32_t into_width, uint32_t into_height)
{
    struct xg_fit f = {.width = into_width, .height = into_height};
    bool whole = how->filter == XG_FILTER_INTEGER;
    uint32_t across = into_width / width, down = into_height / height;
    uint32_t times = across < down ? across : down;
    if (how->aspect_width && !whole) {
        width = how->aspect_width;
        height = how->aspect_height;
    }
    if (whole && times) {
        f.width = width * times;
        f.height = height * times;
    } else if (how->fill && !whole) {
        return f;
    } else if ((uint64_t)into_width * height > (uint64_t)into_height * width) {
        f.width = scaled(into_height, width, height);
    } else {
        f.height = scaled(into_width, height, width);
    }
    f.x = ((int32_t)into_width - (int32_t)f.width) / 2;
    f.y = ((int32_t)into_height - (int32_t)f.height) / 2;
    return f;
}

struct xg_fit xg_fit_picture(uint32_t width, uint32_t height, uint32_t into_width,
                             uint32_t into_height)
{
    return xg_fit_scaled(&(struct xg_scale){0}, width, height, into_width, into_height);
}

/* ---- what ---- */

/* The two source places of a place i of n, and the weight of the second in 256ths. */
struct between {
    uint32_t a, b, weight;
};

static struct between linear(uint32_t i, uint32_t n, uint32_t source)
{
    int64_t at = (int64_t)((2 * (uint64_t)i + 1) * source * 128 / n) - 128;
    at = at < 0 ? 0 : at;
    uint32_t a = (uint32_t)(at >> 8);
    return (struct between){a, a + 1 < source ? a + 1 : a, (uint32_t)at & 255};
}

static struct between point(uint32_t i, uint32_t n, uint32_t source)
{
    uint32_t a = (uint32_t)((2 * (uint64_t)i + 1) * source / (2 * (uint64_t)n));
    return (struct between){a, a, 0};
}

static void mix(const uint8_t *top, const uint8_t *bottom, struct between x, uint32_t down,
                uint8_t *out)
{
    for (unsigned c = 0; c < 3; c++) {
        uint32_t t = top[4 * x.a + c] * (256 - x.weight) + top[4 * x.b + c] * x.weight;
        uint32_t b = bottom[4 * x.a + c] * (256 - x.weight) + bottom[4 * x.b + c] * x.weight;
        out[c] = (uint8_t)((t * (256 - down) + b * down + 32768) >> 16);
    }
    out[3] = 255;
}

void xg_scale_picture(const struct xg_scale *how, uint32_t width, uint32_t height,
                      const uint8_t *rgba, uint32_t into_width, uint32_t into_height, uint8_t *out)
{
    struct xg_fit f = xg_fit_scaled(how, width, height, into_width, into_height);
    struct between (*place)(uint32_t, uint32_t, uint32_t) =
        how->filter == XG_FILTER_LINEAR ? linear : point;
    for (size_t i = 0; i < (size_t)into_width * into_height; i++)
        xg_st32le(out + 4 * i, 0xFF000000);
    for (uint32_t y = 0; y < f.height; y++) {
        struct between down = place(y, f.height, height);
        uint8_t *to = out + 4 * ((size_t)((uint32_t)f.y + y) * into_width + (uint32_t)f.x);
        for (uint32_t x = 0; x < f.width; x++, to += 4)
            mix(rgba + 4 * (size_t)down.a * width, rgba + 4 * (size_t)down.b * width,
                place(x, f.width, width), down.weight, to);
    }
}
