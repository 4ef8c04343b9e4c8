/* GPU traces: the file, what is compared, import of .xtr, damaged files of both kinds.
 *   test_trace [--mutations N] [--seed N]     (default 10,000 of each kind)
 *   test_trace --write-xtr FILE FRAMES        writes the scene of xtr_writer.h */
#include "tests/trace/xtr_writer.h"

#include "base/file.h"
#include "gpu/trace/import.h"
#include "gpu/trace/recorder.h"
#include "gpu/trace/replay.h"
#include "gpu/trace/said.h"
#include "gpu/trace/xtr.h"

#include <unistd.h>

#define FRAMES 40u /* enough for a key frame */

static char folder[] = "/tmp/xenogate-trace-XXXXXX";
static char xtr_path[64], trace_path[64], out_path[64];
static uint32_t mutations = 10000;
static uint64_t seed = 1;

static uint32_t next(uint64_t *s)
{
    *s = *s * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*s >> 33);
}

static void write_scene(const char *path, const struct xtr_scene *how)
{
    struct xtr_out o = xtr_scene(how);
    assert_true(xg_file_write(path, o.bytes, o.size, NULL));
    free(o.bytes);
}

static bool replay(const char *path, const struct xg_replay_options *o, struct xg_replay_result *r,
                   struct xg_error *err)
{
    struct xg_trace *t = xg_trace_open(path, err);
    bool ok = t && xg_replay(t, o, r, err);
    xg_trace_free(t);
    return ok;
}

static const struct xg_replay_options on_model = {.create = xg_device_model_create};

static int setup(void **state)
{
    struct xg_import_result r;
    XG_UNUSED(state);
    assert_non_null(mkdtemp(folder));
    snprintf(xtr_path, sizeof xtr_path, "%s/scene.xtr", folder);
    snprintf(trace_path, sizeof trace_path, "%s/scene.xgt", folder);
    snprintf(out_path, sizeof out_path, "%s/out", folder);
    write_scene(xtr_path, &(struct xtr_scene){.frames = FRAMES, .compress = true});
    assert_true(xg_trace_import(xtr_path, trace_path, &r, NULL));
    return 0;
}

static int teardown(void **state)
{
    XG_UNUSED(state);
    remove(xtr_path);
    remove(trace_path);
    remove(out_path);
    rmdir(folder);
    return 0;
}

/* ---- the file ---- */

static void put_number(struct xg_trace_writer *w, uint32_t n)
{
    uint8_t b[4];
    xg_st32le(b, n);
    xg_trace_put(w, XG_TRACE_VBLANK, b, sizeof b);
}

static void a_file_gives_back_what_was_put_in(void **state)
{
    const struct xg_trace_head head = {.title = 0x12345678, .producer = "sixteen-letters!"};
    struct xg_trace_record r;
    XG_UNUSED(state);
    struct xg_trace_writer *w = xg_trace_create(out_path, &head, NULL);
    xg_trace_cut(w, XG_TRACE_CHUNK_KEY);
    for (uint32_t i = 0; i < 300000; i++) /* more than a chunk holds */
        put_number(w, i);
    assert_true(xg_trace_close(w, NULL));
    struct xg_trace *t = xg_trace_open(out_path, NULL);
    assert_non_null(t);
    assert_int_equal(t->head.title, 0x12345678);
    assert_string_equal(t->head.producer, "sixteen-letters!");
    assert_true(t->whole && t->chunks > 1);
    for (uint32_t i = 0; i < 300000; i++) {
        assert_int_equal(xg_trace_next(t, &r, NULL), 1);
        assert_int_equal(r.kind, XG_TRACE_VBLANK);
        assert_int_equal(xg_ld32le(r.body), i);
    }
    assert_int_equal(xg_trace_next(t, &r, NULL), 0);
    xg_trace_free(t);
}

