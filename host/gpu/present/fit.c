#include "gpu/present/presenter.h"

static uint32_t scaled(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t v = (uint32_t)(((uint64_t)a * b + c / 2) / c);
    return v ? v : 1;
}

struct xg_fit xg_fit_picture(uint32_t width, uint32_t height, uint32_t into_width,
                             uint32_t into_height)
{
    struct xg_fit f = {.width = into_width, .height = into_height};
    if ((uint64_t)into_width * height > (uint64_t)into_height * width)
        f.width = scaled(into_height, width, height);
    else
        f.height = scaled(into_width, height, width);
    f.x = ((int32_t)into_width - (int32_t)f.width) / 2;
    f.y = ((int32_t)into_height - (int32_t)f.height) / 2;
    return f;
}
