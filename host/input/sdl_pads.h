/* Game controllers of the host, by SDL; they may come and go at any time. One thread only. */
#ifndef XG_INPUT_SDL_PADS_H
#define XG_INPUT_SDL_PADS_H

#include "input/input.h"

struct xg_sdl_pads;
/* dead: dead zone of the sticks, see xg_stick_dead_zone. NULL when SDL's controllers cannot be
 * used: err says why. */
struct xg_sdl_pads *xg_sdl_pads_open(unsigned dead, struct xg_error *err);
void xg_sdl_pads_close(struct xg_sdl_pads *p); /* NULL: nothing */
/* Looks at all controllers now. The first that is plugged in is pad 0, and so on; one that is
 * pulled out frees its place for the next. */
void xg_sdl_pads_sample(struct xg_sdl_pads *p, struct xg_pad out[XG_PADS]);
/* Plays what the guest asks of the motors; does nothing where there are none. */
void xg_sdl_pads_rumble(struct xg_sdl_pads *p, unsigned user, struct xg_rumble rumble);
/* Number of a key by its name on the keyboard ("Return", "Left Shift"), 0: none. */
unsigned xg_sdl_key(const char *name);

#endif
