/* Registers -> decoded state of a draw. */
#include "gpu/draw/state.h"

static void decode_scissor(struct xg_draw *r, struct xg_setup *s)
{
    const uint32_t *reg = r->reg;
    uint32_t offset = reg[XG_REG_PA_SC_WINDOW_OFFSET], tl = reg[XG_REG_PA_SC_WINDOW_SCISSOR_TL];
    uint32_t br = reg[XG_REG_PA_SC_WINDOW_SCISSOR_BR];
    int32_t ox = tl >> 31 ? 0 : xg_bits_signed(offset, 0, 15);
    int32_t oy = tl >> 31 ? 0 : xg_bits_signed(offset, 16, 15);
    int32_t window[4] = {(int32_t)xg_bits(tl, 0, 14) + ox, (int32_t)xg_bits(tl, 16, 14) + oy,
                         (int32_t)xg_bits(br, 0, 14) + ox, (int32_t)xg_bits(br, 16, 14) + oy};
    int32_t screen[4];
    for (unsigned i = 0; i < 4; i++) {
        uint32_t v = reg[i < 2 ? XG_REG_PA_SC_SCREEN_SCISSOR_TL : XG_REG_PA_SC_SCREEN_SCISSOR_BR];
        screen[i] = xg_bits_signed(v, i & 1 ? 16 : 0, 15);
        if (i < 2)
            s->scissor[i] = window[i] > screen[i] ? window[i] : screen[i];
        else
            s->scissor[i] = window[i] < screen[i] ? window[i] : screen[i];
        if (s->scissor[i] < 0)
            s->scissor[i] = 0;
    }
    if (s->scissor[2] > (int32_t)s->pitch)
        s->scissor[2] = (int32_t)s->pitch;
    if (s->scissor[3] > 8192)
        s->scissor[3] = 8192;
}

static void decode_targets(struct xg_draw *r, struct xg_setup *s, bool color)
{
    static const uint16_t info[4] = {XG_REG_RB_COLOR_INFO, XG_REG_RB_COLOR1_INFO,
                                     XG_REG_RB_COLOR2_INFO, XG_REG_RB_COLOR3_INFO};
    static const uint16_t blend[4] = {XG_REG_RB_BLENDCONTROL0, XG_REG_RB_BLENDCONTROL1,
                                      XG_REG_RB_BLENDCONTROL2, XG_REG_RB_BLENDCONTROL3};
    const struct xg_shader *ps = r->shader[XG_STAGE_PS];
    s->any_color = false;
    for (unsigned i = 0; i < 4; i++) {
        struct xg_target *t = &s->target[i];
        uint32_t v = r->reg[info[i]];
        t->base = xg_bits(v, 0, 11);
        t->format = (uint8_t)xg_bits(v, 16, 4);
        t->exp_bias = (int8_t)xg_bits_signed(v, 20, 6);
        t->mask = (uint8_t)xg_bits(r->reg[XG_REG_RB_COLOR_MASK], 4 * i, 4);
        t->blend = r->reg[blend[i]];
        t->blending = (t->blend & 0x1FFF1FFF) != 0x00010001;
        t->wide = t->format == 5 || t->format == 7 || t->format == 15;
        t->on = color && t->mask && ps && ps->exports >> i & 1;
        if (t->on && !xg_color_known(t->format)) {
            xg_draw_warn(&r->warnings, XG_WARN_COLOR_FORMAT, t->format);
            t->on = false;
        }
        xg_color_mask(t->format, t->mask, t->bits);
        s->any_color |= t->on;
    }
}

static void decode_depth(struct xg_draw *r, struct xg_setup *s)
{
    uint32_t info = r->reg[XG_REG_RB_DEPTH_INFO], control = r->reg[XG_REG_RB_DEPTHCONTROL];
    s->depth_base = xg_bits(info, 0, 11);
    s->depth_float = xg_bits(info, 16, 1);
    s->depth_control = control;
    s->stencil_on = control & 1;
    s->depth_on = control >> 1 & 1;
    s->depth_write = s->depth_on && control >> 2 & 1;
    s->stencil_front = r->reg[XG_REG_RB_STENCILREFMASK];
    s->stencil_back = control >> 7 & 1 ? r->reg[XG_REG_RB_STENCILREFMASK_BF] : s->stencil_front;
}

