/* Every sentence that holds for the model holds for the core behind the link: the model's test
 * with another constructor. */
#include "driver/rtl_device.h"
#include "tests/support/touched_device.h"

static struct xg_device *rtl_create(const struct xg_device_host *host, struct xg_error *err)
{
    return touched_device_create(host, xg_device_rtl_create, err);
}
#define xg_device_model_create rtl_create
#define COPY_CASES             40
#include "tests/gpu/test_model_copy.c" // NOLINT(bugprone-suspicious-include): the same test, another device
