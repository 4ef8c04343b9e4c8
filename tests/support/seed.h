/* The seed of a test's random cases: XG_SEED, or the test's own. Printed as a comment of TAP.
 * `make test` is the same run each time; `make soak` looks at other seeds. */
#ifndef XG_TESTS_SUPPORT_SEED_H
#define XG_TESTS_SUPPORT_SEED_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static inline uint64_t seed_of_test(uint64_t otherwise)
{
    const char *text = getenv("XG_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 0) : otherwise;
    printf("# seed %" PRIu64 " (XG_SEED)\n", seed);
    return seed;
}

#endif
