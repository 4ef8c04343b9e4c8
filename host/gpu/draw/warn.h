/* Counted warnings of the renderer: malformed state gives a picture and a count, never a
 * crash. Each kind is logged once with its first detail, and counted always. */
#ifndef XG_GPU_DRAW_WARN_H
#define XG_GPU_DRAW_WARN_H

#include "base/types.h"

/* X(NAME, "sentence for people") */
#define XG_DRAW_WARNINGS(X)                                                                        \
    X(UCODE_UNDEFINED, "undefined microcode encoding skipped")                                     \
    X(UCODE_END, "shader runs past its end")                                                       \
    X(UCODE_ENDLESS, "shader stopped after its instruction limit")                                 \
    X(UCODE_STACK, "loop or call nesting over 4, or an end without a begin")                       \
    X(UCODE_MEMEXPORT, "memory export without a place to store, or with bad tags or format")       \
    X(NO_SHADER, "draw without a loaded shader dropped")                                           \
    X(VERTEX_CONSTANT, "vertex fetch through a constant that is not a vertex constant")            \
    X(VERTEX_FORMAT, "vertex format not defined: zeros")                                           \
    X(TEXTURE_CONSTANT, "texture fetch through a constant that is not a texture constant")         \
    X(TEXTURE_FORMAT, "texture format without a decoder: opaque black")                            \
    X(TEXTURE_MODE, "texture fetch operation not implemented: zeros")                              \
    X(PRIMITIVE, "primitive type not drawn")                                                       \
    X(INDEX_SOURCE, "index source not defined")                                                    \
    X(TESSELLATION, "tessellated draw of an undefined kind, or too fine: dropped")                 \
    X(POSITION, "primitive with an infinite or NaN position dropped")                              \
    X(COLOR_FORMAT, "colour target format not implemented")                                        \
    X(MODE, "edram mode not drawn")                                                                \
    X(SURFACE, "surface with pitch 0 dropped")                                                     \
    X(IM_LOAD, "shader load of a bad size or type")

enum xg_draw_warning {
#define X(name, text) XG_WARN_##name,
    XG_DRAW_WARNINGS(X)
#undef X
        XG_WARN_COUNT
};

struct xg_draw_warnings {
    uint64_t count[XG_WARN_COUNT];
    uint32_t first_detail[XG_WARN_COUNT];
};

static inline void xg_draw_warn(struct xg_draw_warnings *w, enum xg_draw_warning kind,
                                uint32_t detail)
{
    if (!w->count[kind]++)
        w->first_detail[kind] = detail;
}
const char *xg_draw_warning_text(enum xg_draw_warning kind);

#endif
