/* Pads as the guest sees them: a history of states by guest time. What a pad is at a moment
 * depends on the history alone, so a run can be recorded and repeated. Knows nothing of SDL.
 *
 * Layout and bits are the console's (XINPUT_GAMEPAD); docs/window.md has the file format. */
#ifndef XG_INPUT_INPUT_H
#define XG_INPUT_INPUT_H

#include "base/error.h"

#define XG_PADS 4u

enum xg_button {
    XG_BUTTON_UP = 0x0001,
    XG_BUTTON_DOWN = 0x0002,
    XG_BUTTON_LEFT = 0x0004,
    XG_BUTTON_RIGHT = 0x0008,
    XG_BUTTON_START = 0x0010,
    XG_BUTTON_BACK = 0x0020,
    XG_BUTTON_LEFT_THUMB = 0x0040,
    XG_BUTTON_RIGHT_THUMB = 0x0080,
    XG_BUTTON_LEFT_SHOULDER = 0x0100,
    XG_BUTTON_RIGHT_SHOULDER = 0x0200,
    XG_BUTTON_GUIDE = 0x0400, /* the system's: titles do not see it */
    XG_BUTTON_A = 0x1000,
    XG_BUTTON_B = 0x2000,
    XG_BUTTON_X = 0x4000,
    XG_BUTTON_Y = 0x8000,
    XG_BUTTONS_ALL = 0xF7FF,
};

/* All zero: nothing pressed. Sticks: up and right are positive. */
struct xg_gamepad {
    uint16_t buttons; /* enum xg_button */
    uint8_t left_trigger, right_trigger;
    int16_t left_x, left_y, right_x, right_y;
};
struct xg_pad {
    bool connected; /* false: the rest is zero */
    struct xg_gamepad state;
};

/* Live input takes effect this much guest time after it was read: later than any moment that a
 * hardware thread can have reached, so that no part of the guest has asked already. */
#define XG_INPUT_DELAY_NS 1000000u

struct xg_input;
/* NULL when out of memory. No pad is connected at first. */
struct xg_input *xg_input_create(void);
void xg_input_destroy(struct xg_input *in); /* NULL: nothing */

/* From guest time `when` on, pad `user` (below XG_PADS) is as given. A state that is the same
 * as the last one changes nothing. A `when` before the last change of any pad is moved up to
 * it. false: out of memory; the state is not taken. */
bool xg_input_set(struct xg_input *in, xg_time when, unsigned user, const struct xg_pad *pad);

/* The pad at guest time `now`. *packet (may be NULL) counts its changes so far. */
struct xg_pad xg_input_get(const struct xg_input *in, xg_time now, unsigned user, uint32_t *packet);

/* What the guest last asked of a pad's motors (0 .. 65535); for the host to play. */
struct xg_rumble {
    uint16_t left, right;
};
void xg_input_set_rumble(struct xg_input *in, unsigned user, struct xg_rumble rumble);
struct xg_rumble xg_input_rumble(const struct xg_input *in, unsigned user);

/* ---- recording: the history as text ---- */

/* Writes what happened up to guest time `end`, where the recording ends. */
bool xg_input_save(const struct xg_input *in, const char *path, xg_time end, struct xg_error *err);
/* Reads a recording into an input without history; *end is where it ends. A malformed file is
 * XG_E_INPUT, naming file and line; `in` is then of no use but to be destroyed. */
bool xg_input_load(struct xg_input *in, const char *path, xg_time *end, struct xg_error *err);

/* ---- keystrokes: changes one by one, as XamInputGetKeystroke gives them ---- */

enum { XG_KEYSTROKE_DOWN = 1, XG_KEYSTROKE_UP = 2, XG_KEYSTROKE_REPEAT = 4 };
struct xg_keystroke {
    uint16_t key;   /* virtual key, 0x5800 .. */
    uint16_t flags; /* DOWN, UP, DOWN | REPEAT */
};
/* A reader's place: what it has been told. All zero at first. */
#define XG_KEYSTROKE_PLACES 18
struct xg_keystroke_reader {
    uint16_t down[XG_KEYSTROKE_PLACES]; /* key that it knows to be down, 0: none */
    xg_time repeat_at;                  /* of the key that went down last */
    uint8_t repeat_place;               /* 1 .. XG_KEYSTROKE_PLACES; 0: none repeats */
};
/* The next change that the reader has not been told at `now`; false: nothing new. */
bool xg_keystroke_next(struct xg_keystroke_reader *r, const struct xg_pad *pad, xg_time now,
                       struct xg_keystroke *out);

#endif
