/* What is looked at after place and route of a board, by the table constraints/BOARD/checks.csv:
 *   pad    every pin of the top must be named, with the registers that its I/O cell must hold: in,
 * out, drive (direction), delay (in front of the input), clock (two bits a cycle), or none async
 * longest way in ns that a clock's registers may have from a pin clock  clocks to report, as
 * board.BOARD.NAME
 *
 * usage: bitstream-check FOLDER BOARD    (FOLDER: placed.json and report.json of nextpnr; writes
 * figures.txt) Exit code 1: a check failed; 3: a clock is slower than its constraint. */
#include "base/csv.h"
#include "base/file.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX (1u << 30)
#define SLOW_EXIT 3

struct check {
    const char *board;
    struct xg_csv table;
    uint8_t *placed_bytes, *report_bytes;
    struct xg_json *placed, *report;
    const struct xg_json *cells, *ports;
    unsigned failed, packed;
    bool slow;
};

static const char *text_of(const struct xg_json *value)
{
    return value && value->text ? value->text : "";
}

static double number_of(const struct xg_json *value)
{
    return value && value->kind == XG_JSON_NUMBER ? strtod(value->text, NULL) : 0;
}

static struct xg_json *load(const char *folder, const char *name, uint8_t **bytes,
                            struct xg_error *err)
{
    char path[512];
    size_t size;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return xg_file_read(path, INPUT_MAX, bytes, &size, err)
               ? xg_json_parse((const char *)*bytes, size, err)
               : NULL;
}

/* ---- pads ----------------------------------------------------------------------------------- */

static const char *parameter(const struct xg_json *cell, const char *name)
{
    return text_of(xg_json_get(xg_json_get(cell, "parameters"), name));
}

static const char *place(const struct xg_json *cell)
{
    return text_of(xg_json_get(xg_json_get(cell, "attributes"), "NEXTPNR_BEL"));
}

static bool connected(const struct xg_json *cell, const char *port)
{
    const struct xg_json *bits = xg_json_get(xg_json_get(cell, "connections"), port);
    return bits && bits->count > 0;
}

/* The buffer of a pin: the cell whose B is that net. */
static const struct xg_json *buffer_of(const struct check *c, const struct xg_json *net)
{
    for (const struct xg_json *cell = c->cells->child; cell; cell = cell->next) {
        const struct xg_json *b = xg_json_get(xg_json_get(cell, "connections"), "B");
        if (!strcmp(text_of(xg_json_get(cell, "type")), "TRELLIS_IO") && b && b->child &&
            b->child->raw_length == net->raw_length &&
            !memcmp(b->child->raw, net->raw, net->raw_length))
            return cell;
    }
    return NULL;
}

/* X1/Y2/PIOA and X1/Y2/IOLOGICA (or SIOLOGICA) are the two halves of one I/O cell. */
static bool same_cell(const char *pio, const char *logic)
{
    const char *p = strrchr(pio, '/'), *l = strrchr(logic, '/');
    return p && l && p - pio == l - logic && !strncmp(pio, logic, (size_t)(p - pio)) &&
           !strncmp(p, "/PIO", 4) && strstr(l, "IOLOGIC") && p[4] == l[strlen(l) - 1];
}

static const struct xg_json *registers_of(const struct check *c, const struct xg_json *buffer)
{
    for (const struct xg_json *cell = c->cells->child; cell; cell = cell->next)
        if (strstr(text_of(xg_json_get(cell, "type")), "IOLOGIC") &&
            same_cell(place(buffer), place(cell)))
            return cell;
    return NULL;
}

