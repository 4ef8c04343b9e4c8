#include "app/answers.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_FILE 65536u

bool xg_answers_add(struct xg_answers *a, const char *word, struct xg_error *err)
{
    char **grown = realloc(a->word, (a->count + 1) * sizeof *grown);
    char *copy = strdup(word);
    if (grown)
        a->word = grown;
    if (!grown || !copy) {
        free(copy);
        return xg_fail(err, XG_E_INPUT, "out of memory");
    }
    a->word[a->count++] = copy;
    return true;
}

bool xg_answers_load(struct xg_answers *a, const char *path, struct xg_error *err)
{
    uint8_t *bytes;
    size_t size;
    bool ok = true;
    if (!xg_file_read(path, MAX_FILE, &bytes, &size, err))
        return false;
    for (char *next, *at = (char *)bytes; ok && *at; at = next) {
        next = at + strcspn(at, "\n");
        if (*next)
            *next++ = 0;
        at[strcspn(at, "\r")] = 0;
        if (*at && *at != '#')
            ok = xg_answers_add(a, at, err);
    }
    free(bytes);
    return ok;
}

void xg_answers_free(struct xg_answers *a)
{
    for (size_t i = 0; i < a->count; i++)
        free(a->word[i]);
    free(a->word);
    *a = (struct xg_answers){0};
}

uint32_t xg_answers_next(void *ctx, const struct xg_message_box *box)
{
    struct xg_answers *a = ctx;
    if (a->next == a->count)
        return UINT32_MAX;
    const char *word = a->word[a->next++];
    for (uint32_t i = 0; i < box->count; i++)
        if (!strcasecmp(word, box->button[i]))
            return i;
    char *end;
    unsigned long n = strtoul(word, &end, 10);
    if (*word >= '0' && *word <= '9' && !*end && n < box->count)
        return (uint32_t)n;
    char text[256];
    snprintf(text, sizeof text, "the answer '%.60s' is no button of the box '%.80s'", word,
             box->title);
    if (a->say)
        a->say(NULL, text);
    return UINT32_MAX;
}
