#include "input/map.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FULL 32767

const struct xg_control xg_controls[XG_CONTROLS] = {
    {"a", "Z, Space", XG_BUTTON_A, 0, 0, 0, 0},
    {"b", "X", XG_BUTTON_B, 0, 0, 0, 0},
    {"x", "C", XG_BUTTON_X, 0, 0, 0, 0},
    {"y", "V", XG_BUTTON_Y, 0, 0, 0, 0},
    {"up", "Up", XG_BUTTON_UP, 0, 0, 0, 0},
    {"down", "Down", XG_BUTTON_DOWN, 0, 0, 0, 0},
    {"left", "Left", XG_BUTTON_LEFT, 0, 0, 0, 0},
    {"right", "Right", XG_BUTTON_RIGHT, 0, 0, 0, 0},
    {"start", "Return", XG_BUTTON_START, 0, 0, 0, 0},
    {"back", "Backspace", XG_BUTTON_BACK, 0, 0, 0, 0},
    {"guide", "Home", XG_BUTTON_GUIDE, 0, 0, 0, 0},
    {"left-shoulder", "Q", XG_BUTTON_LEFT_SHOULDER, 0, 0, 0, 0},
    {"right-shoulder", "E", XG_BUTTON_RIGHT_SHOULDER, 0, 0, 0, 0},
    {"left-thumb", "F", XG_BUTTON_LEFT_THUMB, 0, 0, 0, 0},
    {"right-thumb", "G", XG_BUTTON_RIGHT_THUMB, 0, 0, 0, 0},
    {"left-trigger", "1", 0, 1, 0, 0, 0},
    {"right-trigger", "3", 0, 2, 0, 0, 0},
    {"left-stick-up", "W", 0, 0, 1, 0, 1},
    {"left-stick-down", "S", 0, 0, 1, 0, -1},
    {"left-stick-left", "A", 0, 0, 1, -1, 0},
    {"left-stick-right", "D", 0, 0, 1, 1, 0},
    {"right-stick-up", "I", 0, 0, 2, 0, 1},
    {"right-stick-down", "K", 0, 0, 2, 0, -1},
    {"right-stick-left", "J", 0, 0, 2, -1, 0},
    {"right-stick-right", "L", 0, 0, 2, 1, 0},
};

bool xg_key_map_set(struct xg_key_map *map, unsigned control, const char *text,
                    unsigned (*number)(const char *name), struct xg_error *err)
{
    uint16_t keys[XG_KEYS_PER_CONTROL] = {0};
    size_t count = 0;
    text += strspn(text, " \t");
    while (*text) {
        char name[64];
        size_t length = strcspn(text, ","), next = length + (text[length] == ',');
        while (length && strchr(" \t", text[length - 1]))
            length--;
        snprintf(name, sizeof name, "%.*s", (int)length, text);
        unsigned key = length < sizeof name ? number(strcmp(name, "comma") ? name : ",") : 0;
        if (!key || key > UINT16_MAX)
            return xg_fail(err, XG_E_INPUT, "'%s' is no key", name);
        if (count == XG_KEYS_PER_CONTROL)
            return xg_fail(err, XG_E_INPUT, "more than %u keys", XG_KEYS_PER_CONTROL);
        keys[count++] = (uint16_t)key;
        text += next;
        text += strspn(text, " \t");
    }
    memcpy(map->keys[control], keys, sizeof keys);
    return true;
}

static bool is_down(const uint16_t *keys, const uint8_t *down, size_t count)
{
    for (size_t i = 0; i < XG_KEYS_PER_CONTROL; i++)
        if (keys[i] && keys[i] < count && down[keys[i]])
            return true;
    return false;
}

struct xg_gamepad xg_key_map_gamepad(const struct xg_key_map *map, const uint8_t *down,
                                     size_t count)
{
    struct xg_gamepad g = {0};
    int axes[3][2] = {{0}}; /* by stick: x, y */
    for (unsigned i = 0; i < XG_CONTROLS; i++) {
        const struct xg_control *c = &xg_controls[i];
        if (!is_down(map->keys[i], down, count))
            continue;
        g.buttons |= c->button;
        if (c->trigger)
            *(c->trigger == 1 ? &g.left_trigger : &g.right_trigger) = 255;
        axes[c->stick][0] += c->x;
        axes[c->stick][1] += c->y;
    }
    g.left_x = (int16_t)(axes[1][0] * FULL);
    g.left_y = (int16_t)(axes[1][1] * FULL);
    g.right_x = (int16_t)(axes[2][0] * FULL);
    g.right_y = (int16_t)(axes[2][1] * FULL);
    return g;
}

static int16_t stronger(int16_t a, int16_t b)
{
    return abs(a) >= abs(b) ? a : b;
}

struct xg_gamepad xg_gamepad_merge(const struct xg_gamepad *a, const struct xg_gamepad *b)
{
    return (struct xg_gamepad){
        .buttons = a->buttons | b->buttons,
        .left_trigger = a->left_trigger > b->left_trigger ? a->left_trigger : b->left_trigger,
        .right_trigger = a->right_trigger > b->right_trigger ? a->right_trigger : b->right_trigger,
        .left_x = stronger(a->left_x, b->left_x),
        .left_y = stronger(a->left_y, b->left_y),
        .right_x = stronger(a->right_x, b->right_x),
        .right_y = stronger(a->right_y, b->right_y),
    };
}

/* What the host measures may differ from host to host; what is recorded is the result. */
void xg_stick_dead_zone(int16_t *x, int16_t *y, unsigned dead)
{
    double length = sqrt((double)*x * *x + (double)*y * *y);
    if (length <= dead) {
        *x = *y = 0;
        return;
    }
    double scale = (length - dead) / (FULL - dead) * FULL / length;
    double sx = *x * scale, sy = *y * scale;
    *x = (int16_t)(sx > FULL ? FULL : sx < -FULL - 1 ? -FULL - 1 : sx);
    *y = (int16_t)(sy > FULL ? FULL : sy < -FULL - 1 ? -FULL - 1 : sy);
}
