/* Pictures through SDL's renderer: works wherever SDL opens a window. */
#include "gpu/present/presenter.h"

#include <stdio.h>
#include <stdlib.h>

struct sdl_presenter {
    struct xg_presenter base;
    SDL_Renderer *renderer;
    SDL_Texture *texture; /* NULL before the first picture */
    uint32_t width, height;
    struct xg_scale scale;
};

static void destroy(struct xg_presenter *base)
{
    struct sdl_presenter *p = (struct sdl_presenter *)base;
    if (p->texture)
        SDL_DestroyTexture(p->texture);
    if (p->renderer)
        SDL_DestroyRenderer(p->renderer);
    free(p);
}

static bool fit_texture(struct sdl_presenter *p, uint32_t width, uint32_t height)
{
    if (p->texture && p->width == width && p->height == height)
        return true;
    if (p->texture)
        SDL_DestroyTexture(p->texture);
    SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY,
                p->scale.filter == XG_FILTER_LINEAR ? "linear" : "nearest");
    p->texture = SDL_CreateTexture(p->renderer, SDL_PIXELFORMAT_RGBA32, SDL_TEXTUREACCESS_STREAMING,
                                   (int)width, (int)height);
    p->width = width;
    p->height = height;
    return p->texture && !SDL_SetTextureBlendMode(p->texture, SDL_BLENDMODE_NONE);
}

static bool load(struct xg_presenter *base, uint32_t width, uint32_t height, const uint8_t *rgba,
                 struct xg_error *err)
{
    struct sdl_presenter *p = (struct sdl_presenter *)base;
    if (!fit_texture(p, width, height) ||
        SDL_UpdateTexture(p->texture, NULL, rgba, (int)(width * 4)))
        return xg_fail(err, XG_E_INPUT, "the window cannot show the picture: %s", SDL_GetError());
    return true;
}

static bool paint(struct xg_presenter *base, struct xg_error *err)
{
    struct sdl_presenter *p = (struct sdl_presenter *)base;
    int width = 0, height = 0;
    if (SDL_GetRendererOutputSize(p->renderer, &width, &height))
        return xg_fail(err, XG_E_INPUT, "the window cannot be painted: %s", SDL_GetError());
    SDL_SetRenderDrawColor(p->renderer, 0, 0, 0, 255);
    SDL_RenderClear(p->renderer);
    if (p->texture && width > 0 && height > 0) {
        struct xg_fit f =
            xg_fit_scaled(&p->scale, p->width, p->height, (uint32_t)width, (uint32_t)height);
        SDL_Rect to = {f.x, f.y, (int)f.width, (int)f.height};
        SDL_RenderCopy(p->renderer, p->texture, NULL, &to);
    }
    SDL_RenderPresent(p->renderer);
    return true;
}

static const struct xg_presenter_ops ops = {destroy, load, paint};

struct xg_presenter *xg_presenter_sdl_create(SDL_Window *window, const struct xg_scale *scale,
                                             struct xg_error *err)
{
    struct sdl_presenter *p = calloc(1, sizeof *p);
    if (!p) {
        xg_fail(err, XG_E_INPUT, "no window: out of memory");
        return NULL;
    }
    p->base.ops = &ops;
    p->scale = *scale;
    p->renderer = SDL_CreateRenderer(window, -1, 0);
    if (!p->renderer)
        p->renderer = SDL_CreateRenderer(window, -1, SDL_RENDERER_SOFTWARE);
    SDL_RendererInfo info;
    if (!p->renderer || SDL_GetRendererInfo(p->renderer, &info)) {
        xg_fail(err, XG_E_INPUT, "no window: %s (use --headless)", SDL_GetError());
        destroy(&p->base);
        return NULL;
    }
    snprintf(p->base.name, sizeof p->base.name, "sdl (%s)", info.name);
    return &p->base;
}
