/* From a keyboard to a pad: which keys stand for which control. Keys are USB usage numbers, the
 * same as SDL_Scancode; names of keys are the caller's. */
#ifndef XG_INPUT_MAP_H
#define XG_INPUT_MAP_H

#include "input/input.h"

#define XG_CONTROLS         25u
#define XG_KEYS_PER_CONTROL 4u

/* A control of a pad: its name in the configuration file and the keys that stand for it there
 * unless the file says otherwise, separated by commas. */
struct xg_control {
    const char *name, *keys;
    uint16_t button; /* or: */
    uint8_t trigger; /* 1 left, 2 right; or: */
    uint8_t stick;   /* 1 left, 2 right, in the direction */
    int8_t x, y;
};
extern const struct xg_control xg_controls[XG_CONTROLS];

struct xg_key_map {
    uint16_t keys[XG_CONTROLS][XG_KEYS_PER_CONTROL]; /* 0: none */
};

/* Takes the keys of one control from text: names separated by commas, "comma" for the key of
 * that name, nothing for none. number() gives the key of a name, 0 for none such. false: err
 * says which name is wrong, without a context. */
bool xg_key_map_set(struct xg_key_map *map, unsigned control, const char *text,
                    unsigned (*number)(const char *name), struct xg_error *err);

/* What the keys that are down (down[key] != 0, `count` keys) say. Opposite directions cancel. */
struct xg_gamepad xg_key_map_gamepad(const struct xg_key_map *map, const uint8_t *down,
                                     size_t count);

/* Two hands on one pad: buttons of both, of each trigger and axis the stronger. */
struct xg_gamepad xg_gamepad_merge(const struct xg_gamepad *a, const struct xg_gamepad *b);

/* A stick within `dead` (0 .. 32766, of 32767) of its middle rests there; outside, what is left
 * is stretched to the full range, so that it starts at zero. */
void xg_stick_dead_zone(int16_t *x, int16_t *y, unsigned dead);

#endif
