/* Looks at a window of what a device does in one regression vector: everything it says in these
 * packets, or to these addresses, in order; then the addresses with how often they were written and
 * whether the data was always the same; then one word. A program of its own, so that nothing pays
 * for it elsewhere.
 *
 *   observe TARGET FOLDER ID LO:HI       packets LO to HI (decimal, counted from 1)
 *   observe TARGET FOLDER ID @LO:HI      bus addresses or register indices LO to HI (hex)
 *
 * The word: nothing (the window is empty), constant (whatever was written twice was the same),
 * varied. */
#include "driver/rtl_device.h"
#include "gpu/case.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PLACES 65536u

static struct {
    bool addresses;
    uint64_t low, high;
    struct xg_device_host host;
    xg_device_create_fn *create;
    struct place {
        uint64_t key; /* kind << 32 | address */
        uint64_t digest;
        unsigned hits;
        bool varied;
    } places[PLACES];
    unsigned place_count;
    uint64_t seen;
} watch;

static struct place *place_of(uint64_t key)
{
    for (unsigned i = 0; i < watch.place_count; i++)
        if (watch.places[i].key == key)
            return &watch.places[i];
    if (watch.place_count == PLACES)
        return NULL;
    watch.places[watch.place_count] = (struct place){.key = key};
    return &watch.places[watch.place_count++];
}

static void note(const struct xg_gpu_effect *e)
{
    uint64_t digest = e->value;
    if (e->kind != XG_GPU_MEM && e->kind != XG_GPU_REG)
        return;
    if (e->kind == XG_GPU_MEM) {
        digest = 14695981039346656037u;
        for (uint32_t i = 0; i < e->size; i++)
            digest = (digest ^ e->bytes[i]) * 1099511628211u;
    }
    struct place *p = place_of((uint64_t)e->kind << 32 | e->address);
    if (!p)
        return;
    p->varied |= p->hits && p->digest != digest;
    p->digest = digest;
    p->hits++;
}

static void effect(void *ctx, const struct xg_gpu_effect *e)
{
    static const char *const names[] = {"reg",  "mem",      "irq",  "swap",
                                        "wait", "delegate", "idle", "error"};
    uint64_t at = watch.addresses ? e->address : e->packet;
    bool placed = e->kind == XG_GPU_MEM || e->kind == XG_GPU_REG;
    if (at >= watch.low && at <= watch.high && (placed || !watch.addresses)) {
        watch.seen++;
        printf("packet %" PRIu32 " cost %" PRIu64 " %s %08" PRIx32 " %08" PRIx32, e->packet,
               e->cost, names[e->kind], e->address, e->value);
        for (uint32_t i = 0; e->kind == XG_GPU_MEM && i < e->size; i++)
            printf("%s%02x", i ? "" : " ", e->bytes[i]);
        putchar('\n');
        note(e);
    }
    watch.host.effect(ctx, e);
}

static struct xg_device *create(const struct xg_device_host *host, struct xg_error *err)
{
    struct xg_device_host mine = *host;
    watch.host = *host;
    mine.effect = effect;
    mine.lines = NULL;
    return watch.create(&mine, err);
}

static bool window(const char *text)
{
    char *end;
    int base = 10;
    if (*text == '@') {
        watch.addresses = true;
        base = 16;
        text++;
    }
    watch.low = strtoull(text, &end, base);
    if (end == text || *end != ':')
        return false;
    text = end + 1;
    watch.high = strtoull(text, &end, base);
    return end != text && !*end && watch.low <= watch.high;
}

static const char *verdict(void)
{
    bool varied = false;
    for (unsigned i = 0; i < watch.place_count; i++) {
        const struct place *p = &watch.places[i];
        printf("%s %08" PRIx32 ": %u time%s%s\n", p->key >> 32 == XG_GPU_MEM ? "mem" : "reg",
               (uint32_t)p->key, p->hits, p->hits == 1 ? "" : "s",
               p->hits == 1 ? ""
               : p->varied  ? ", the data varied"
                            : ", always the same");
        varied |= p->varied;
    }
    return !watch.seen ? "nothing" : varied ? "varied" : "constant";
}

int main(int argc, char **argv)
{
    struct xg_error err = {0};
    char path[512], key[64], *line = NULL, *text = NULL;
    size_t room = 0, size = 0;
    ssize_t n = 0;
    if (argc != 5 || !window(argv[4])) {
        fprintf(stderr, "usage: observe model|verilator FOLDER ID LO:HI|@LO:HI\n");
        return 2;
    }
    watch.create = strcmp(argv[1], "model") ? xg_device_rtl_create : xg_device_model_create;
    snprintf(path, sizeof path, "%s/cases.jsonl", argv[2]);
    snprintf(key, sizeof key, "{\"id\":\"%.48s\"", argv[3]);
    FILE *cases = fopen(path, "r");
    while (cases && (n = getline(&line, &room, cases)) > 0 && strncmp(line, key, strlen(key)) != 0)
        ;
    if (!cases || n <= 0) {
        fprintf(stderr, "observe: %s has no vector %s\n", path, argv[3]);
        return 2;
    }
    struct xg_gpu_bench *bench = xg_gpu_bench_create(create, &err);
    FILE *out = open_memstream(&text, &size);
    bool ok = bench && out && xg_gpu_bench_run(bench, line, (size_t)n, out, &err);
    if (ok)
        puts(verdict());
    else
        fprintf(stderr, "observe: %s\n", err.text);
    if (out)
        fclose(out);
    xg_gpu_bench_destroy(bench);
    fclose(cases);
    free(text);
    free(line);
    return ok ? 0 : 3;
}
