/* Texture fetch operations: coordinates, derivatives, LOD, register state. */
#include "gpu/draw/arith.h"
#include "gpu/draw/shader.h"
#include "gpu/draw/texture.h"

typedef float lanes4[4][XG_LANES];

const struct xg_texture *xg_texture_of(const struct xg_shader_env *env, uint32_t number)
{
    struct xg_textures *textures = env->textures;
    if (!(textures->known >> number & 1)) {
        xg_texture_decode(&textures->texture[number], env->fetch + 6 * number, env->warnings);
        textures->known |= 1u << number;
    }
    return &textures->texture[number];
}

static void read_coordinates(const uint32_t *f, const struct xg_lanes *lanes,
                             float out[3][XG_LANES])
{
    uint32_t src = f[XG_UF_TFETCH_SRC];
    if (f[XG_UF_TFETCH_SRC_REL])
        src = (uint32_t)((int32_t)src + lanes->al) & (XG_TEMPS - 1);
    for (unsigned i = 0; i < 3; i++)
        for (unsigned l = 0; l < XG_LANES; l++)
            out[i][l] = xg_flush(lanes->r[src][f[XG_UF_TFETCH_SRC_SWIZZLE] >> 2 * i & 3][l]);
}

/* Lanes of a quad: 0 (x, y), 1 (x+1, y), 2 (x, y+1), 3 (x+1, y+1). Coarse derivatives. */
static double ddx(const float c[XG_LANES])
{
    return (double)c[1] - c[0];
}
static double ddy(const float c[XG_LANES])
{
    return (double)c[2] - c[0];
}

struct gradients {
    double h[3], v[3];
};

static void quad_gradients(const float coordinates[3][XG_LANES], struct gradients *g)
{
    for (unsigned i = 0; i < 3; i++) {
        g->h[i] = ddx(coordinates[i]);
        g->v[i] = ddy(coordinates[i]);
    }
}

/* Squared lengths of the gradients in texels of level 0. */
static void gradient_lengths(const struct xg_texture *t, const struct gradients *g,
                             bool unnormalized, double length[2])
{
    double size[3] = {t->level[0].width, t->level[0].height, t->level[0].depth};
    unsigned axes = t->dimension == XG_TEX_1D ? 1 : t->dimension == XG_TEX_3D ? 3 : 2;
    double h = 0, v = 0;
    for (unsigned i = 0; i < axes; i++) {
        double scale = unnormalized ? 1 : size[i];
        h += g->h[i] * scale * (g->h[i] * scale);
        v += g->v[i] * scale * (g->v[i] * scale);
    }
    length[0] = h * xg_gradient_scale(t->grad_exp_h);
    length[1] = v * xg_gradient_scale(t->grad_exp_v);
}

/* log2 of a length from its square. */
static double length_lod(double square)
{
    if (!(square > 0x1p-60))
        return -30;
    return square > 0x1p60 ? 30 : 0.5 * xg_lod_log2((float)square);
}

/* log2 of the longer gradient in texels of level 0. */
static double computed_lod(const struct xg_texture *t, const struct gradients *g, bool unnormalized)
{
    double length[2];
    gradient_lengths(t, g, unnormalized, length);
    return length_lod(length[0] > length[1] ? length[0] : length[1]);
}

static void lane_gradients(const struct xg_lanes *lanes, unsigned l, struct gradients *g)
{
    for (unsigned i = 0; i < 3; i++) {
        g->h[i] = lanes->grad_h[i][l];
        g->v[i] = lanes->grad_v[i][l];
    }
}

static bool lod_matters(const struct xg_texture *t, const struct xg_sample *s)
{
    return t->last_level > 0 || s->mag != s->min || s->vol_mag != s->vol_min;
}

static uint8_t pick(uint32_t instruction, uint8_t constant)
{
    return instruction == 3 ? constant : (uint8_t)instruction;
}

unsigned xg_texture_anisotropy(const uint32_t *f, const struct xg_texture *t)
{
    unsigned code = f[XG_UF_TFETCH_ANISO] == 7 ? t->aniso : f[XG_UF_TFETCH_ANISO];
    return code < 2 ? 1 : code > 5 ? 16 : 1u << (code - 1);
}

static void prepare_sample(const uint32_t *f, const struct xg_texture *t, struct xg_sample *s)
{
    s->mag = pick(f[XG_UF_TFETCH_MAG], t->mag);
    s->min = pick(f[XG_UF_TFETCH_MIN], t->min);
    s->mip = pick(f[XG_UF_TFETCH_MIP], t->mip);
    s->vol_mag = pick(f[XG_UF_TFETCH_VOL_MAG], t->vol_mag);
    s->vol_min = pick(f[XG_UF_TFETCH_VOL_MIN], t->vol_min);
    s->offset[0] = 0.5 * (int32_t)f[XG_UF_TFETCH_OFFSET_X];
    s->offset[1] = 0.5 * (int32_t)f[XG_UF_TFETCH_OFFSET_Y];
    s->offset[2] = 0.5 * (int32_t)f[XG_UF_TFETCH_OFFSET_Z];
    /* Honoured only when no used axis repeats. */
    s->unnormalized = f[XG_UF_TFETCH_UNNORMALIZED];
    unsigned axes = t->dimension == XG_TEX_1D ? 1 : t->dimension == XG_TEX_3D ? 3 : 2;
    for (unsigned i = 0; i < axes; i++)
        s->unnormalized &= t->clamp[i] >= 2;
}