/* What a killed writer leaves: every length of a file is readable up to its last whole chunk. */
static void a_cut_file_is_read_up_to_its_last_whole_chunk(void **state)
{
    uint8_t *bytes;
    size_t size;
    uint64_t ends[64];
    XG_UNUSED(state);
    assert_true(xg_file_read(trace_path, 64 << 20, &bytes, &size, NULL));
    struct xg_trace *t = xg_trace_open(trace_path, NULL);
    size_t chunks = t->chunks;
    assert_in_range(chunks, 4, 64);
    for (size_t i = 0; i < chunks; i++)
        ends[i] = t->chunk[i].offset + XG_TRACE_CHUNK_HEAD + t->chunk[i].stored;
    xg_trace_free(t);
    for (size_t cut = XG_TRACE_HEAD_BYTES; cut < size; cut += 997) {
        struct xg_trace_record r;
        struct xg_error err = {0};
        size_t whole = 0;
        while (whole < chunks && ends[whole] <= cut)
            whole++;
        assert_true(xg_file_write(out_path, bytes, cut, NULL));
        t = xg_trace_open(out_path, &err);
        assert_non_null(t);
        assert_int_equal(t->chunks, whole);
        assert_false(t->whole);
        while (xg_trace_next(t, &r, &err) > 0)
            ;
        assert_int_equal(err.kind, XG_OK);
        xg_trace_free(t);
    }
    free(bytes);
}

static void a_cut_file_is_played_as_far_as_it_goes(void **state)
{
    uint8_t *bytes;
    size_t size;
    struct xg_replay_result all, half;
    XG_UNUSED(state);
    assert_true(replay(trace_path, &on_model, &all, NULL));
    assert_true(xg_file_read(trace_path, 64 << 20, &bytes, &size, NULL));
    assert_true(xg_file_write(out_path, bytes, size / 2, NULL));
    assert_true(replay(out_path, &on_model, &half, NULL));
    assert_false(half.different);
    assert_true(half.pictures > 0 && half.pictures < all.pictures);
    free(bytes);
}

/* ---- replay ---- */

static void a_replay_is_as_it_was_recorded(void **state)
{
    struct xg_replay_result r;
    XG_UNUSED(state);
    assert_true(replay(trace_path, &on_model, &r, NULL));
    assert_false(r.different);
    assert_int_equal(r.frames, FRAMES);
    assert_int_equal(r.pictures, FRAMES);
    assert_int_equal(r.draws, FRAMES + 2); /* with the two shader loads */
    assert_int_equal(r.copies, FRAMES);
    assert_int_equal(r.keys, 1);
    assert_int_equal(r.begin, 1);
}

struct kept {
    uint32_t first, count;
    uint8_t *rgba[FRAMES + 1];
};

static bool keep_picture(void *ctx, uint32_t frame, uint32_t width, uint32_t height,
                         const uint8_t *rgba, struct xg_error *err)
{
    struct kept *k = ctx;
    XG_UNUSED(err);
    assert_int_equal(width, XTR_W);
    assert_int_equal(height, XTR_H);
    if (!k->count++)
        k->first = frame;
    assert_in_range(frame, 1, FRAMES);
    if (!(k->rgba[frame] = malloc((size_t)width * height * 4)))
        abort();
    memcpy(k->rgba[frame], rgba, (size_t)width * height * 4);
    return true;
}

static void drop(struct kept *k)
{
    for (size_t i = 0; i <= FRAMES; i++)
        free(k->rgba[i]);
}

static void frames_can_be_chosen_and_begin_at_a_key_frame(void **state)
{
    struct kept all = {0}, some = {0};
    struct xg_replay_options o = on_model;
    struct xg_replay_result r;
    XG_UNUSED(state);
    o.picture = keep_picture;
    o.ctx = &all;
    assert_true(replay(trace_path, &o, &r, NULL));
    assert_int_equal(all.count, FRAMES);
    o.ctx = &some;
    o.first = 36;
    o.last = 38;
    assert_true(replay(trace_path, &o, &r, NULL));
    assert_false(r.different);
    assert_true(r.begin > 1 && r.begin <= 36);
    assert_int_equal(some.first, 36);
    assert_int_equal(some.count, 3);
    for (uint32_t f = 36; f <= 38; f++)
        assert_memory_equal(some.rgba[f], all.rgba[f], XTR_W * XTR_H * 4);
    if (!some.rgba[36] || !some.rgba[37])
        abort();
    assert_int_not_equal(memcmp(some.rgba[36], some.rgba[37], XTR_W * XTR_H * 4), 0);
    drop(&all);
    drop(&some);
}

/* A device that does one thing wrong at a packet. */
static struct {
    struct xg_device_host host;
    enum xg_gpu_effect_kind kind;
    enum xg_gpu_producer producer;
    uint32_t after; /* packets */
    bool lied;
    uint32_t packet, address;
} liar;

