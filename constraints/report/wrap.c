/* Writes a top for place and route of a module out of context.
 *
 * Every input of the module comes from a register of one long shift register and every output goes
 * to a register; a tree of registered XORs folds these into one pin. So all paths of the module run
 * from register to register and no pin counts. Inputs named clk_i or clk_*_i are the one clock.
 *
 * usage: report-wrap PORTS.json MODULE > WRAP.sv    (PORTS.json: yosys write_json after hierarchy)
 */
#include "base/file.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPORT_MAX (1u << 30)

static bool is_clock(const char *name)
{
    size_t n = strlen(name);
    return !strcmp(name, "clk_i") ||
           (!strncmp(name, "clk_", 4) && n >= 6 && !strcmp(name + n - 2, "_i"));
}

static bool is_input(const struct xg_json *port)
{
    const struct xg_json *direction = xg_json_get(port, "direction");
    return direction && direction->text && !strcmp(direction->text, "input");
}

static size_t width_of(const struct xg_json *port)
{
    const struct xg_json *bits = xg_json_get(port, "bits");
    return bits ? bits->count : 0;
}

static size_t total(const struct xg_json *ports, bool inputs)
{
    size_t sum = 0;
    for (const struct xg_json *p = ports->child; p; p = p->next)
        if (!is_clock(p->key) && is_input(p) == inputs)
            sum += width_of(p);
    return sum;
}

/* Registers x0 .. xN: each a quarter as wide as the one before; the last is one bit. Returns N. */
static unsigned write_tree(size_t outs)
{
    unsigned level = 0;
    printf("  logic [%zu:0] x0_q;\n  always_ff @(posedge clk) x0_q <= outs;\n", outs - 1);
    for (size_t width = outs; width > 1; level++) {
        size_t next = (width + 3) / 4;
        printf("  logic [%zu:0] x%u_q;\n  always_ff @(posedge clk) begin\n", next - 1, level + 1);
        for (size_t k = 0; k < next; k++) {
            size_t high = 4 * k + 3 < width - 1 ? 4 * k + 3 : width - 1;
            printf("    x%u_q[%zu] <= ^x%u_q[%zu:%zu];\n", level + 1, k, level, high, 4 * k);
        }
        printf("  end\n");
        width = next;
    }
    return level;
}

static void write_ports(const struct xg_json *ports)
{
    size_t in = 0, out = 0;
    for (const struct xg_json *p = ports->child; p; p = p->next) {
        bool input = is_input(p);
        size_t *at = input ? &in : &out, width = width_of(p);
        if (is_clock(p->key))
            printf("    .%s(clk)", p->key);
        else
            printf("    .%s(%s[%zu:%zu])", p->key, input ? "in_q" : "outs", *at + width - 1, *at);
        if (!is_clock(p->key))
            *at += width;
        printf("%s\n", p->next ? "," : "");
    }
}

static void write_wrapper(const char *module, const struct xg_json *ports)
{
    size_t ins = total(ports, true), outs = total(ports, false);
    printf("// %zu inputs, %zu outputs; made by constraints/report/wrap.c\n", ins, outs);
    printf("module wrap (input logic clk, input logic si, output logic so);\n"
           "  logic [%zu:0] in_q;\n"
           "  always_ff @(posedge clk) in_q <= {in_q[%zu:0], si};\n"
           "  logic [%zu:0] outs;\n",
           ins - 1, ins - 2, outs - 1);
    unsigned last = write_tree(outs);
    printf("  assign so = x%u_q[0];\n  %s u (\n", last, module);
    write_ports(ports);
    printf("  );\nendmodule\n");
}

int main(int argc, char **argv)
{
    struct xg_error err = {0};
    uint8_t *bytes = NULL;
    size_t size = 0;
    if (argc != 3) {
        fprintf(stderr, "usage: report-wrap PORTS.json MODULE\n");
        return XG_E_INPUT;
    }
    struct xg_json *root = xg_file_read(argv[1], REPORT_MAX, &bytes, &size, &err)
                               ? xg_json_parse((const char *)bytes, size, &err)
                               : NULL;
    const struct xg_json *modules = root ? xg_json_get(root, "modules") : NULL;
    const struct xg_json *module = modules ? xg_json_get(modules, argv[2]) : NULL;
    const struct xg_json *ports = module ? xg_json_get(module, "ports") : NULL;
    if (root && !(ports && total(ports, true) > 1 && total(ports, false) > 0))
        xg_fail(&err, XG_E_INPUT, "%s: no module %s with ports", argv[1], argv[2]);
    else if (root)
        write_wrapper(argv[2], ports);
    if (err.kind != XG_OK)
        fprintf(stderr, "report-wrap: %s\n", err.text);
    xg_json_free(root);
    free(bytes);
    return (int)err.kind;
}
