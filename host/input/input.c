#include "input/input.h"
#include "input/history.h"

#include <stdlib.h>
#include <string.h>

struct xg_input *xg_input_create(void)
{
    return calloc(1, sizeof(struct xg_input));
}

void xg_input_destroy(struct xg_input *in)
{
    if (in)
        free(in->changes);
    free(in);
}

static bool same(const struct xg_pad *a, const struct xg_pad *b)
{
    const struct xg_gamepad *x = &a->state, *y = &b->state;
    return a->connected == b->connected && x->buttons == y->buttons &&
           x->left_trigger == y->left_trigger && x->right_trigger == y->right_trigger &&
           x->left_x == y->left_x && x->left_y == y->left_y && x->right_x == y->right_x &&
           x->right_y == y->right_y;
}

bool xg_input_set(struct xg_input *in, xg_time when, unsigned user, const struct xg_pad *pad)
{
    struct xg_pad next = *pad;
    if (!next.connected)
        next.state = (struct xg_gamepad){0};
    next.state.buttons &= XG_BUTTONS_ALL;
    if (same(&next, &in->last[user]))
        return true;
    if (in->count == in->room) {
        size_t room = in->room ? in->room * 2 : 256;
        struct xg_input_change *more = realloc(in->changes, room * sizeof *more);
        if (!more)
            return false;
        in->changes = more;
        in->room = room;
    }
    if (in->count && when < in->changes[in->count - 1].when)
        when = in->changes[in->count - 1].when;
    struct xg_input_change *c = &in->changes[in->count++];
    c->when = when;
    c->user = (uint8_t)user;
    c->packet = ++in->packets[user];
    c->pad = in->last[user] = next;
    return true;
}

struct xg_pad xg_input_get(const struct xg_input *in, xg_time now, unsigned user, uint32_t *packet)
{
    /* The first change that is still to come; before it, the newest of this pad. */
    size_t low = 0, high = in->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (in->changes[middle].when <= now)
            low = middle + 1;
        else
            high = middle;
    }
    while (low && in->changes[low - 1].user != user)
        low--;
    if (packet)
        *packet = low ? in->changes[low - 1].packet : 0;
    return low ? in->changes[low - 1].pad : (struct xg_pad){0};
}

void xg_input_set_rumble(struct xg_input *in, unsigned user, struct xg_rumble rumble)
{
    in->rumble[user] = rumble;
}

struct xg_rumble xg_input_rumble(const struct xg_input *in, unsigned user)
{
    return in->rumble[user];
}