static void lying_effect(void *ctx, const struct xg_gpu_effect *e)
{
    struct xg_gpu_effect changed = *e;
    uint8_t bytes[64];
    XG_UNUSED(ctx);
    if (!liar.lied && e->kind == liar.kind && e->packet > liar.after &&
        (e->kind != XG_GPU_MEM || e->producer == liar.producer)) {
        liar.lied = true;
        liar.packet = e->packet;
        liar.address = e->address;
        changed.value ^= 1;
        if (e->kind == XG_GPU_MEM) {
            memcpy(bytes, e->bytes, e->size);
            bytes[e->size - 1] ^= 0x10;
            changed.bytes = bytes;
        }
    }
    liar.host.effect(liar.host.ctx, &changed);
}
static const uint8_t *lying_page(void *ctx, xg_pa page)
{
    XG_UNUSED(ctx);
    return liar.host.page(liar.host.ctx, page);
}
static void lying_watch(void *ctx, xg_pa page)
{
    XG_UNUSED(ctx);
    liar.host.watch(liar.host.ctx, page);
}
static struct xg_device *create_liar(const struct xg_device_host *host, struct xg_error *err)
{
    const struct xg_device_host mine = {NULL, lying_page, lying_watch, lying_effect, NULL, NULL};
    liar.host = *host;
    return xg_device_model_create(&mine, err);
}

static struct xg_replay_result replay_on_liar(enum xg_gpu_effect_kind kind,
                                              enum xg_gpu_producer producer, uint32_t after)
{
    const struct xg_replay_options o = {.create = create_liar};
    struct xg_replay_result r;
    liar.kind = kind;
    liar.producer = producer;
    liar.after = after;
    liar.lied = false;
    assert_true(replay(trace_path, &o, &r, NULL));
    assert_true(liar.lied);
    assert_true(r.different);
    assert_int_equal(r.packet, liar.packet);
    return r;
}

static void the_first_difference_is_named(void **state)
{
    struct xg_replay_result r;
    XG_UNUSED(state);
    r = replay_on_liar(XG_GPU_MEM, XG_GPU_FROM_CP, 60);
    assert_int_equal(r.address, liar.address);
    assert_non_null(strstr(r.text, "0x00500200"));
    assert_in_range(r.frame, 2, FRAMES);
    r = replay_on_liar(XG_GPU_MEM, XG_GPU_FROM_RESOLVE, 200);
    assert_int_equal(r.address, liar.address & ~4095u);
    assert_non_null(strstr(r.text, "that a copy has written to the page"));
    r = replay_on_liar(XG_GPU_IDLE, XG_GPU_FROM_CP, 10);
    assert_non_null(strstr(r.text, "read pointer"));
}

/* What a device leaves out is missed where the recording has come to rest. */
static void leaving_out_effect(void *ctx, const struct xg_gpu_effect *e)
{
    XG_UNUSED(ctx);
    if (e->kind == XG_GPU_SWAP && !liar.lied) {
        liar.lied = true;
        liar.packet = e->packet;
        return;
    }
    liar.host.effect(liar.host.ctx, e);
}
static struct xg_device *create_silent(const struct xg_device_host *host, struct xg_error *err)
{
    const struct xg_device_host mine = {NULL, lying_page, lying_watch, leaving_out_effect,
                                        NULL, NULL};
    liar.host = *host;
    return xg_device_model_create(&mine, err);
}

static void what_is_missing_is_named(void **state)
{
    const struct xg_replay_options o = {.create = create_silent};
    struct xg_replay_result r;
    XG_UNUSED(state);
    liar.lied = false;
    assert_true(replay(trace_path, &o, &r, NULL));
    assert_true(r.different);
    assert_int_equal(r.frame, 1);
    assert_int_equal(r.packet, liar.packet);
    assert_non_null(strstr(r.text, "a swap to 0x00400000"));
}

/* The renderer leaves a draw out: the copy behind it has other bytes. */
static void a_draw_that_is_not_drawn_is_noticed(void **state)
{
    const struct xg_replay_options o = {.create = xg_device_model_create, .no_draws = true};
    struct xg_replay_result r;
    XG_UNUSED(state);
    assert_true(replay(trace_path, &o, &r, NULL));
    assert_true(r.different);
    assert_int_equal(r.frame, 1);
    assert_non_null(strstr(r.text, "other bytes"));
}

/* ---- changed records behind right checksums ---- */

typedef bool change_fn(struct xg_trace_record *r, uint8_t *body, void *ctx);

