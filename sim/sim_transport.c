/* The Verilated core as a transport of the link driver. */
#include "driver/link_device.h"
#include "driver/rtl_device.h"
#include "driver/transport.h"
#include "sim/xg_sim.h"

#include <stdlib.h>

#define CLOCKS_A_WAIT 4096u

struct sim_transport {
    struct xg_transport transport;
    struct xg_sim *sim;
};

static struct xg_sim *sim_of(struct xg_transport *t)
{
    return ((struct sim_transport *)t)->sim;
}

static void sim_destroy(struct xg_transport *t)
{
    xg_sim_destroy(sim_of(t));
    free(t);
}

static bool sim_write(struct xg_transport *t, const uint32_t *words, size_t count, size_t *taken,
                      struct xg_error *err)
{
    XG_UNUSED(err);
    *taken = xg_sim_push(sim_of(t), words, count);
    return true;
}

static bool sim_read(struct xg_transport *t, uint32_t *words, size_t max, size_t *given,
                     struct xg_error *err)
{
    XG_UNUSED(err);
    *given = xg_sim_pop(sim_of(t), words, max);
    return true;
}

static bool sim_wait(struct xg_transport *t, uint64_t *clocks, struct xg_error *err)
{
    XG_UNUSED(err);
    *clocks = xg_sim_step(sim_of(t), CLOCKS_A_WAIT);
    return true;
}

static const struct xg_transport_ops sim_ops = {
    .name = "rtl", .destroy = sim_destroy, .write = sim_write, .read = sim_read, .wait = sim_wait};

static struct xg_transport *open_sim(const struct xg_sim_options *options, struct xg_error *err)
{
    struct sim_transport *t = calloc(1, sizeof *t);
    if (!t || !(t->sim = xg_sim_create(options))) {
        free(t);
        xg_fail(err, XG_E_DEVICE, "no host memory for the simulated device");
        return NULL;
    }
    t->transport = (struct xg_transport){.ops = &sim_ops, .zeroed = true};
    return &t->transport;
}

struct xg_transport *xg_rtl_transport_create(uint32_t seed, struct xg_error *err)
{
    const struct xg_sim_options options = {.stalls = seed != 0, .seed = seed};
    return open_sim(&options, err);
}

static struct xg_device *create(const struct xg_device_host *host,
                                const struct xg_sim_options *options, struct xg_error *err)
{
    struct xg_transport *t = open_sim(options, err);
    return t ? xg_link_device_create(host, t, err) : NULL;
}

struct xg_device *xg_device_rtl_create(const struct xg_device_host *host, struct xg_error *err)
{
    return create(host, NULL, err);
}

struct xg_device *xg_device_rtl_create_stalling(const struct xg_device_host *host, uint32_t seed,
                                                struct xg_error *err)
{
    const struct xg_sim_options options = {.stalls = true, .seed = seed};
    return create(host, &options, err);
}

struct xg_device *xg_device_rtl_create_all_clocks(const struct xg_device_host *host, uint32_t seed,
                                                  struct xg_error *err)
{
    const struct xg_sim_options options = {.stalls = seed != 0, .seed = seed, .all_clocks = true};
    return create(host, &options, err);
}
