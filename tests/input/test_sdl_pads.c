/* input/sdl_pads with controllers that exist in SDL alone: they come, act and go. */
#include "input/sdl_pads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <SDL.h>
#include <cmocka.h>

#define DEAD 4000

static struct xg_sdl_pads *pads;
static struct xg_pad now[XG_PADS];

static int setup(void **state)
{
    XG_UNUSED(state);
    struct xg_error err = {0};
    pads = xg_sdl_pads_open(DEAD, &err);
    if (!pads)
        print_error("%s\n", err.text);
    return pads ? 0 : -1;
}

static int teardown(void **state)
{
    XG_UNUSED(state);
    for (int i = SDL_NumJoysticks(); i-- > 0;)
        SDL_JoystickDetachVirtual(i);
    xg_sdl_pads_close(pads);
    return 0;
}

/* A controller of the usual layout. Its index changes as others come and go. */
static SDL_JoystickID attach(void)
{
    SDL_VirtualJoystickDesc d = {.version = SDL_VIRTUAL_JOYSTICK_DESC_VERSION,
                                 .type = SDL_JOYSTICK_TYPE_GAMECONTROLLER,
                                 .naxes = SDL_CONTROLLER_AXIS_MAX,
                                 .nbuttons = SDL_CONTROLLER_BUTTON_MAX,
                                 .vendor_id = 0x045e,
                                 .product_id = 0x028e,
                                 .name = "virtual"};
    int index = SDL_JoystickAttachVirtualEx(&d);
    assert_true(index >= 0);
    return SDL_JoystickGetDeviceInstanceID(index);
}

static void detach(SDL_JoystickID id)
{
    for (int i = 0; i < SDL_NumJoysticks(); i++)
        if (SDL_JoystickGetDeviceInstanceID(i) == id) {
            assert_int_equal(SDL_JoystickDetachVirtual(i), 0);
            return;
        }
    fail_msg("no such controller");
}

static void nothing_is_plugged_in_at_first(void **state)
{
    XG_UNUSED(state);
    xg_sdl_pads_sample(pads, now);
    for (unsigned i = 0; i < XG_PADS; i++)
        assert_false(now[i].connected);
}

static void buttons_sticks_and_triggers_arrive(void **state)
{
    XG_UNUSED(state);
    SDL_JoystickID id = attach();
    xg_sdl_pads_sample(pads, now);
    assert_true(now[0].connected);
    assert_false(now[1].connected);
    SDL_Joystick *j = SDL_JoystickFromInstanceID(id);
    assert_non_null(j);
    SDL_JoystickSetVirtualButton(j, SDL_CONTROLLER_BUTTON_A, 1);
    SDL_JoystickSetVirtualButton(j, SDL_CONTROLLER_BUTTON_DPAD_LEFT, 1);
    SDL_JoystickSetVirtualButton(j, SDL_CONTROLLER_BUTTON_RIGHTSHOULDER, 1);
    SDL_JoystickSetVirtualAxis(j, SDL_CONTROLLER_AXIS_LEFTX, 32767);
    SDL_JoystickSetVirtualAxis(j, SDL_CONTROLLER_AXIS_RIGHTY, -32768); /* SDL: up */
    SDL_JoystickSetVirtualAxis(j, SDL_CONTROLLER_AXIS_TRIGGERRIGHT, 32767);
    SDL_JoystickSetVirtualAxis(j, SDL_CONTROLLER_AXIS_TRIGGERLEFT, -32768);
    xg_sdl_pads_sample(pads, now);
    const struct xg_gamepad *g = &now[0].state;
    assert_int_equal(g->buttons, XG_BUTTON_A | XG_BUTTON_LEFT | XG_BUTTON_RIGHT_SHOULDER);
    assert_int_equal(g->left_x, 32767);
    assert_int_equal(g->left_y, 0);
    assert_int_equal(g->right_y, 32767);
    assert_int_equal(g->left_trigger, 0);
    assert_int_equal(g->right_trigger, 255);
    SDL_JoystickSetVirtualAxis(j, SDL_CONTROLLER_AXIS_LEFTX, 3000);
    xg_sdl_pads_sample(pads, now);
    assert_int_equal(now[0].state.left_x, 0); /* in the dead zone */
}

static void a_pad_keeps_its_place_while_others_come_and_go(void **state)
{
    XG_UNUSED(state);
    SDL_JoystickID first = attach();
    xg_sdl_pads_sample(pads, now);
    SDL_JoystickID second = attach();
    xg_sdl_pads_sample(pads, now);
    assert_true(now[0].connected && now[1].connected);
    SDL_JoystickSetVirtualButton(SDL_JoystickFromInstanceID(second), SDL_CONTROLLER_BUTTON_B, 1);
    detach(first);
    xg_sdl_pads_sample(pads, now);
    assert_false(now[0].connected);
    assert_int_equal(now[0].state.buttons, 0);
    assert_int_equal(now[1].state.buttons, XG_BUTTON_B);
    attach();
    xg_sdl_pads_sample(pads, now);
    assert_true(now[0].connected && now[1].connected);
    assert_int_equal(now[1].state.buttons, XG_BUTTON_B);
}

static void keys_have_names(void **state)
{
    XG_UNUSED(state);
    assert_int_equal(xg_sdl_key("Return"), 40); /* USB usage numbers */
    assert_int_equal(xg_sdl_key("Left Shift"), 225);
    assert_int_equal(xg_sdl_key("no such key"), 0);
    assert_int_equal(xg_sdl_key(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_plugged_in_at_first, setup, teardown),
        cmocka_unit_test_setup_teardown(buttons_sticks_and_triggers_arrive, setup, teardown),
        cmocka_unit_test_setup_teardown(a_pad_keeps_its_place_while_others_come_and_go, setup,
                                        teardown),
        cmocka_unit_test(keys_have_names),
    };
    return cmocka_run_group_tests_name("sdl_pads", tests, NULL, NULL);
}