static bool find_gradients(const uint32_t *f, bool quad, const float coordinates[3][XG_LANES],
                           const struct xg_lanes *lanes, unsigned l, struct gradients *g)
{
    if (!f[XG_UF_TFETCH_USE_COMPUTED_LOD])
        return false;
    if (f[XG_UF_TFETCH_USE_REGISTER_GRADIENTS])
        lane_gradients(lanes, l, g);
    else if (quad)
        quad_gradients(coordinates, g);
    return f[XG_UF_TFETCH_USE_REGISTER_GRADIENTS] || quad;
}

/* How a lane samples: its LOD, and for anisotropic filters the number of samples (a power of
 * two) along the longer gradient. */
struct footprint {
    double lod;
    unsigned samples;
    const double *along; /* gradient of the coordinates */
};

static void find_footprint(const uint32_t *f, const struct xg_texture *t, const struct gradients *g,
                           const struct xg_sample *s, struct footprint *out)
{
    double length[2];
    unsigned most = xg_texture_anisotropy(f, t);
    gradient_lengths(t, g, s->unnormalized, length);
    unsigned longer = length[1] > length[0];
    double square = length[longer], other = length[!longer];
    out->along = longer ? g->v : g->h;
    out->samples = 1;
    while (out->samples < most && (double)out->samples * out->samples * other < square &&
           square > 1) /* no shorter than a texel */
        out->samples *= 2;
    out->lod += length_lod(square / ((double)out->samples * out->samples));
}

static void lane_footprint(const uint32_t *f, const struct xg_texture *t, bool quad,
                           const float coordinates[3][XG_LANES], const struct xg_lanes *lanes,
                           unsigned l, const struct xg_sample *s, struct gradients *g,
                           struct footprint *out)
{
    out->lod = t->lod_bias / 32.0 + (int32_t)f[XG_UF_TFETCH_LOD_BIAS] / 16.0;
    out->samples = 1;
    if (f[XG_UF_TFETCH_USE_REGISTER_LOD])
        out->lod += (double)lanes->lod[l];
    if ((lod_matters(t, s) || xg_texture_anisotropy(f, t) > 1) &&
        find_gradients(f, quad, coordinates, lanes, l, g))
        find_footprint(f, t, g, s, out);
}

/* The mean of samples spread evenly along the longer gradient. */
static void sample_footprint(const struct xg_texture *t, struct xg_view *view, struct xg_sample *s,
                             const struct footprint *p, float out[4])
{
    double at[3] = {s->u, s->v, s->w}, sum[4] = {0};
    s->lod = p->lod;
    if (p->samples == 1) {
        xg_texture_sample(t, view, s, out);
        return;
    }
    for (unsigned i = 0; i < p->samples; i++) {
        double k = (i + 0.5) / p->samples - 0.5;
        float one[4];
        s->u = (double)xg_narrow(at[0] + p->along[0] * k);
        s->v = (double)xg_narrow(at[1] + p->along[1] * k);
        s->w = (double)xg_narrow(at[2] + (t->dimension == XG_TEX_3D ? p->along[2] * k : 0));
        xg_texture_sample(t, view, s, one);
        for (unsigned c = 0; c < 4; c++)
            sum[c] += (double)one[c];
    }
    for (unsigned c = 0; c < 4; c++)
        out[c] = xg_narrow(sum[c] / p->samples);
}

static void sample_lanes(const uint32_t *f, const struct xg_shader_env *env, bool quad,
                         const float coordinates[3][XG_LANES], struct xg_lanes *lanes, uint8_t mask,
                         lanes4 value)
{
    const struct xg_texture *t = xg_texture_of(env, f[XG_UF_TFETCH_CONST]);
    struct xg_sample s;
    if (!t->valid) {
        for (unsigned l = 0; l < XG_LANES; l++)
            value[3][l] = 1.0f;
        return;
    }
    prepare_sample(f, t, &s);
    for (unsigned l = 0; l < XG_LANES; l++) {
        struct gradients g;
        struct footprint p;
        float out[4];
        if (!(mask >> l & 1))
            continue;
        s.u = coordinates[0][l];
        s.v = coordinates[1][l];
        s.w = coordinates[2][l];
        lane_footprint(f, t, quad, coordinates, lanes, l, &s, &g, &p);
        sample_footprint(t, env->view, &s, &p, out);
        for (unsigned c = 0; c < 4; c++)
            value[c][l] = out[c];
    }
}