/* The trace with some records changed; flags of chunks as they were. */
static void rewrite(change_fn *change, void *ctx)
{
    static uint8_t body[XG_TRACE_RECORD_MAX];
    struct xg_trace_record r;
    struct xg_trace *t = xg_trace_open(trace_path, NULL);
    struct xg_trace_writer *w = xg_trace_create(out_path, &t->head, NULL);
    size_t chunk = SIZE_MAX;
    while (xg_trace_next(t, &r, NULL) > 0) {
        if (t->next_chunk - 1 != chunk) {
            chunk = t->next_chunk - 1;
            xg_trace_cut(w, t->chunk[chunk].flags & XG_TRACE_CHUNK_KEY);
        }
        memcpy(body, r.body, r.size);
        if (!change(&r, body, ctx))
            continue;
        xg_trace_put(w, (enum xg_trace_kind)r.kind, body, r.size);
        if (r.kind == XG_TRACE_SAID && r.size && body[0] == XG_GPU_SWAP)
            xg_trace_frame(w);
    }
    assert_true(xg_trace_close(w, NULL));
    xg_trace_free(t);
}

struct flip {
    uint8_t kind;
    unsigned skip;
    size_t at; /* byte */
    bool done;
};

static bool flip_once(struct xg_trace_record *r, uint8_t *body, void *ctx)
{
    struct flip *f = ctx;
    if (f->done || r->kind != f->kind || f->at >= r->size || f->skip--)
        return true;
    body[f->at] ^= 0x40;
    return f->done = true;
}

static void a_changed_byte_is_noticed(void **state)
{
    const struct flip flips[] = {
        {.kind = XG_TRACE_PAGE, .skip = 3, .at = 70},
        {.kind = XG_TRACE_PICTURE, .skip = 5, .at = 50},
        {.kind = XG_TRACE_COPY, .skip = 7, .at = 30},
        {.kind = XG_TRACE_KEY_TILE, .skip = 1, .at = 1000},
        {.kind = XG_TRACE_KEY_REGS, .skip = 0, .at = 5},
        {.kind = XG_TRACE_KEY_PAGE, .skip = 2, .at = 2000},
        {.kind = XG_TRACE_END, .skip = 0, .at = 12},
    };
    XG_UNUSED(state);
    for (size_t i = 0; i < XG_COUNTOF(flips); i++) {
        struct flip f = flips[i];
        struct xg_replay_result r = {0};
        struct xg_error err = {0};
        rewrite(flip_once, &f);
        assert_true(f.done);
        if (!replay(out_path, &on_model, &r, &err))
            fail_msg("flip %zu: %s", i, err.text);
        if (!r.different)
            fail_msg("a flipped byte of a record '%s' is not noticed",
                     xg_trace_kind_name(flips[i].kind));
    }
}

/* ---- .xtr ---- */

static void an_import_shows_what_was_traced(void **state)
{
    struct xg_import_result r, packed;
    struct kept plain = {0}, gamma = {0};
    struct xg_replay_options o = on_model;
    struct xg_replay_result result;
    XG_UNUSED(state);
    write_scene(xtr_path, &(struct xtr_scene){.frames = 2, .edram = true});
    assert_true(xg_trace_import(xtr_path, out_path, &r, NULL));
    assert_int_equal(r.title, 0x58470001);
    assert_int_equal(r.frames, 2);
    assert_int_equal(r.draws, 4);
    assert_int_equal(r.errors, 0);
    o.picture = keep_picture;
    o.ctx = &plain;
    assert_true(replay(out_path, &o, &result, NULL));
    assert_false(result.different);
    /* the snapshot's colour (r 0, g 0x40, b 0), the triangle's green top, the clear's colour */
    if (!plain.rgba[1] || !plain.rgba[2])
        abort();
    const uint8_t snapshot[4] = {0, 0x40, 0, 0xFF}, cleared[4] = {0x10, 0x20, 0x30, 0xFF};
    assert_memory_equal(plain.rgba[1], snapshot, 4);
    assert_memory_equal(plain.rgba[2], cleared, 4);
    const uint8_t *top = plain.rgba[1] + 4 * (8 * XTR_W + XTR_W / 4);
    assert_true(top[1] > 200 && top[0] < 60 && top[2] < 60);
    /* packed data are the same data */
    write_scene(xtr_path,
                &(struct xtr_scene){.frames = 2, .edram = true, .compress = true, .gamma = true});
    assert_true(xg_trace_import(xtr_path, out_path, &packed, NULL));
    assert_int_equal(packed.packets, r.packets);
    o.ctx = &gamma;
    assert_true(replay(out_path, &o, &result, NULL));
    if (!gamma.rgba[2])
        abort();
    for (size_t c = 0; c < 3; c++) { /* the ramp's steps are of four of 1023 */
        int inverted = 255 - plain.rgba[2][c];
        assert_in_range(gamma.rgba[2][c], inverted - 1, inverted);
    }
    drop(&plain);
    drop(&gamma);
}

