/* Effects in words; see compare.h. */
#include "gpu/compare.h"

#include <stdio.h>
#include <string.h>

/* at: offset of the first byte that differs (MEM). */
static void describe(const struct xg_gpu_effect *e, uint32_t at, char *to, size_t size)
{
    static const char *const producers[] = {"command processor", "resolve"};
    switch (e->kind) {
    case XG_GPU_REG:
        snprintf(to, size, "register 0x%04X = 0x%08X", e->address, e->value);
        break;
    case XG_GPU_MEM:
        at &= ~3u;
        snprintf(to, size, "memory 0x%08X = bytes %02x%02x%02x%02x (%u bytes from 0x%08X, %s)",
                 e->address + at, e->bytes[at], e->bytes[at + 1], e->bytes[at + 2],
                 e->bytes[at + 3], e->size, e->address, producers[e->producer & 1]);
        break;
    case XG_GPU_IRQ:
        snprintf(to, size, "interrupt mask 0x%02X", e->value);
        break;
    case XG_GPU_SWAP:
        snprintf(to, size, "swap 0x%08X %ux%u", e->address, e->width, e->height);
        break;
    case XG_GPU_WAIT:
        snprintf(to, size,
                 "%s on %s 0x%08X (function %u, endian %u, reference 0x%08X, mask 0x%08X)",
                 e->wait->conditional ? "condition" : "wait",
                 e->wait->is_register ? "register" : "memory", e->wait->address, e->wait->function,
                 e->wait->endian, e->wait->reference, e->wait->mask);
        break;
    case XG_GPU_DELEGATE:
        snprintf(to, size, "draw %u delegated (initiator 0x%08X, %zu registers, %zu words)",
                 e->draw->sequence, e->draw->initiator, e->draw->reg_count,
                 e->draw->immediate_count);
        break;
    case XG_GPU_IDLE:
        snprintf(to, size, "idle, read pointer 0x%X", e->value);
        break;
    case XG_GPU_ERROR:
        snprintf(to, size, "error bit 0x%X, address 0x%08X", e->value, e->address);
        break;
    }
}

static bool same_wait(const struct xg_gpu_wait *a, const struct xg_gpu_wait *b)
{
    return a->is_register == b->is_register && a->conditional == b->conditional &&
           a->function == b->function && a->endian == b->endian && a->address == b->address &&
           a->reference == b->reference && a->mask == b->mask;
}

/* First register or word of two draw records that differs, as text; false when none does. */
static bool draw_difference(const struct xg_gpu_draw *a, const struct xg_gpu_draw *b, char *to,
                            size_t size)
{
    size_t n = a->reg_count < b->reg_count ? a->reg_count : b->reg_count;
    for (size_t i = 0; i < n; i++)
        if (a->regs[i].index != b->regs[i].index || a->regs[i].value != b->regs[i].value) {
            snprintf(to, size,
                     "register 0x%04X = 0x%08X in one record, 0x%04X = 0x%08X in the other",
                     a->regs[i].index, a->regs[i].value, b->regs[i].index, b->regs[i].value);
            return true;
        }
    if (a->reg_count != b->reg_count) {
        const struct xg_gpu_draw *longer = a->reg_count > n ? a : b;
        snprintf(to, size, "register 0x%04X = 0x%08X in one record only", longer->regs[n].index,
                 longer->regs[n].value);
        return true;
    }
    n = a->immediate_count < b->immediate_count ? a->immediate_count : b->immediate_count;
    for (size_t i = 0; i < n; i++)
        if (a->immediate[i] != b->immediate[i]) {
            snprintf(to, size, "inline word %zu: 0x%08X, 0x%08X", i, a->immediate[i],
                     b->immediate[i]);
            return true;
        }
    to[0] = 0;
    return a->immediate_count != b->immediate_count || a->sequence != b->sequence ||
           a->opcode != b->opcode || a->initiator != b->initiator || a->dma_base != b->dma_base ||
           a->dma_size != b->dma_size;
}

static uint32_t first_byte(const struct xg_gpu_effect *a, const struct xg_gpu_effect *b)
{
    uint32_t n = a->size < b->size ? a->size : b->size, i = 0;
    while (i < n && a->bytes[i] == b->bytes[i])
        i++;
    return i < n ? i : 0;
}

void xg_gpu_effect_describe(const struct xg_gpu_effect *e, char *to, size_t size)
{
    describe(e, 0, to, size);
}

/* What the effects say, cost and packet number aside. more: details of draws. */
static bool same_content(const struct xg_gpu_effect *a, const struct xg_gpu_effect *b, char *more,
                         size_t size)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case XG_GPU_MEM:
        return a->address == b->address && a->producer == b->producer && a->size == b->size &&
               memcmp(a->bytes, b->bytes, a->size) == 0;
    case XG_GPU_WAIT:
        return same_wait(a->wait, b->wait);
    case XG_GPU_DELEGATE:
        return !draw_difference(a->draw, b->draw, more, size);
    default:
        return a->address == b->address && a->value == b->value && a->width == b->width &&
               a->height == b->height;
    }
}

bool xg_gpu_effect_difference(const struct xg_gpu_effect *a, const char *a_name,
                              const struct xg_gpu_effect *b, const char *b_name, char *to,
                              size_t size)
{
    char ta[192], tb[192], more[160] = "";
    bool same = same_content(a, b, more, sizeof more);
    if (same && a->cost == b->cost && a->packet == b->packet)
        return false;
    uint32_t at = a->kind == XG_GPU_MEM && b->kind == XG_GPU_MEM ? first_byte(a, b) : 0;
    describe(a, at, ta, sizeof ta);
    describe(b, at, tb, sizeof tb);
    if (same)
        snprintf(to, size,
                 "packet %u, %s: %s puts it in packet %u at cost %llu, %s in packet %u at "
                 "cost %llu",
                 a->packet, ta, a_name, a->packet, (unsigned long long)a->cost, b_name, b->packet,
                 (unsigned long long)b->cost);
    else
        snprintf(to, size, "packet %u: %s says %s; %s says %s%s%s", a->packet, a_name, ta, b_name,
                 tb, more[0] ? "; " : "", more);
    return true;
}
