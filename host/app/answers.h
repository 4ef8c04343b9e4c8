/* Answers to the message boxes of a title, one after the other: `--answer WORD`, and the lines of
 * `--answers FILE`. A word is a button's number from 0 on or its text (without regard to case). */
#ifndef XG_APP_ANSWERS_H
#define XG_APP_ANSWERS_H

#include "base/error.h"
#include "kernel/control.h"

struct xg_answers {
    char **word;
    size_t count, next;
    void (*say)(void *ctx, const char *text);
};
bool xg_answers_add(struct xg_answers *a, const char *word, struct xg_error *err);
/* Lines that are empty or begin with # are passed over. */
bool xg_answers_load(struct xg_answers *a, const char *path, struct xg_error *err);
void xg_answers_free(struct xg_answers *a);
/* For xg_kernel_options.message_box; ctx is the struct. */
uint32_t xg_answers_next(void *ctx, const struct xg_message_box *box);

#endif