/* What a snapshot of registers holds is stored; the write-back that a write would do is not. */
static bool has_write_back(struct xg_trace_record *r, uint8_t *body, void *ctx)
{
    bool *seen = ctx;
    if (r->kind == XG_TRACE_SAID && body[0] == XG_GPU_MEM && xg_ld32le(body + 16) == 0x500000)
        *seen = true;
    return true;
}

static void a_snapshot_of_registers_has_no_side_effects(void **state)
{
    bool seen = false;
    XG_UNUSED(state);
    rewrite(has_write_back, &seen);
    assert_false(seen);
}

/* ---- damaged files ---- */

static void mutate(uint8_t *bytes, size_t *size, uint64_t *s)
{
    static const uint32_t odd[] = {0,          1,          0xFFFFFFFF, 0x7FFFFFFF,
                                   0x80000000, 0x20000000, 0xC0013F00};
    for (unsigned n = 1 + next(s) % 3; n-- && *size > 8;) {
        size_t at = next(s) % 4 ? next(s) % *size : next(s) % (*size < 256 ? *size : 256);
        at = at < *size - 4 ? at : *size - 5;
        switch (next(s) % 5) {
        case 0:
            bytes[at] ^= (uint8_t)(1u << next(s) % 8);
            break;
        case 1:
            bytes[at] = (uint8_t)next(s);
            break;
        case 2:
            xg_st32le(bytes + (at & ~(size_t)3), odd[next(s) % XG_COUNTOF(odd)]);
            break;
        case 3:
            xg_st32be(bytes + (at & ~(size_t)3), odd[next(s) % XG_COUNTOF(odd)]);
            break;
        default:
            if (next(s) % 4 == 0)
                *size = at;
        }
    }
}

/* A refusal names the file and the offset. */
static void expect_sentence(const struct xg_error *err, uint64_t number)
{
    if (err->kind != XG_E_INPUT || !strstr(err->text, out_path) || !strstr(err->text, "offset "))
        fail_msg("mutation %llu (seed %llu): kind %d, '%s'", (unsigned long long)number,
                 (unsigned long long)seed, (int)err->kind, err->text);
}

static void damaged_traces_are_refused(void **state)
{
    uint8_t *bytes, *copy;
    size_t whole;
    uint32_t refused = 0;
    XG_UNUSED(state);
    assert_true(xg_file_read(trace_path, 64 << 20, &bytes, &whole, NULL));
    copy = malloc(whole + 8);
    for (uint32_t i = 0; i < mutations; i++) {
        uint64_t s = seed + i;
        size_t size = whole;
        struct xg_error err = {0};
        struct xg_trace_record r;
        memcpy(copy, bytes, whole);
        mutate(copy, &size, &s);
        if (size == whole && !memcmp(copy, bytes, whole))
            continue;
        remove(out_path); /* a file that is cut and filled again goes to the disk at once */
        assert_true(xg_file_write(out_path, copy, size, NULL));
        struct xg_trace *t = xg_trace_open(out_path, &err);
        bool cut = t && !t->whole; /* that is no damage */
        int more = t ? 1 : -1;
        while (more > 0)
            more = xg_trace_next(t, &r, &err);
        xg_trace_free(t);
        if (more < 0) {
            expect_sentence(&err, i);
            refused++;
        } else if (!cut) {
            fail_msg("mutation %u (seed %llu) is taken as whole", i, (unsigned long long)seed);
        }
    }
    assert_true(refused > mutations / 2);
    free(bytes);
    free(copy);
}

struct mangle {
    uint64_t s;
    uint32_t odds;
};

