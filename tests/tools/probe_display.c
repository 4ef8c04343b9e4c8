/* Says whether a window can be opened: exit 0, or 1 with the reason on stderr. Used by
 * tests/run-demo, because DISPLAY alone does not tell whether anyone answers there. */
#include "gpu/present/window.h"

#include <stdio.h>

int main(void)
{
    struct xg_error err = {0};
    struct xg_window *w = xg_window_create("Xenogate", 64, 64, &err);
    if (!w)
        fprintf(stderr, "%s\n", err.text);
    xg_window_destroy(w);
    return w ? 0 : 1;
}
