/* Guest programs in parallel runs: each hardware thread on a host thread of its own. Meant for
 * ThreadSanitizer (tests/kernel/test_tsan.sh); without it, it shows that the runs come out right.
 * The programs are those of the plain build: O is its folder. XG_RACE lets a thread of the
 * test read without a lock what the kernel's hooks write, so that there is a race to be seen. */
#include "gpu/device.h"
#include "kernel/control.h"
#include "machine/machine.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct heard {
    unsigned passed, failed, lines;
    char first[200]; /* failure */
};

static void on_text(void *ctx, xg_time now, uint32_t thread, const char *text)
{
    struct heard *h = ctx;
    XG_UNUSED(now);
    XG_UNUSED(thread);
    h->lines++;
    h->passed += !strncmp(text, "PASS ", 5);
    if (!strncmp(text, "FAIL ", 5) && !h->failed++)
        snprintf(h->first, sizeof h->first, "%s", text);
}

static void *peep(void *arg)
{
    const struct heard *h = arg;
    while (!h->lines)
        usleep(1000);
    return NULL;
}

static void runs_well(void **state)
{
    const char *name = *state, *folder = getenv("O");
    char path[512];
    struct heard heard = {0};
    struct xg_error err = {0};
    struct xg_hooks hooks = {.ctx = &heard, .on_debug_text = on_text};
    struct xg_machine_options o = {.engine = XG_CPU_INTERP,
                                   .device = xg_device_null_create,
                                   .hooks = &hooks,
                                   .parallel = true};
    snprintf(path, sizeof path, "%s/guest/%s.xex", folder ? folder : "build", name);
    struct xg_machine *m = xg_machine_create(&o, &err);
    if (!m || !xg_machine_load(m, path, &err))
        fail_msg("%s", err.text);
    pthread_t peeper;
    bool race = getenv("XG_RACE") && !pthread_create(&peeper, NULL, peep, &heard);
    enum xg_stop stop = xg_machine_run(m, &(struct xg_run_limits){.until = 60000000000ull});
    if (race)
        pthread_join(peeper, NULL);
    if (stop != XG_STOP_EXIT || heard.failed)
        fail_msg("%s: %s %s", name, xg_machine_report(m), heard.first);
    assert_true(heard.passed > 0);
    assert_int_equal(xg_machine_exit_code(m), 0);
    xg_machine_destroy(m);
}

int main(void)
{
    static const char *const programs[] = {
        "contract-parallel", "contract-stress",  "contract-threads", "contract-sync",
        "contract-memory",   "contract-modules", "contract-system",  "contract-seh"};
    struct CMUnitTest tests[XG_COUNTOF(programs)];
    for (size_t i = 0; i < XG_COUNTOF(programs); i++)
        tests[i] =
            (struct CMUnitTest){programs[i], runs_well, NULL, NULL, (void *)(uintptr_t)programs[i]};
    return cmocka_run_group_tests_name("kernel_parallel", tests, NULL, NULL);
}
