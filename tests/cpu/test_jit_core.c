/* The tests of test_cpu_core.c on the translator. */
#include "cpu/cpu.h"
#include "cpu/jit/jit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* cmocka puts its own signal handlers around every function, after the set-up. */
static enum xg_cpu_exit run_translated(struct xg_cpu *cpu, struct xg_cpu_context *c)
{
    xg_jit_signals_install(NULL);
    return xg_cpu_run(cpu, c);
}
#define xg_cpu_create(engine, mem, hooks, err) xg_cpu_create(XG_CPU_JIT, mem, hooks, err)
#define xg_cpu_run                             run_translated

/* icbi_... and invalidation_...: they change code through mem->base, which the marks of a
 * translating engine protect; test_jit.c has their twins. */
__attribute__((constructor)) static void leave_out(void)
{
    cmocka_set_skip_filter("i*ed");
}

#include "tests/cpu/test_cpu_core.c" // NOLINT(bugprone-suspicious-include): the same test, another engine