static bool mangle(struct xg_trace_record *r, uint8_t *body, void *ctx)
{
    struct mangle *m = ctx;
    size_t size = r->size;
    if (next(&m->s) % m->odds)
        return true;
    switch (next(&m->s) % 5) {
    case 0:
        r->kind = (uint8_t)(next(&m->s) % (XG_TRACE_KINDS + 2));
        return true;
    case 1:
        r->size = next(&m->s) % (r->size + 9);
        return true;
    case 2:
        return false;
    default:
        mutate(body, &size, &m->s);
        return true;
    }
}

/* Right checksums, wrong contents: what a hostile writer makes. */
static void hostile_traces_are_refused_or_differ(void **state)
{
    uint32_t refused = 0, different = 0, count = mutations / 20;
    XG_UNUSED(state);
    for (uint32_t i = 0; i < count; i++) {
        struct mangle m = {seed + i, 60};
        struct xg_error err = {0};
        struct xg_replay_result r;
        struct xg_replay_options o = {.create =
                                          i % 4 ? xg_device_null_create : xg_device_model_create,
                                      .no_draws = i % 4 != 0,
                                      .first = i % 3 ? 0 : 36};
        rewrite(mangle, &m);
        if (!replay(out_path, &o, &r, &err)) {
            expect_sentence(&err, i);
            refused++;
        } else {
            different += r.different;
        }
    }
    print_message("# %u hostile traces: %u refused, %u different\n", count, refused, different);
    assert_true(refused + different > count / 2);
}

static void damaged_xtr_files_are_refused(void **state)
{
    const struct xtr_scene how = {.frames = 2, .compress = true, .gamma = true};
    struct xtr_out o = xtr_scene(&how);
    uint8_t *copy = malloc(o.size + 8);
    char to[80];
    uint32_t refused = 0;
    XG_UNUSED(state);
    snprintf(to, sizeof to, "%s.xgt", out_path);
    for (uint32_t i = 0; i < mutations; i++) {
        uint64_t s = seed + i;
        size_t size = o.size;
        struct xg_error err = {0};
        struct xg_xtr_command c;
        struct xg_import_result r;
        memcpy(copy, o.bytes, o.size);
        mutate(copy, &size, &s);
        remove(out_path); /* a file that is cut and filled again goes to the disk at once */
        assert_true(xg_file_write(out_path, copy, size, NULL));
        if (i % 40 == 0) { /* the whole import */
            if (xg_trace_import(out_path, to, &r, &err)) {
                remove(to);
                continue;
            }
            assert_int_not_equal(access(to, F_OK), 0);
        } else { /* reading alone */
            struct xg_xtr *x = xg_xtr_open(out_path, &err);
            while (x && xg_xtr_next(x, &c, &err) > 0)
                ;
            xg_xtr_close(x);
            if (err.kind == XG_OK)
                continue; /* other words, other data: all that a reader can see is right */
        }
        expect_sentence(&err, i);
        refused++;
    }
    assert_true(refused > mutations / 8);
    remove(to);
    free(copy);
    free(o.bytes);
}

static int write_xtr(const char *path, const char *frames)
{
    write_scene(path, &(struct xtr_scene){.frames = (unsigned)strtoul(frames, NULL, 10),
                                          .compress = true,
                                          .edram = true,
                                          .gamma = true});
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_gives_back_what_was_put_in),
        cmocka_unit_test(a_cut_file_is_read_up_to_its_last_whole_chunk),
        cmocka_unit_test(a_cut_file_is_played_as_far_as_it_goes),
        cmocka_unit_test(a_replay_is_as_it_was_recorded),
        cmocka_unit_test(frames_can_be_chosen_and_begin_at_a_key_frame),
        cmocka_unit_test(the_first_difference_is_named),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(a_draw_that_is_not_drawn_is_noticed),
        cmocka_unit_test(a_changed_byte_is_noticed),
        cmocka_unit_test(an_import_shows_what_was_traced),
        cmocka_unit_test(a_snapshot_of_registers_has_no_side_effects),
        cmocka_unit_test(damaged_traces_are_refused),
        cmocka_unit_test(hostile_traces_are_refused_or_differ),
        cmocka_unit_test(damaged_xtr_files_are_refused),
    };
    if (argc == 4 && !strcmp(argv[1], "--write-xtr"))
        return write_xtr(argv[2], argv[3]);
    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--mutations"))
            mutations = (uint32_t)strtoul(argv[i + 1], NULL, 10);
        if (!strcmp(argv[i], "--seed"))
            seed = strtoull(argv[i + 1], NULL, 10);
    }
    return cmocka_run_group_tests(tests, setup, teardown);
}
