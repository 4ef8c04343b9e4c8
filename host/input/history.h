/* Shared by input's files: the history. */
#ifndef XG_INPUT_HISTORY_H
#define XG_INPUT_HISTORY_H

#include "input/input.h"

struct xg_input_change {
    xg_time when; /* never less than that of the change before */
    uint32_t packet;
    uint8_t user;
    struct xg_pad pad;
};
struct xg_input {
    struct xg_input_change *changes;
    size_t count, room;
    struct xg_pad last[XG_PADS]; /* after all changes */
    uint32_t packets[XG_PADS];   /* changes of each pad */
    struct xg_rumble rumble[XG_PADS];
};

#endif