/* The share of the filter, on the level of most detail, that falls on the border. */
static void get_border(const uint32_t *f, const struct xg_shader_env *env,
                       const float coordinates[3][XG_LANES], lanes4 value)
{
    const struct xg_texture *t = xg_texture_of(env, f[XG_UF_TFETCH_CONST]);
    struct xg_sample s;
    if (!t->valid)
        return;
    prepare_sample(f, t, &s);
    for (unsigned l = 0; l < XG_LANES; l++) {
        s.u = coordinates[0][l];
        s.v = coordinates[1][l];
        s.w = coordinates[2][l];
        value[0][l] = xg_texture_border(t, &s);
    }
}

static void get_gradients(const float coordinates[3][XG_LANES], bool quad, lanes4 value)
{
    for (unsigned l = 0; l < XG_LANES && quad; l++) {
        value[0][l] = xg_sub(coordinates[0][1], coordinates[0][0]);
        value[1][l] = xg_sub(coordinates[0][2], coordinates[0][0]);
        value[2][l] = xg_sub(coordinates[1][1], coordinates[1][0]);
        value[3][l] = xg_sub(coordinates[1][2], coordinates[1][0]);
    }
}

static void get_lod(const uint32_t *f, const struct xg_shader_env *env, bool quad,
                    const float coordinates[3][XG_LANES], lanes4 value)
{
    const struct xg_texture *t = xg_texture_of(env, f[XG_UF_TFETCH_CONST]);
    struct gradients g;
    if (!quad || !t->valid)
        return;
    quad_gradients(coordinates, &g);
    float lod = (float)computed_lod(t, &g, f[XG_UF_TFETCH_UNNORMALIZED]);
    for (unsigned l = 0; l < XG_LANES; l++)
        value[0][l] = lod;
}

static float fraction(float position)
{
    float fixed = position * 256.0f - 127.5f;
    if (!(fixed > -0x1p60f && fixed < 0x1p60f))
        return 0.0f;
    int64_t n = (int64_t)fixed;
    n -= n > fixed;
    return (float)(n & 255) / 256.0f;
}

static void get_weights(const uint32_t *f, const struct xg_shader_env *env,
                        const float coordinates[3][XG_LANES], lanes4 value)
{
    const struct xg_texture *t = xg_texture_of(env, f[XG_UF_TFETCH_CONST]);
    struct xg_sample s;
    if (!t->valid)
        return;
    prepare_sample(f, t, &s);
    double size[3] = {t->level[0].width, t->level[0].height,
                      t->dimension == XG_TEX_3D ? t->level[0].depth : t->layers};
    for (unsigned i = 0; i < 3; i++) {
        bool linear = i < 2 ? s.mag == 1 : s.vol_mag == 1;
        for (unsigned l = 0; l < XG_LANES && linear; l++)
            value[i][l] = fraction(xg_texture_position((double)coordinates[i][l],
                                                       s.unnormalized ? 1 : size[i], s.offset[i]));
    }
}

void xg_texture_fetch(const struct xg_ucode_insn *insn, const struct xg_shader_env *env, bool quad,
                      struct xg_lanes *lanes, uint8_t mask)
{
    const uint32_t *f = insn->f;
    lanes4 value = {{0}};
    float coordinates[3][XG_LANES];
    read_coordinates(f, lanes, coordinates);
    switch (f[XG_UF_TFETCH_OPCODE]) {
    case XG_FOP_TFETCH:
        sample_lanes(f, env, quad, coordinates, lanes, mask, value);
        break;
    case XG_FOP_GETGRADIENTS:
        get_gradients(coordinates, quad, value);
        break;
    case XG_FOP_GETCOMPTEXLOD:
        get_lod(f, env, quad, coordinates, value);
        break;
    case XG_FOP_GETBCF:
        get_border(f, env, coordinates, value);
        break;
    case XG_FOP_GETWEIGHTS:
        get_weights(f, env, coordinates, value);
        break;
    case XG_FOP_SETTEXLOD:
        for (unsigned l = 0; l < XG_LANES; l++)
            if (mask >> l & 1)
                lanes->lod[l] = coordinates[0][l];
        return;
    case XG_FOP_SETGRADIENTSH:
    case XG_FOP_SETGRADIENTSV:
        for (unsigned i = 0; i < 3; i++)
            for (unsigned l = 0; l < XG_LANES; l++)
                if (mask >> l & 1)
                    (f[XG_UF_TFETCH_OPCODE] == XG_FOP_SETGRADIENTSH ? lanes->grad_h
                                                                    : lanes->grad_v)[i][l] =
                        coordinates[i][l];
        return;
    default:
        xg_draw_warn(env->warnings, XG_WARN_TEXTURE_MODE, f[XG_UF_TFETCH_OPCODE]);
        break;
    }
    xg_fetch_write(lanes, f[XG_UF_TFETCH_DST], f[XG_UF_TFETCH_DST_REL], f[XG_UF_TFETCH_DST_SWIZZLE],
                   value, mask);
}
