/* draw.*: the golden renderer against Mesa's llvmpipe, the same scenes in the same run.
 *   bench_draw BUILD_FOLDER [--runs=N] [--frames=N] [--scene=N]
 * llvmpipe draws through OpenGL without a window, with as many threads as there are processors;
 * so does the renderer. Each run times both in turn; the best of each counts. Before that, the
 * two pictures are compared: a scene that does not look the same is no comparison. */
#include "tests/bench/clock.h"
#include "tests/bench/draw_scenes.h"
#include "tests/bench/figures.h"

#include "gpu/draw/ucode.h"
#include "gpu/draw/wide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct session {
    uint32_t runs, frames, scene; /* scene: 1.., 0 all */
    struct bench_figures figures;
};

static bool set(struct session *s, const char *key, double value, const char *note,
                struct xg_error *err)
{
    printf("%-38s %10.4g  %s\n", key, value, note);
    return bench_figures_set(&s->figures, key, value, err);
}

/* Mean difference of a colour component, in 1/255. */
static double difference(const uint32_t *a, const uint32_t *b, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        for (unsigned c = 0; c < 24; c += 8)
            sum += (uint64_t)abs((int)(a[i] >> c & 255) - (int)(b[i] >> c & 255));
    return (double)sum / (double)(3 * count);
}

static bool same_picture(const struct bench_scene *scene, struct bench_renderer *ours,
                         struct bench_renderer *theirs, struct xg_error *err)
{
    size_t count = BENCH_WIDTH * BENCH_HEIGHT;
    uint32_t *a = malloc(4 * count), *b = malloc(4 * count);
    ours->frame(ours, scene);
    theirs->frame(theirs, scene);
    ours->picture(ours, a);
    theirs->picture(theirs, b);
    double d = difference(a, b, count);
    uint32_t first = a[0], others = 0;
    for (size_t i = 0; i < count; i++)
        others += a[i] != first;
    printf("    %s: mean difference %.2f of 255\n", scene->name, d);
    const char *dump = getenv("XG_BENCH_PICTURES");
    for (unsigned i = 0; dump && i < 2; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s-%s.ppm", dump, scene->name, i ? "gl" : "xg");
        FILE *f = fopen(path, "wb");
        if (!f)
            continue;
        fprintf(f, "P6 %d %d 255\n", BENCH_WIDTH, BENCH_HEIGHT);
        for (size_t k = 0; k < count; k++)
            fwrite(i ? &b[k] : &a[k], 1, 3, f);
        fclose(f);
    }
    free(a);
    free(b);
    if (others < count / 8)
        return xg_fail(err, XG_E_GUEST, "%s: nothing to see", scene->name);
    return d < 3 || xg_fail(err, XG_E_GUEST, "%s: the pictures differ by %.1f", scene->name, d);
}

static double frame_time(struct bench_renderer *r, const struct bench_scene *scene, uint32_t frames)
{
    double start = bench_wall_time();
    for (uint32_t i = 0; i < frames; i++)
        r->frame(r, scene);
    return (bench_wall_time() - start) / frames;
}

static bool measure(struct session *s, const struct bench_scene *scene, struct xg_error *err)
{
    struct bench_renderer *ours = bench_xenos_create(scene, err);
    struct bench_renderer *theirs = ours ? bench_gl_create(scene, err) : NULL;
    bool ok = theirs && same_picture(scene, ours, theirs, err);
    double best[2] = {1e9, 1e9}, cpu[2] = {1e9, 1e9};
    for (uint32_t i = 0; i < 2 * s->runs && ok; i++) {
        double start = bench_process_time();
        double t = frame_time(i & 1 ? theirs : ours, scene, s->frames);
        double c = (bench_process_time() - start) / s->frames;
        best[i & 1] = t < best[i & 1] ? t : best[i & 1];
        cpu[i & 1] = c < cpu[i & 1] ? c : cpu[i & 1];
    }
    if (ok)
        printf("    processor time a frame: %.1f ms, llvmpipe %.1f ms\n", cpu[0] * 1e3,
               cpu[1] * 1e3);
    if (theirs)
        theirs->destroy(theirs);
    if (ours)
        ours->destroy(ours);
    if (!ok)
        return false;
    char key[64], note[96];
    snprintf(key, sizeof key, "draw.%s.fps", scene->name);
    ok = set(s, key, 1 / best[0], "", err);
    snprintf(key, sizeof key, "draw.%s.llvmpipe_fps", scene->name);
    ok = ok && set(s, key, 1 / best[1], "", err);
    snprintf(key, sizeof key, "draw.%s.llvmpipe_ratio", scene->name);
    snprintf(note, sizeof note, "(%u frames, best of %u runs)", s->frames, s->runs);
    return ok && set(s, key, best[1] / best[0], note, err);
}

