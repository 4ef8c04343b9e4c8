/* A font of 5 by 7 dots for printable ASCII, for what the machine itself puts on the screen. */
#ifndef XG_MACHINE_FONT_H
#define XG_MACHINE_FONT_H

#include <stdint.h>

#define XG_FONT_FIRST  0x20u
#define XG_FONT_GLYPHS 95u
#define XG_FONT_WIDTH  5u
#define XG_FONT_HEIGHT 7u
/* Rows from the top, bit 4 is the left dot. */
extern const uint8_t xg_font[XG_FONT_GLYPHS][XG_FONT_HEIGHT];
/* Dots that a glyph stands below the line: g, j, p, q, y. */
unsigned xg_font_drop(unsigned c);

#endif
