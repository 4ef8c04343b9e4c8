/* Which mutant of the Verilated netlist runs: XG_MUTANT, 0 for none (tests/mutants/run). */
#include <stdlib.h>

int xg_mutant(void);
int xg_mutant(void)
{
    const char *text = getenv("XG_MUTANT");
    return text ? atoi(text) : 0;
}
