/* The system's message box on top of the title's picture: a panel in the middle, the title, the
 * text in lines that fit, and the buttons below, the one with the focus lit. Dots are as large as
 * the picture allows; characters outside ASCII are shown as a box. */
#include "machine/font.h"
#include "machine/internal.h"

#include <stdlib.h>
#include <string.h>

#define CELL_WIDTH  6u /* in dots, with the gap */
#define CELL_HEIGHT 10u
#define COLUMNS     44u /* of the panel's text */
#define LINES_MAX   12u
#define MARGIN      6u
#define BAR         14u /* a button's height in dots */

#define COLOUR_PANEL 0x2A2320u /* 0xBBGGRR */
#define COLOUR_EDGE  0x9A9088u
#define COLOUR_TITLE 0x5CC8A0u
#define COLOUR_TEXT  0xF0F0F0u
#define COLOUR_DIM   0x584E48u

struct canvas {
    uint8_t *rgba;
    uint32_t width, height, scale;
};
struct text_line {
    uint32_t glyph[COLUMNS]; /* code points */
    uint32_t length;
};

static void fill(const struct canvas *c, int64_t x, int64_t y, uint32_t w, uint32_t h,
                 uint32_t colour)
{
    for (int64_t row = y < 0 ? 0 : y; row < y + h && row < c->height; row++)
        for (int64_t col = x < 0 ? 0 : x; col < x + w && col < c->width; col++)
            xg_st32le(c->rgba + (size_t)(row * c->width + col) * 4, 0xFF000000u | colour);
}

/* ---- text ---- */

static uint32_t next_point(const char **text)
{
    const uint8_t *s = (const uint8_t *)*text;
    unsigned more = *s < 0x80 ? 0 : *s < 0xE0 ? 1 : *s < 0xF0 ? 2 : 3;
    uint32_t point = more ? *s & (0x3Fu >> more) : *s;
    for (s++; more && (*s & 0xC0) == 0x80; more--)
        point = point << 6 | (*s++ & 0x3F);
    *text = (const char *)s;
    return point;
}

static void glyph(const struct canvas *c, int64_t x, int64_t y, uint32_t point, uint32_t colour)
{
    static const uint8_t unknown[XG_FONT_HEIGHT] = {0x1F, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1F};
    bool known = point >= XG_FONT_FIRST && point < XG_FONT_FIRST + XG_FONT_GLYPHS;
    const uint8_t *rows = known ? xg_font[point - XG_FONT_FIRST] : unknown;
    y += xg_font_drop(point) * c->scale;
    for (unsigned row = 0; row < XG_FONT_HEIGHT; row++)
        for (unsigned col = 0; col < XG_FONT_WIDTH; col++)
            if (rows[row] >> (XG_FONT_WIDTH - 1 - col) & 1)
                fill(c, x + col * c->scale, y + row * c->scale, c->scale, c->scale, colour);
}

static void put_line(const struct canvas *c, int64_t x, int64_t y, const struct text_line *l,
                     uint32_t colour)
{
    for (uint32_t i = 0; i < l->length; i++)
        glyph(c, x + i * CELL_WIDTH * c->scale, y, l->glyph[i], colour);
}

/* Breaks text at blanks into lines that fit; what does not is cut. */
static uint32_t wrap(const char *text, struct text_line *line, uint32_t room, uint32_t columns)
{
    uint32_t n = 0, blank = 0;
    memset(line, 0, room * sizeof *line);
    while (*text && n < room) {
        struct text_line *l = &line[n];
        uint32_t point = next_point(&text);
        if (point == '\r')
            continue;
        if (point == '\n') {
            n++;
            blank = 0;
            continue;
        }
        if (l->length == columns) {
            uint32_t keep = blank && point != ' ' ? blank : l->length;
            if (++n == room)
                return n;
            for (uint32_t i = keep + (keep == blank); i < l->length; i++)
                line[n].glyph[line[n].length++] = l->glyph[i];
            l->length = keep;
            l = &line[n];
            blank = 0;
            if (point == ' ')
                continue;
        }
        if (point == ' ')
            blank = l->length;
        l->glyph[l->length++] = point;
    }
    return n + (n < room && line[n].length);
}

