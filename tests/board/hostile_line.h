/* Something at the other end of a serial line that is no board, or one gone mad. */
#ifndef XG_TESTS_HOSTILE_LINE_H
#define XG_TESTS_HOSTILE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CHATTER: bytes of any kind without end. LIAR: says hello as a device does, answers a few
 * questions, and then says anything in good frames. */
enum hostile_kind { HOSTILE_CHATTER, HOSTILE_LIAR };

struct hostile_line;
struct hostile_line *hostile_line_create(enum hostile_kind kind, uint32_t seed);
void hostile_line_destroy(struct hostile_line *h);
/* What it hears, and then up to `max` bytes that it says. */
void hostile_line_hear(struct hostile_line *h, const uint8_t *bytes, size_t count);
size_t hostile_line_say(struct hostile_line *h, uint8_t *bytes, size_t max);

#endif
