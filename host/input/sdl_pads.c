#include "input/sdl_pads.h"
#include "input/map.h"

#include <stdlib.h>

#include <SDL.h>

/* SDL ends an effect after this long unless it is asked again. */
#define RUMBLE_MS 1000u

struct xg_sdl_pads {
    SDL_GameController *pads[XG_PADS];
    struct xg_rumble rumble[XG_PADS];
    uint32_t rumbled_at[XG_PADS]; /* SDL_GetTicks */
    unsigned dead;
};

struct xg_sdl_pads *xg_sdl_pads_open(unsigned dead, struct xg_error *err)
{
    struct xg_sdl_pads *p = calloc(1, sizeof *p);
    if (!p) {
        xg_fail(err, XG_E_INPUT, "no controllers: out of memory");
        return NULL;
    }
    p->dead = dead;
    /* A window need not be in front: what a pad does is meant for the title. */
    SDL_SetHint(SDL_HINT_JOYSTICK_ALLOW_BACKGROUND_EVENTS, "1");
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    if (SDL_InitSubSystem(SDL_INIT_GAMECONTROLLER)) {
        xg_fail(err, XG_E_INPUT, "no controllers: %s", SDL_GetError());
        free(p);
        return NULL;
    }
    return p;
}

void xg_sdl_pads_close(struct xg_sdl_pads *p)
{
    if (!p)
        return;
    for (unsigned i = 0; i < XG_PADS; i++)
        if (p->pads[i])
            SDL_GameControllerClose(p->pads[i]);
    SDL_QuitSubSystem(SDL_INIT_GAMECONTROLLER);
    free(p);
}

static bool is_open(const struct xg_sdl_pads *p, SDL_JoystickID id)
{
    for (unsigned i = 0; i < XG_PADS; i++)
        if (p->pads[i] && SDL_JoystickInstanceID(SDL_GameControllerGetJoystick(p->pads[i])) == id)
            return true;
    return false;
}

static void plug(struct xg_sdl_pads *p)
{
    for (unsigned i = 0; i < XG_PADS; i++)
        if (p->pads[i] && !SDL_GameControllerGetAttached(p->pads[i])) {
            SDL_GameControllerClose(p->pads[i]);
            p->pads[i] = NULL;
            p->rumble[i] = (struct xg_rumble){0};
        }
    int count = SDL_NumJoysticks();
    for (int j = 0; j < count; j++) {
        unsigned place = 0;
        while (place < XG_PADS && p->pads[place])
            place++;
        if (place < XG_PADS && SDL_IsGameController(j) &&
            !is_open(p, SDL_JoystickGetDeviceInstanceID(j)))
            p->pads[place] = SDL_GameControllerOpen(j);
    }
}

static int16_t axis(SDL_GameController *c, SDL_GameControllerAxis a)
{
    return SDL_GameControllerGetAxis(c, a);
}

/* SDL's y grows downwards, the console's upwards. */
static int16_t upwards(int16_t y)
{
    return (int16_t)(y == INT16_MIN ? INT16_MAX : -y);
}

static struct xg_gamepad sample(SDL_GameController *c, unsigned dead)
{
    static const struct {
        SDL_GameControllerButton sdl;
        uint16_t button;
    } buttons[] = {
        {SDL_CONTROLLER_BUTTON_DPAD_UP, XG_BUTTON_UP},
        {SDL_CONTROLLER_BUTTON_DPAD_DOWN, XG_BUTTON_DOWN},
        {SDL_CONTROLLER_BUTTON_DPAD_LEFT, XG_BUTTON_LEFT},
        {SDL_CONTROLLER_BUTTON_DPAD_RIGHT, XG_BUTTON_RIGHT},
        {SDL_CONTROLLER_BUTTON_START, XG_BUTTON_START},
        {SDL_CONTROLLER_BUTTON_BACK, XG_BUTTON_BACK},
        {SDL_CONTROLLER_BUTTON_LEFTSTICK, XG_BUTTON_LEFT_THUMB},
        {SDL_CONTROLLER_BUTTON_RIGHTSTICK, XG_BUTTON_RIGHT_THUMB},
        {SDL_CONTROLLER_BUTTON_LEFTSHOULDER, XG_BUTTON_LEFT_SHOULDER},
        {SDL_CONTROLLER_BUTTON_RIGHTSHOULDER, XG_BUTTON_RIGHT_SHOULDER},
        {SDL_CONTROLLER_BUTTON_GUIDE, XG_BUTTON_GUIDE},
        {SDL_CONTROLLER_BUTTON_A, XG_BUTTON_A},
        {SDL_CONTROLLER_BUTTON_B, XG_BUTTON_B},
        {SDL_CONTROLLER_BUTTON_X, XG_BUTTON_X},
        {SDL_CONTROLLER_BUTTON_Y, XG_BUTTON_Y},
    };
    struct xg_gamepad g = {
        /* Of SDL 0 .. 32767. */
        .left_trigger = (uint8_t)(axis(c, SDL_CONTROLLER_AXIS_TRIGGERLEFT) >> 7),
        .right_trigger = (uint8_t)(axis(c, SDL_CONTROLLER_AXIS_TRIGGERRIGHT) >> 7),
        .left_x = axis(c, SDL_CONTROLLER_AXIS_LEFTX),
        .left_y = upwards(axis(c, SDL_CONTROLLER_AXIS_LEFTY)),
        .right_x = axis(c, SDL_CONTROLLER_AXIS_RIGHTX),
        .right_y = upwards(axis(c, SDL_CONTROLLER_AXIS_RIGHTY)),
    };
    for (size_t i = 0; i < XG_COUNTOF(buttons); i++)
        if (SDL_GameControllerGetButton(c, buttons[i].sdl))
            g.buttons |= buttons[i].button;
    xg_stick_dead_zone(&g.left_x, &g.left_y, dead);
    xg_stick_dead_zone(&g.right_x, &g.right_y, dead);
    return g;
}

void xg_sdl_pads_sample(struct xg_sdl_pads *p, struct xg_pad out[XG_PADS])
{
    SDL_GameControllerUpdate();
    plug(p);
    for (unsigned i = 0; i < XG_PADS; i++) {
        out[i] = (struct xg_pad){.connected = p->pads[i] != NULL};
        if (p->pads[i])
            out[i].state = sample(p->pads[i], p->dead);
    }
}

void xg_sdl_pads_rumble(struct xg_sdl_pads *p, unsigned user, struct xg_rumble rumble)
{
    struct xg_rumble *r = &p->rumble[user];
    uint32_t now = SDL_GetTicks();
    bool same = r->left == rumble.left && r->right == rumble.right;
    bool still = !rumble.left && !rumble.right;
    if (!p->pads[user] || (same && (still || now - p->rumbled_at[user] < RUMBLE_MS / 2)))
        return;
    SDL_GameControllerRumble(p->pads[user], rumble.left, rumble.right, RUMBLE_MS);
    *r = rumble;
    p->rumbled_at[user] = now;
}

unsigned xg_sdl_key(const char *name)
{
    return *name ? (unsigned)SDL_GetScancodeFromName(name) : 0;
}