/* ---- the panel ---- */

static void put_buttons(const struct canvas *c, int64_t x, int64_t y, uint32_t width,
                        const struct xg_message_box *box)
{
    uint32_t each = width / box->count, columns = each / (CELL_WIDTH * c->scale);
    columns = columns > 2 ? columns - 2 : 1;
    for (uint32_t i = 0; i < box->count; i++) {
        struct text_line line;
        bool lit = i == box->focus;
        int64_t left = x + i * each;
        uint32_t inner = each - 2 * c->scale;
        fill(c, left + c->scale, y, inner, BAR * c->scale, lit ? COLOUR_TITLE : COLOUR_DIM);
        wrap(box->button[i], &line, 1, columns < COLUMNS ? columns : COLUMNS);
        uint32_t text = line.length * CELL_WIDTH * c->scale;
        put_line(c, left + (each - text) / 2, y + 3 * c->scale, &line,
                 lit ? COLOUR_PANEL : COLOUR_TEXT);
    }
}

void xg_dialog_draw(uint8_t *rgba, uint32_t width, uint32_t height,
                    const struct xg_message_box *box)
{
    struct text_line title, text[LINES_MAX];
    const uint32_t panel = COLUMNS * CELL_WIDTH + 2 * MARGIN;
    uint32_t scale = width / (panel + 20);
    struct canvas c = {rgba, width, height, scale ? scale : 1};
    wrap(box->title, &title, 1, COLUMNS);
    uint32_t lines = wrap(box->text, text, LINES_MAX, COLUMNS);
    uint32_t w = panel * c.scale, h = (CELL_HEIGHT * (lines + 2) + BAR + 4 * MARGIN) * c.scale;
    int64_t x = ((int64_t)width - w) / 2, y = ((int64_t)height - h) / 2;
    fill(&c, x - 2 * c.scale, y - 2 * c.scale, w + 4 * c.scale, h + 4 * c.scale, COLOUR_EDGE);
    fill(&c, x, y, w, h, COLOUR_PANEL);
    x += MARGIN * c.scale;
    y += MARGIN * c.scale;
    put_line(&c, x, y, &title, COLOUR_TITLE);
    y += CELL_HEIGHT * 2 * c.scale;
    for (uint32_t i = 0; i < lines; i++, y += CELL_HEIGHT * c.scale)
        put_line(&c, x, y, &text[i], COLOUR_TEXT);
    put_buttons(&c, x, y + 2 * MARGIN * c.scale, COLUMNS * CELL_WIDTH * c.scale, box);
}

/* ---- the picture with it ---- */

#define EMPTY_WIDTH  1280u
#define EMPTY_HEIGHT 720u

const struct xg_picture *xg_dialog_picture(struct xg_machine *m, const struct xg_picture *below)
{
    const struct xg_message_box *box = xg_kernel_message_box(m->kernel);
    uint32_t w = below ? below->width : EMPTY_WIDTH, h = below ? below->height : EMPTY_HEIGHT;
    if (!box)
        return below;
    free(m->covered_rgba);
    m->covered_rgba = calloc((size_t)w * h, 4);
    if (!m->covered_rgba)
        return below;
    if (below)
        memcpy(m->covered_rgba, below->rgba, (size_t)w * h * 4);
    else
        for (size_t i = 3; i < (size_t)w * h * 4; i += 4)
            m->covered_rgba[i] = 0xFF;
    xg_dialog_draw(m->covered_rgba, w, h, box);
    m->covered = (struct xg_picture){w, h, m->covered_rgba, below ? below->frame : 0};
    return &m->covered;
}
