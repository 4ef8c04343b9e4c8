/* Integer and address types shared by every module. */
#ifndef XG_BASE_TYPES_H
#define XG_BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t xg_ga;   /* guest virtual address, never a host pointer */
typedef uint32_t xg_pa;   /* bus (physical) address, 0 .. XG_PHYS_SIZE - 1 */
typedef uint64_t xg_time; /* guest time in nanoseconds since power-on */

#define XG_PHYS_SIZE 0x20000000u /* 512 MiB shared by CPU windows and GPU */
#define XG_PA_NONE   0xFFFFFFFFu /* "not a physical address" */

/* The one constant that converts retired instructions of a hardware thread to
 * guest time: 1 instruction = 1 ns (3.2 GHz at about 0.3 instructions a cycle). */
#define XG_NS_PER_INSN 1u
/* The timebase runs at 50 MHz. */
#define XG_NS_PER_TB_TICK 20u

#define XG_COUNTOF(a) (sizeof(a) / sizeof((a)[0]))
#define XG_UNUSED(x)  ((void)(x))

#if defined(__GNUC__)
#define XG_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define XG_UNLIKELY(x)       __builtin_expect(!!(x), 0)
#define XG_LIKELY(x)         __builtin_expect(!!(x), 1)
#endif

#endif
