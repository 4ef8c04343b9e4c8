/* Checksums, names and storage of the link; see link.h. */
#include "driver/link.h"

#include <stdlib.h>
#include <string.h>

#define POLYNOMIAL 0x82F63B78u /* Castagnoli, reflected: RFC 3720 */

void xg_crc32c_init(struct xg_crc32c *c)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t v = i;
        for (int bit = 0; bit < 8; bit++)
            v = v >> 1 ^ (v & 1 ? POLYNOMIAL : 0);
        c->table[0][i] = v;
    }
    for (uint32_t i = 0; i < 256; i++)
        for (int n = 1; n < 4; n++) {
            uint32_t v = c->table[n - 1][i];
            c->table[n][i] = v >> 8 ^ c->table[0][v & 255];
        }
}

uint32_t xg_crc32c_words(const struct xg_crc32c *c, uint32_t crc, const uint32_t *words,
                         size_t count)
{
    crc = ~crc;
    for (size_t i = 0; i < count; i++) {
        uint32_t v = crc ^ words[i];
        crc = c->table[3][v & 255] ^ c->table[2][v >> 8 & 255] ^ c->table[1][v >> 16 & 255] ^
              c->table[0][v >> 24];
    }
    return ~crc;
}

uint32_t *xg_words_room(struct xg_words *w, size_t n)
{
    if (w->first && w->first + w->count + n > w->capacity) {
        memmove(w->at, w->at + w->first, w->count * sizeof *w->at);
        w->first = 0;
    }
    if (w->count + n > w->capacity) {
        size_t capacity = 2 * (w->count + n);
        uint32_t *bigger = realloc(w->at, capacity * sizeof *bigger);
        if (!bigger)
            return NULL;
        w->at = bigger;
        w->capacity = capacity;
    }
    return w->at + w->first + w->count;
}

void xg_words_drop(struct xg_words *w, size_t n)
{
    w->first += n;
    w->count -= n;
    if (w->count == 0)
        w->first = 0;
}

void xg_link_init(struct xg_link *l, bool device_end)
{
    memset(l, 0, sizeof *l);
    xg_crc32c_init(&l->crc);
    l->device_end = device_end;
}

void xg_link_free(struct xg_link *l)
{
    free(l->out.at);
    l->out = (struct xg_words){0};
}

unsigned xg_link_class(uint8_t op)
{
    switch (op) {
    case XG_LINK_MAP_PAGE:
    case XG_LINK_TILE_WR:
    case XG_LINK_WAIT_DONE:
    case XG_LINK_DELEGATE_DONE:
    case XG_LINK_HELLO_ACK:
    case XG_LINK_CSR_DATA:
    case XG_LINK_MEM_DATA:
    case XG_LINK_FENCE_ACK:
    case XG_LINK_TILE_DATA:
    case XG_LINK_REFUSED:
        return XG_LINK_CLASS_ANSWER;
    case XG_LINK_CSR_RD:
    case XG_LINK_MEM_RD:
    case XG_LINK_TILE_RD:
    case XG_LINK_FENCE:
    case XG_LINK_HELLO:
    case XG_LINK_FAULT:
        return XG_LINK_CLASS_REQUEST;
    default:
        return XG_LINK_CLASS_POSTED;
    }
}

const char *xg_link_op_name(uint8_t op)
{
    switch (op) {
#define NAME(name)                                                                                 \
    case XG_LINK_##name:                                                                           \
        return #name;
        NAME(CSR_WR)
        NAME(CSR_RD)
        NAME(MEM_WR)
        NAME(MEM_RD)
        NAME(MEM_FILL)
        NAME(MAP_PAGE)
        NAME(FENCE)
        NAME(TILE_WR)
        NAME(TILE_RD)
        NAME(DELEGATE_DONE)
        NAME(CREDIT)
        NAME(RESET)
        NAME(HELLO)
        NAME(WAIT_DONE)
        NAME(AGAIN)
        NAME(HELLO_ACK)
        NAME(CSR_DATA)
        NAME(MEM_DATA)
        NAME(FENCE_ACK)
        NAME(IRQ)
        NAME(FAULT)
        NAME(DELEGATE)
        NAME(MEM_PUSH)
        NAME(SWAP)
        NAME(PAGE_DIRTY)
        NAME(NAK)
        NAME(CREDIT_GRANT)
        NAME(TRACE)
        NAME(WAIT)
        NAME(TILE_DATA)
        NAME(IDLE)
        NAME(ERROR)
        NAME(TILE_REQ)
        NAME(REFUSED)
        NAME(PAUSED)
#undef NAME
    default:
        return "unknown operation";
    }
}

const char *xg_link_refusal(uint32_t reason)
{
    switch (reason) {
    case XG_LINK_NAK_OPCODE:
        return "no such operation";
    case XG_LINK_NAK_ARGUMENT:
        return "address or length out of range";
    default:
        return "unknown reason";
    }
}