/* Does the I/O cell hold the register that is asked for, and is the buffer fed from it? */
static bool holds(const struct xg_json *buffer, const struct xg_json *logic, const char *what)
{
    if (!logic || !connected(logic, "CLK"))
        return false;
    if (!strcmp(what, "in"))
        return !strcmp(parameter(logic, "FF.INREGMODE"), "FF") && connected(logic, "INFF") &&
               connected(logic, "PADDI");
    if (!strcmp(what, "out"))
        return !strcmp(parameter(logic, "OUTREG.OUTREGMODE"), "FF") &&
               connected(logic, "TXDATA0") && !strcmp(parameter(buffer, "DATAMUX_OREG"), "IOLDO");
    if (!strcmp(what, "drive"))
        return !strcmp(parameter(logic, "TSREG.OUTREGMODE"), "FF") && connected(logic, "TSDATA0") &&
               !strcmp(parameter(buffer, "TRIMUX_TSREG"), "IOLTO");
    if (!strcmp(what, "delay"))
        return connected(logic, "INDD") && strchr(parameter(logic, "DELAY.DEL_VALUE"), '1');
    return !strcmp(what, "clock") && !strcmp(parameter(logic, "MODE"), "IDDRX1_ODDRX1") &&
           !strcmp(parameter(buffer, "DATAMUX_ODDR"), "IOLDO");
}

static void check_bit(struct check *c, const char *port, unsigned bit, const struct xg_json *net,
                      const char *want)
{
    char words[64];
    const struct xg_json *buffer = buffer_of(c, net);
    const struct xg_json *logic = buffer ? registers_of(c, buffer) : NULL;
    snprintf(words, sizeof words, "%s", want);
    if (!buffer) {
        printf("pad %s[%u]: no I/O buffer\n", port, bit);
        c->failed++;
        return;
    }
    char *rest = NULL;
    for (char *w = strtok_r(words, " ", &rest); w; w = strtok_r(NULL, " ", &rest)) {
        if (!strcmp(w, "none"))
            continue;
        if (holds(buffer, logic, w)) {
            c->packed++;
        } else {
            printf("pad %s[%u] (%s): no '%s' in the I/O cell\n", port, bit, place(buffer), w);
            c->failed++;
        }
    }
}

static const char *wanted(const struct check *c, const char *port)
{
    for (size_t i = 0; i < c->table.rows; i++)
        if (!strcmp(xg_csv_get(&c->table, i, "kind"), "pad") &&
            !strcmp(xg_csv_get(&c->table, i, "name"), port))
            return xg_csv_get(&c->table, i, "value");
    return NULL;
}

static void check_pads(struct check *c)
{
    for (const struct xg_json *p = c->ports->child; p; p = p->next) {
        const char *want = wanted(c, p->key);
        const struct xg_json *bits = xg_json_get(p, "bits");
        unsigned bit = 0;
        if (!want) {
            printf("pad %s is not in the table\n", p->key);
            c->failed++;
        }
        for (const struct xg_json *b = want && bits ? bits->child : NULL; b; b = b->next)
            check_bit(c, p->key, bit++, b, want);
    }
    for (size_t i = 0; i < c->table.rows; i++)
        if (!strcmp(xg_csv_get(&c->table, i, "kind"), "pad") &&
            !xg_json_get(c->ports, xg_csv_get(&c->table, i, "name"))) {
            printf("pad %s of the table is no pin of the top\n", xg_csv_get(&c->table, i, "name"));
            c->failed++;
        }
    printf("pads: %u registers, delays and clock outputs are in their I/O cells\n", c->packed);
}

/* ---- times ---------------------------------------------------------------------------------- */

/* Clock nets are named $glbnet$NAME, with the buffer's name behind it for a pin. */
static bool is_clock(const char *net, const char *name)
{
    const char *p = strstr(net, name);
    return p && (p == net || p[-1] == '$' || p[-1] == ' ') &&
           (p[strlen(name)] == 0 || p[strlen(name)] == '$');
}

static void check_async(struct check *c, const char *clock, double limit)
{
    const struct xg_json *paths = xg_json_get(c->report, "critical_paths");
    double total = 0;
    for (const struct xg_json *p = paths ? paths->child : NULL; p; p = p->next) {
        if (strcmp(text_of(xg_json_get(p, "from")), "<async>") != 0 ||
            !is_clock(text_of(xg_json_get(p, "to")), clock))
            continue;
        const struct xg_json *steps = xg_json_get(p, "path");
        for (const struct xg_json *s = steps ? steps->child : NULL; s; s = s->next)
            total += number_of(xg_json_get(s, "delay"));
    }
    printf("from pins to registers of %s: %.2f ns, at most %.2f\n", clock, total, limit);
    if (total > limit || total == 0) {
        printf("that is too long%s\n", total == 0 ? " or missing" : "");
        c->failed++;
    }
}

