/* Which mutants of the Verilated netlist run: XG_MUTANT, numbers with commas between them; none
 * without (tests/mutants/run). */
#include <stdlib.h>

/* A word of 32 mutants, a bit each. */
int xg_mutants(int word);
int xg_mutants(int word)
{
    const char *text = getenv("XG_MUTANT");
    unsigned bits = 0;
    while (text && *text) {
        char *end;
        unsigned long mutant = strtoul(text, &end, 10);
        if (end == text)
            abort(); /* not a number */
        if (mutant / 32 == (unsigned long)word && mutant)
            bits |= 1u << mutant % 32;
        text = *end ? end + 1 : end;
    }
    return (int)bits;
}
