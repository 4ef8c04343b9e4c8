/* Keystrokes of pads. Codes are XInput's VK_PAD_*; sticks count as pressed beyond a threshold,
 * a held key repeats after 400 ms every 100 ms. */
#include "input/input.h"

#define STICK_PRESSED   0x4000
#define TRIGGER_PRESSED 0x40
#define REPEAT_FIRST_NS 400000000u
#define REPEAT_NS       100000000u

static const struct {
    uint16_t key, button;
} buttons[] = {
    {0x5800, XG_BUTTON_A},
    {0x5801, XG_BUTTON_B},
    {0x5802, XG_BUTTON_X},
    {0x5803, XG_BUTTON_Y},
    {0x5804, XG_BUTTON_RIGHT_SHOULDER},
    {0x5805, XG_BUTTON_LEFT_SHOULDER},
    {0x5810, XG_BUTTON_UP},
    {0x5811, XG_BUTTON_DOWN},
    {0x5812, XG_BUTTON_LEFT},
    {0x5813, XG_BUTTON_RIGHT},
    {0x5814, XG_BUTTON_START},
    {0x5815, XG_BUTTON_BACK},
    {0x5816, XG_BUTTON_LEFT_THUMB},
    {0x5817, XG_BUTTON_RIGHT_THUMB},
};
#define FIRST_TRIGGER XG_COUNTOF(buttons)
#define FIRST_STICK   (FIRST_TRIGGER + 2)
#define KEYS          (FIRST_STICK + 2)
_Static_assert(KEYS == XG_KEYSTROKE_PLACES, "a reader has a place for each key");

/* Direction of a stick as a key: up, down, right, left, then the diagonals; 0: at rest. */
static uint16_t stick_key(int16_t x, int16_t y, uint16_t base)
{
    static const uint8_t codes[3][3] = {            /* left, middle, right */
                                        {8, 2, 7},  /* down */
                                        {4, 0, 3},  /* middle */
                                        {5, 1, 6}}; /* up */
    unsigned column = x > STICK_PRESSED ? 2 : x < -STICK_PRESSED ? 0 : 1;
    unsigned row = y > STICK_PRESSED ? 2 : y < -STICK_PRESSED ? 0 : 1;
    unsigned code = codes[row][column];
    return code ? (uint16_t)(base + code - 1) : 0;
}

/* The virtual key at each place, 0: not pressed. A stick is one place whose key changes. */
static void pressed_keys(const struct xg_gamepad *g, uint16_t keys[KEYS])
{
    for (size_t i = 0; i < XG_COUNTOF(buttons); i++)
        keys[i] = g->buttons & buttons[i].button ? buttons[i].key : 0;
    keys[FIRST_TRIGGER] = g->left_trigger > TRIGGER_PRESSED ? 0x5806 : 0;
    keys[FIRST_TRIGGER + 1] = g->right_trigger > TRIGGER_PRESSED ? 0x5807 : 0;
    keys[FIRST_STICK] = stick_key(g->left_x, g->left_y, 0x5820);
    keys[FIRST_STICK + 1] = stick_key(g->right_x, g->right_y, 0x5830);
}

bool xg_keystroke_next(struct xg_keystroke_reader *r, const struct xg_pad *pad, xg_time now,
                       struct xg_keystroke *out)
{
    uint16_t keys[KEYS];
    pressed_keys(&pad->state, keys);
    for (unsigned i = 0; i < KEYS; i++) {
        if (r->down[i] == keys[i])
            continue;
        if (r->down[i]) { /* up first: a stick goes from one direction to another */
            *out = (struct xg_keystroke){r->down[i], XG_KEYSTROKE_UP};
            r->down[i] = 0;
            if (r->repeat_place == i + 1)
                r->repeat_place = 0;
        } else {
            *out = (struct xg_keystroke){keys[i], XG_KEYSTROKE_DOWN};
            r->down[i] = keys[i];
            r->repeat_place = (uint8_t)(i + 1);
            r->repeat_at = now + REPEAT_FIRST_NS;
        }
        return true;
    }
    if (!r->repeat_place || now < r->repeat_at)
        return false;
    *out = (struct xg_keystroke){r->down[r->repeat_place - 1],
                                 XG_KEYSTROKE_DOWN | XG_KEYSTROKE_REPEAT};
    r->repeat_at = now + REPEAT_NS;
    return true;
}
