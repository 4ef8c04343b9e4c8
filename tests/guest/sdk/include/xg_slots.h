/* Variadic calls to the console ABI: every argument is one 64-bit slot. */
#ifndef XG_SLOTS_H
#define XG_SLOTS_H

#include <stdarg.h>
#include <stdint.h>

#define XG_SLOTS_MAX 32

/* Appends the arguments that `format` (printf rules with the console's I64, h, w, ll) asks
 * for to slots[count]...; returns the new count, at most XG_SLOTS_MAX. */
unsigned xg_slots_of(uint64_t *slots, unsigned count, const char *format, va_list list);
/* Calls code with the console ABI; slots[0..7] go to r3-r10, the rest to the stack. */
uint32_t xg_call_slots(const void *code, const uint64_t *slots, unsigned count);

#endif
