/* CRC-32C of the link's frames: what a flipped bit adds to the checksum depends only on how far it
 * is from the end, since the step is linear (tests/formal/run shows that of the core's cell). A
 * frame is damaged unseen by one bit if that is nothing, by two if they add the same: so no two may
 * agree, over every bit of the longest frame with its checksum. Exit status 0: so it is. */
#include "gpu/xg_device_gen.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define BITS (32u * (2u + XG_LINK_MAX_WORDS + 1u)) /* header, address, payload, checksum */

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static uint32_t adds[BITS];
    /* A broken variant must be found: x^32 + 1 has period 32. */
    const uint32_t polynomial = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 16) : 0x82F63B78u;
    uint32_t s = 0x80000000u; /* the last bit on the wire, reflected */
    for (uint32_t i = 0; i < BITS; i++) {
        adds[i] = s;
        s = s >> 1 ^ (s & 1 ? polynomial : 0);
    }
    qsort(adds, BITS, sizeof adds[0], compare);
    for (uint32_t i = 0; i < BITS; i++)
        if (adds[i] == 0 || (i && adds[i] == adds[i - 1])) {
            printf("not every error of two bits in %u is caught\n", BITS);
            return 1;
        }
    printf("every error of one or two bits in %u is caught\n", BITS);
    return 0;
}
