/* The one place that knows every GPU back end; see backends.h. */
#include "app/backends.h"

#include "driver/fpga_device.h"
#include "driver/rtl_device.h"

#include <string.h>

/* A pair of back ends as a constructor of its own. */
#define PAIR(a, b)                                                                                 \
    static struct xg_device *create_##a##_##b(const struct xg_device_host *host,                   \
                                              struct xg_error *err)                                \
    {                                                                                              \
        return xg_device_pair_create(host, xg_device_##a##_create, xg_device_##b##_create, err);   \
    }
PAIR(model, model)
PAIR(model, rtl)
PAIR(model, fpga)

static const struct {
    const char *name;
    xg_device_create_fn *create;
} backends[] = {
    {"model", xg_device_model_create},   {"rtl", xg_device_rtl_create},
    {"fpga", xg_device_fpga_create},     {"null", xg_device_null_create},
    {"model+rtl", create_model_rtl},     {"model+fpga", create_model_fpga},
    {"model+model", create_model_model},
};

xg_device_create_fn *xg_device_by_name(const char *name)
{
    for (size_t i = 0; i < XG_COUNTOF(backends); i++)
        if (!strcmp(backends[i].name, name))
            return backends[i].create;
    return NULL;
}

const char *xg_device_names(void)
{
    return "model rtl fpga null model+rtl model+fpga model+model";
}