static double clock_of(struct check *c, const char *key, const char *name)
{
    const struct xg_json *clocks = xg_json_get(c->report, "fmax");
    for (const struct xg_json *f = clocks ? clocks->child : NULL; f; f = f->next) {
        double got = number_of(xg_json_get(f, "achieved"));
        double need = number_of(xg_json_get(f, "constraint"));
        if (!is_clock(f->key, name))
            continue;
        /* constraints are rounded to picoseconds */
        bool slow = got < need - 0.01;
        printf("%-10s %8.2f MHz, needs %.2f%s\n", key, got, need, slow ? "   too slow" : "");
        c->slow = c->slow || slow;
        return got;
    }
    printf("%-10s is not in the report\n", key);
    c->failed++;
    return 0;
}

static double used(const struct check *c, const char *what)
{
    return number_of(xg_json_get(xg_json_get(xg_json_get(c->report, "utilization"), what), "used"));
}

static bool write_figures(struct check *c, const char *folder, struct xg_error *err)
{
    char path[512], text[2048];
    int n = 0;
    for (size_t i = 0; i < c->table.rows; i++) {
        const char *kind = xg_csv_get(&c->table, i, "kind"),
                   *name = xg_csv_get(&c->table, i, "name"),
                   *value = xg_csv_get(&c->table, i, "value");
        if (!strcmp(kind, "async"))
            check_async(c, name, strtod(value, NULL));
        if (!strcmp(kind, "clock") && (size_t)n < sizeof text - 128)
            n += snprintf(text + n, 128, "board.%s.%s %.1f\n", c->board, name,
                          clock_of(c, name, value));
    }
    printf("LUT4 %.0f, registers %.0f, block RAMs %.0f, multipliers %.0f\n",
           used(c, "TRELLIS_COMB"), used(c, "TRELLIS_FF"), used(c, "DP16KD"),
           used(c, "MULT18X18D"));
    snprintf(text + n, sizeof text - (size_t)n, "board.%s.lut4 %.0f\nboard.%s.ebr %.0f\n", c->board,
             used(c, "TRELLIS_COMB"), c->board, used(c, "DP16KD"));
    snprintf(path, sizeof path, "%s/figures.txt", folder);
    return xg_file_write(path, text, strlen(text), err);
}

static bool run(struct check *c, const char *folder, const char *table, struct xg_error *err)
{
    if (!xg_csv_load(&c->table, table, err) ||
        !(c->placed = load(folder, "placed.json", &c->placed_bytes, err)) ||
        !(c->report = load(folder, "report.json", &c->report_bytes, err)))
        return false;
    const struct xg_json *modules = xg_json_get(c->placed, "modules");
    const struct xg_json *top = modules ? modules->child : NULL;
    c->cells = top ? xg_json_get(top, "cells") : NULL;
    c->ports = top ? xg_json_get(top, "ports") : NULL;
    if (!c->cells || !c->ports) {
        xg_fail(err, XG_E_INPUT, "%s/placed.json holds no placed module", folder);
        return false;
    }
    check_pads(c);
    return write_figures(c, folder, err);
}

int main(int argc, char **argv)
{
    struct xg_error err = {0};
    struct check c = {0};
    if (argc != 4) {
        fprintf(stderr, "usage: bitstream-check FOLDER BOARD TABLE\n");
        return XG_E_INPUT;
    }
    c.board = argv[2];
    if (!run(&c, argv[1], argv[3], &err))
        fprintf(stderr, "bitstream-check: %s\n", err.text);
    xg_json_free(c.placed);
    xg_json_free(c.report);
    free(c.placed_bytes);
    free(c.report_bytes);
    xg_csv_free(&c.table);
    if (err.kind != XG_OK)
        return (int)err.kind;
    return c.failed ? 1 : c.slow ? SLOW_EXIT : 0;
}
