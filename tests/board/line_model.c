/* See line_model.h. */
#include "tests/board/line_model.h"

#include <string.h>

#define QUARTERS 4u

/* Eight bits between start and stop; each is looked at in its middle. */
static void hear(struct line_model *l, bool level)
{
    if (l->in_quarter == 0) {
        l->in_quarter = !level;
        l->in_byte = 0;
        return;
    }
    unsigned bit = l->in_quarter / QUARTERS, quarter = l->in_quarter++ % QUARTERS;
    if (quarter != QUARTERS / 2)
        return;
    if (bit >= 1 && bit <= 8)
        l->in_byte |= (unsigned)level << (bit - 1);
    if (bit < 9)
        return;
    l->bad += !level;
    if (l->in_count < LINE_QUEUE)
        l->in[l->in_count++] = (uint8_t)l->in_byte;
    l->in_quarter = 0;
}

static void one_bit(struct line_model *l)
{
    bool level = true;
    if (l->out_from != l->out_to) {
        uint8_t byte = l->out[l->out_from % LINE_QUEUE];
        level = l->out_bit == 0 ? false : l->out_bit == 9 ? true : byte >> (l->out_bit - 1) & 1;
        if (l->out_bit++ == 9) {
            l->out_bit = 0;
            l->out_from++;
        }
    }
    for (unsigned i = 0; i < QUARTERS; i++)
        hear(l, xg_board_sim_serial_quarter(l->board, level));
}

size_t line_model_room(const struct line_model *l)
{
    return LINE_QUEUE - (l->out_to - l->out_from);
}

void line_model_send(struct line_model *l, uint8_t byte)
{
    l->out[l->out_to++ % LINE_QUEUE] = byte;
}

bool line_model_is_idle(const struct line_model *l)
{
    return l->out_from == l->out_to;
}

void line_model_run(struct line_model *l, unsigned bits)
{
    for (unsigned i = 0; i < bits; i++)
        one_bit(l);
}

void line_model_drop(struct line_model *l, size_t count)
{
    l->in_count -= count;
    memmove(l->in, l->in + count, l->in_count);
}