/* A program of 50 ALU instructions: decoding and both translations. */
static bool measure_compiler(struct session *s, struct xg_error *err)
{
    char text[8192];
    size_t n = 0;
    static const char *const lines[] = {" mad r%u, r%u, c%u, r%u\n", " mul r%u.xyz, r%u, c%u\n",
                                        " dp3 r%u.x, r%u, c%u\n", " add r%u, r%u, -c%u\n",
                                        " max r%u, r%u, c%u\n"};
    for (unsigned i = 0; i < 49; i++) {
        if (i % 6 == 0)
            n += (size_t)snprintf(text + n, sizeof text - n, "exec\n");
        n += (size_t)snprintf(text + n, sizeof text - n, lines[i % 5], 1 + i % 7, i % 5, i, i % 3);
    }
    snprintf(text + n, sizeof text - n, "alloc colors\nexec_end\n mov oC0, r1\n");
    struct xg_ucode_image image;
    if (!xg_ucode_assemble(&image, text, "program", XG_STAGE_PS, err))
        return false;
    double best = 1e9;
    for (uint32_t i = 0; i < 40 * s->runs; i++) {
        double start = bench_wall_time();
        struct xg_shader *shader = xg_shader_create(image.words, image.count, XG_STAGE_PS);
        struct xg_wide_program *program = xg_wide_compile(shader);
        double t = bench_wall_time() - start;
        if (!program)
            return xg_fail(err, XG_E_GUEST, "the program was not translated");
        best = t < best ? t : best;
        xg_wide_free(program);
        xg_shader_destroy(shader);
    }
    xg_ucode_image_free(&image);
    return set(s, "draw.shader.compile_us", best * 1e6, "(50 instructions)", err);
}

static bool number(const char *arg, const char *name, uint32_t *to)
{
    size_t n = strlen(name);
    if (strncmp(arg, name, n))
        return false;
    *to = (uint32_t)strtoul(arg + n, NULL, 10);
    return *to != 0;
}

int main(int argc, char **argv)
{
    struct session s = {.runs = 5, .frames = 20};
    struct xg_error err = {0};
    char path[1024];
    bool ok = argc >= 2 || xg_fail(&err, XG_E_INPUT, "BUILD_FOLDER [--runs=N] [--frames=N]");
    for (int i = 2; i < argc && ok; i++)
        if (!number(argv[i], "--runs=", &s.runs) && !number(argv[i], "--frames=", &s.frames) &&
            !number(argv[i], "--scene=", &s.scene))
            ok = xg_fail(&err, XG_E_INPUT, "'%s' is no option with a number above zero", argv[i]);
    if (ok) {
        snprintf(path, sizeof path, "%s/bench.json", argv[1]);
        ok = bench_figures_open(&s.figures, path, &err);
    }
    ok = ok && measure_compiler(&s, &err);
    for (unsigned i = 0; i < BENCH_SCENES && ok; i++) {
        if (s.scene && s.scene != i + 1)
            continue;
        struct bench_scene *scene = bench_scene_create(i);
        ok = measure(&s, scene, &err);
        bench_scene_destroy(scene);
    }
    ok = ok && bench_figures_save(&s.figures, &err);
    bench_figures_close(&s.figures);
    if (!ok)
        fprintf(stderr, "bench_draw: %s\n", err.text);
    return ok ? XG_OK : (int)err.kind;
}
