/* Vectors of the link: words that are sent over a transport, and what comes back
 * (tests/regress/vector_wires.c). */
#ifndef XG_TESTS_REGRESS_WIRE_H
#define XG_TESTS_REGRESS_WIRE_H

#include "driver/transport.h"

#include <stdio.h>

/* One case on a device of its own, whose transport it takes. A line of what came goes to out. */
bool wire_run(struct xg_transport *t, const char *line, size_t length, FILE *out,
              struct xg_error *err);

#endif