static void decode_constants(struct xg_draw *r)
{
    for (unsigned stage = 0; stage < 2; stage++) {
        uint32_t window = r->reg[stage ? XG_REG_SQ_PS_CONST : XG_REG_SQ_VS_CONST];
        struct xg_shader_env *env = &r->env[stage];
        *env = (struct xg_shader_env){.constants = r->reg + 0x4000,
                                      .const_base = xg_bits(window, 0, 9),
                                      .const_last = xg_bits(window, 12, 9),
                                      .bools = r->reg + 0x4900,
                                      .loops = r->reg + 0x4908,
                                      .fetch = r->reg + 0x4800,
                                      .view = &r->view,
                                      .warnings = &r->warnings,
                                      .textures = r->textures,
                                      .slot_limit = 65536};
    }
}

/* Interpolators that the vertex shader writes and the pixel shader can read. */
static void decode_interpolation(struct xg_draw *r, struct xg_setup *s)
{
    const struct xg_shader *vs = r->shader[XG_STAGE_VS], *ps = r->shader[XG_STAGE_PS];
    uint32_t readable = ps && s->pixel_shader ? ps->temps : 0;
    s->params = (uint32_t)(vs->exports & 0xFFFF);
    if (readable < 16)
        s->params &= (1u << readable) - 1;
    s->flat = ~r->reg[XG_REG_SQ_INTERPOLATOR_CNTL] & s->params;
    s->perspective = !(r->reg[XG_REG_PA_SU_SC_MODE_CNTL] >> 20 & 1);
}

bool xg_setup_decode(struct xg_draw *r)
{
    struct xg_setup *s = &r->setup;
    uint32_t mode = xg_bits(r->reg[XG_REG_RB_MODECONTROL], 0, 3);
    uint32_t surface = r->reg[XG_REG_RB_SURFACE_INFO];
    const struct xg_shader *ps = r->shader[XG_STAGE_PS];
    if (mode != 4 && mode != 5) {
        if (mode)
            xg_draw_warn(&r->warnings, XG_WARN_MODE, mode);
        return false;
    }
    if (!r->shader[XG_STAGE_VS] || (mode == 4 && !ps)) {
        xg_draw_warn(&r->warnings, XG_WARN_NO_SHADER, mode);
        return false;
    }
    s->pitch = xg_bits(surface, 0, 14);
    s->msaa = xg_bits(surface, 16, 2);
    if (s->msaa == 3)
        s->msaa = 2;
    s->samples = 1u << s->msaa;
    uint32_t columns = s->pitch << (s->msaa == 2);
    s->tile_pitch = (columns + 79) / 80;
    if (!s->pitch) {
        xg_draw_warn(&r->warnings, XG_WARN_SURFACE, surface);
        return false;
    }
    s->pixel_shader = mode == 4;
    s->sample_mask = r->reg[XG_REG_PA_SC_AA_MASK] & 0xFFFF;
    if (!s->sample_mask || !s->msaa) /* never written, or one sample */
        s->sample_mask = 0xFFFF;
    uint32_t fill = r->reg[XG_REG_PA_SU_SC_MODE_CNTL];
    s->outline = xg_bits(fill, 3, 2) == 1 && (xg_bits(fill, 5, 3) < 2 || xg_bits(fill, 8, 3) < 2);
    decode_scissor(r, s);
    decode_targets(r, s, mode == 4);
    decode_depth(r, s);
    decode_constants(r);
    decode_interpolation(r, s);
    s->color_control = r->reg[XG_REG_RB_COLORCONTROL];
    s->alpha_ref = xg_flush(xg_reg_float(r, XG_REG_RB_ALPHA_REF));
    for (unsigned i = 0; i < 4; i++)
        s->blend_constant[i] = xg_flush(xg_reg_float(r, XG_REG_RB_BLEND_RED + i));
    /* Testing first gives the same result when nothing after the shader can drop a sample
     * or change its depth. */
    s->early_tests = !s->pixel_shader ||
                     !(ps->kills || ps->exports >> XG_EXPORT_DEPTH & 1 || s->color_control & 0x18);
    const uint64_t memory = 0x3Full << XG_EXPORT_EA;
    if (r->shader[XG_STAGE_VS]->exports & memory || (s->pixel_shader && ps->exports & memory))
        return true; /* for what it stores, whatever it covers */
    if (!s->any_color && !s->depth_on && !s->stencil_on)
        return false;
    return s->scissor[0] < s->scissor[2] && s->scissor[1] < s->scissor[3];
}
