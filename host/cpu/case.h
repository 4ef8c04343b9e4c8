/* Black-box CPU cases, one JSON object a line (architecture, "Black-box cases"): sets
 * registers and memory, runs code until it returns to a sentinel, reports what changed.
 *
 * Beyond the format's text: MSR is 0x9030 with SF by the case; code pages are readable,
 * writable and executable, data pages are not executable; the stack is the 64 KiB at
 * 0x70000000; "max" is looked at at safepoints, where any engine may stop. */
#ifndef XG_CPU_CASE_H
#define XG_CPU_CASE_H

#include "cpu/cpu.h"

#include <stdio.h>

struct xg_cpu_bench;

struct xg_cpu_bench *xg_cpu_bench_create(enum xg_cpu_engine engine, struct xg_error *err);
void xg_cpu_bench_destroy(struct xg_cpu_bench *bench);
/* Runs one case and writes one line; an invalid case writes its error there. */
void xg_cpu_bench_run(struct xg_cpu_bench *bench, const char *line, size_t length, FILE *out);

#endif
