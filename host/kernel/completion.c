/* Completion ports: a queue of packets behind a dispatcher object whose signal state counts
 * them. */
#include "kernel/internal.h"

#include <stdlib.h>

struct xg_packet {
    uint32_t words[4]; /* key, context, status, information */
    struct xg_packet *next;
};

bool xg_packet_queue(struct xg_kernel *k, struct xg_object *port, const uint32_t words[4])
{
    struct xg_packet *p = calloc(1, sizeof *p), **at = &port->packets;
    if (!p)
        return false;
    memcpy(p->words, words, sizeof p->words);
    while (*at)
        at = &(*at)->next;
    *at = p;
    xg_kst32(k, port->body + 4, xg_kld32(k, port->body + 4) + 1);
    xg_wait_signalled(k, port->body);
    return true;
}

void xg_packet_deliver(struct xg_kernel *k, xg_ga port, const xg_ga out[3])
{
    struct xg_object *o = xg_object_at(k, port);
    struct xg_packet *p = o && o->type == XG_OBJECT_COMPLETION ? o->packets : NULL;
    if (!p)
        return;
    o->packets = p->next;
    if (out[0])
        xg_kst32(k, out[0], p->words[0]);
    if (out[1])
        xg_kst32(k, out[1], p->words[1]);
    if (out[2]) {
        xg_kst32(k, out[2], p->words[2]);
        xg_kst32(k, out[2] + 4, p->words[3]);
    }
    free(p);
}

void xg_packets_free(struct xg_object *port)
{
    while (port->packets) {
        struct xg_packet *p = port->packets;
        port->packets = p->next;
        free(p);
    }
}
