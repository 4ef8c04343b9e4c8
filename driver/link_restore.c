/* A device that was lost (unplugged, reset, its host's other life) is found again and brought back:
 * everything that was said to the old one is said to the new one. Runs that were whole are done
 * again to their end; what they tell is compared with what was told before, and not told twice. The
 * run that was under way is begun again, and goes on beyond the place where it was cut.
 *
 * Pages and tiles that a run asked for are sent before it begins: the device finds what it found
 * the first time, whatever memory holds by now. */
#include "driver/link_record.h"

#include <string.h>

#define TRIES      5u /* to bring it back, when it is lost again meanwhile */
#define LOSSES_MAX 8u /* in one run */

static struct xg_link_record *record_of(struct xg_link_device *d)
{
    return &d->record;
}

static const uint32_t *entry(const struct xg_link_device *d, size_t place)
{
    return d->record.words.at + place;
}

static size_t behind(const struct xg_link_device *d, size_t place)
{
    return place + XG_RECORD_HEAD + entry(d, place)[1];
}

static void say(struct xg_link_device *d, const uint32_t *e)
{
    if (e[0] == XG_LINK_CSR_WR && e[2] == XG_CSR_PACKET_BUDGET)
        d->budget = e[XG_RECORD_HEAD];
    xg_link_send(d, (uint8_t)e[0], e[2], e + XG_RECORD_HEAD, e[1]);
    xg_link_flush_posted(d);
}

static void say_frame(struct xg_link_device *d, const uint32_t *e)
{
    uint32_t tile[XG_LINK_TILE_WORDS];
    if (e[0] == XG_LINK_RESET)
        xg_link_soft_reset(d);
    else if (e[0] == XG_LINK_TILE_RD)
        xg_link_ask(d, XG_LINK_TILE_RD, e[2], NULL, 0, XG_LINK_TILE_DATA, XG_LINK_TILE_WORDS, tile);
    else
        say(d, e);
}

/* Answers of the host to a run that works; all can be said before it begins. */
static bool is_answer(uint32_t kind)
{
    return kind == XG_LINK_MEM_WR || kind == XG_LINK_MEM_FILL || kind == XG_LINK_MAP_PAGE ||
           kind == XG_LINK_TILE_WR;
}

static bool same_as_before(struct xg_link_device *d, const uint32_t *end)
{
    const uint32_t *was = end + XG_RECORD_HEAD;
    if ((uint32_t)d->state == end[2] && d->told == (was[0] | (uint64_t)was[1] << 32) &&
        d->told_crc == was[2])
        return true;
    return xg_link_broke(d,
                         "the device was lost, and the one in its place does not do the same: "
                         "%llu effects told",
                         (unsigned long long)d->told);
}

/* The run that begins at `place`; returns the place behind it. One without an end is left at work.
 */
static size_t again(struct xg_link_device *d, size_t place)
{
    const size_t count = d->record.words.count;
    size_t goes = place, end;
    while (entry(d, goes)[0] != XG_RECORD_GOES)
        goes = behind(d, goes);
    for (end = goes; end < count && entry(d, end)[0] != XG_RECORD_END; end = behind(d, end))
        if (is_answer(entry(d, end)[0]))
            say(d, entry(d, end));
    for (size_t at = behind(d, place); at < goes; at = behind(d, at))
        say(d, entry(d, at));
    d->going = true;
    d->stopping = false;
    if (end == count)
        return count;
    xg_link_until_it_stops(d);
    xg_link_deliver(d);
    if (!xg_link_failed(d))
        same_as_before(d, entry(d, end));
    return behind(d, end);
}

static void forget(struct xg_link_device *d)
{
    const struct xg_gpu_counters counted = d->counted;
    d->effects_dropped += d->effects.count;
    xg_words_drop(&d->effects, d->effects.count);
    xg_words_drop(&d->draw, d->draw.count);
    xg_link_lines_forget(d);
    d->effect_count = d->told = d->cost = 0;
    d->told_crc = d->packet = d->silent_tries = 0;
    d->idle_clocks = 0;
    memset(d->perf, 0, sizeof d->perf);
    d->counted = (struct xg_gpu_counters){.link_rx_bytes = counted.link_rx_bytes,
                                          .link_tx_bytes = counted.link_tx_bytes,
                                          .pages_pushed = counted.pages_pushed};
}

static void restore(struct xg_link_device *d)
{
    forget(d);
    if (!xg_link_connect(d) || (!d->transport->zeroed && !xg_link_clear_edram(d)))
        return;
    for (size_t at = 0; at < record_of(d)->words.count && !xg_link_failed(d);) {
        if (entry(d, at)[0] == XG_RECORD_BEGIN) {
            at = again(d, at);
        } else {
            say_frame(d, entry(d, at));
            at = behind(d, at);
        }
    }
}

static bool fail(struct xg_link_device *d, const struct xg_error *why, const char *what)
{
    d->going = false;
    return xg_fail(&d->err, XG_E_DEVICE, "%s%s", why->text, what);
}

bool xg_link_lost(struct xg_link_device *d, const struct xg_error *why, uint64_t *quiet)
{
    const struct xg_link_question question = d->question;
    const enum xg_device_state state = d->state;
    const struct xg_error first = *why;
    *quiet = 0;
    d->lost_again = d->transport->ops->reopen && (d->restoring || !d->ready);
    if (d->restoring || !d->ready || !d->transport->ops->reopen)
        return fail(d, &first, "");
    if (record_of(d)->dropped)
        return fail(d, &first, "; too much was done since the start to do it again");
    if (++d->losses > LOSSES_MAX)
        return fail(d, &first, ", again and again at the same place");
    for (unsigned i = 0; i < TRIES; i++) {
        struct xg_error err = {0};
        d->err = (struct xg_error){0};
        if (!d->transport->ops->reopen(d->transport, &err))
            return xg_fail(&d->err, XG_E_DEVICE, "%s; %s", first.text, err.text);
        d->restoring = true;
        restore(d);
        d->restoring = false;
        if (!xg_link_failed(d)) {
            d->question = question;
            if (!record_of(d)->running)
                d->state = state;
            d->life++;
            return true;
        }
        if (!d->lost_again)
            return false;
    }
    return false;
}
