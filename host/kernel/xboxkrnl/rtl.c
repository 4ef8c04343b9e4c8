/* Run-time library basics: memory, strings, code conversion, status translation. */
#include "kernel/errors.h"
#include "kernel/internal.h"

/* ---- memory ---- */

/* Bytes equal from the start, in whole words. */
enum xg_kcall_result xg_x_RtlCompareMemoryUlong(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0);
    uint32_t size = xg_kcall_u32(call, 1) & ~3u, value = xg_kcall_u32(call, 2), n = 0;
    while (n < size && !call->faulted && xg_kcall_ld32(call, at + n) == value)
        n += 4;
    return xg_kcall_return(call, n);
}

enum xg_kcall_result xg_x_RtlCompareMemory(struct xg_kcall *call)
{
    xg_ga a = xg_kcall_u32(call, 0), b = xg_kcall_u32(call, 1);
    uint32_t size = xg_kcall_u32(call, 2), n = 0;
    while (n < size && !call->faulted && xg_kcall_ld8(call, a + n) == xg_kcall_ld8(call, b + n))
        n++;
    return xg_kcall_return(call, n);
}

enum xg_kcall_result xg_x_RtlFillMemoryUlong(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0);
    uint32_t size = xg_kcall_u32(call, 1) & ~3u, value = xg_kcall_u32(call, 2);
    uint8_t part[4096];
    for (uint32_t i = 0; i < sizeof part; i += 4)
        xg_st32be(part + i, value);
    for (uint32_t n = 0, run; n < size && !call->faulted; n += run) {
        run = size - n < sizeof part ? size - n : (uint32_t)sizeof part;
        xg_kcall_write(call, at + n, part, run);
    }
    return XG_KCALL_DONE;
}

/* ---- counted strings: 0 length, 2 maximum, 4 buffer ---- */

/* unit: bytes of a character. NULL text gives an empty string. */
static enum xg_kcall_result init_string(struct xg_kcall *call, uint32_t unit)
{
    xg_ga at = xg_kcall_u32(call, 0), text = xg_kcall_u32(call, 1);
    uint32_t n = 0, most = (0xFFFFu - unit) / unit * unit;
    while (text && n < most && !call->faulted &&
           (unit == 2 ? xg_kcall_ld16(call, text + n) : xg_kcall_ld8(call, text + n)))
        n += unit;
    xg_kcall_st16(call, at, (uint16_t)n);
    xg_kcall_st16(call, at + 2, (uint16_t)(text ? n + unit : 0));
    xg_kcall_st32(call, at + 4, text);
    return XG_KCALL_DONE;
}
enum xg_kcall_result xg_x_RtlInitAnsiString(struct xg_kcall *call)
{
    return init_string(call, 1);
}
enum xg_kcall_result xg_x_RtlInitUnicodeString(struct xg_kcall *call)
{
    return init_string(call, 2);
}

enum xg_kcall_result xg_x_RtlFreeAnsiString(struct xg_kcall *call)
{
    xg_ga at = xg_kcall_u32(call, 0), buffer = xg_kcall_ld32(call, at + 4);
    if (buffer && !call->faulted)
        xg_pool_free(call->kernel, buffer);
    xg_kcall_st32(call, at, 0);
    xg_kcall_st32(call, at + 4, 0);
    return XG_KCALL_DONE;
}

enum xg_kcall_result xg_x_RtlCopyString(struct xg_kcall *call)
{
    xg_ga to = xg_kcall_u32(call, 0), from = xg_kcall_u32(call, 1);
    uint32_t n = from ? xg_kcall_ld16(call, from) : 0, most = xg_kcall_ld16(call, to + 2);
    n = n < most ? n : most;
    xg_ga out = xg_kcall_ld32(call, to + 4), in = from ? xg_kcall_ld32(call, from + 4) : 0;
    for (uint32_t i = 0; i < n && !call->faulted; i++)
        xg_kcall_st8(call, out + i, xg_kcall_ld8(call, in + i));
    xg_kcall_st16(call, to, (uint16_t)n);
    return XG_KCALL_DONE;
}

static uint8_t upper(uint8_t c)
{
    bool latin = (c >= 0xE0 && c <= 0xFE && c != 0xF7);
    return (c >= 'a' && c <= 'z') || latin ? (uint8_t)(c - 0x20) : c;
}

static uint8_t lower(uint8_t c)
{
    bool latin = (c >= 0xC0 && c <= 0xDE && c != 0xD7);
    return (c >= 'A' && c <= 'Z') || latin ? (uint8_t)(c + 0x20) : c;
}

enum xg_kcall_result xg_x_RtlUpperChar(struct xg_kcall *call)
{
    return xg_kcall_return(call, upper((uint8_t)xg_kcall_u32(call, 0)));
}
enum xg_kcall_result xg_x_RtlLowerChar(struct xg_kcall *call)
{
    return xg_kcall_return(call, lower((uint8_t)xg_kcall_u32(call, 0)));
}

static enum xg_kcall_result compare(struct xg_kcall *call, xg_ga a, uint32_t an, xg_ga b,
                                    uint32_t bn, bool fold)
{
    uint32_t n = an < bn ? an : bn;
    for (uint32_t i = 0; i < n && !call->faulted; i++) {
        uint8_t x = xg_kcall_ld8(call, a + i), y = xg_kcall_ld8(call, b + i);
        int32_t d = fold ? upper(x) - upper(y) : x - y;
        if (d)
            return xg_kcall_return(call, (uint32_t)d);
    }
    return xg_kcall_return(call, an - bn);
}

enum xg_kcall_result xg_x_RtlCompareString(struct xg_kcall *call)
{
    xg_ga a = xg_kcall_u32(call, 0), b = xg_kcall_u32(call, 1);
    return compare(call, xg_kcall_ld32(call, a + 4), xg_kcall_ld16(call, a),
                   xg_kcall_ld32(call, b + 4), xg_kcall_ld16(call, b),
                   xg_kcall_u32(call, 2) & 0xFF);
}

/* A negative count: the text ends with a zero byte. */
static uint32_t counted(struct xg_kcall *call, xg_ga at, int32_t n)
{
    uint32_t size = 0;
    if (n >= 0)
        return (uint32_t)n;
    while (!call->faulted && xg_kcall_ld8(call, at + size))
        size++;
    return size;
}

enum xg_kcall_result xg_x_RtlCompareStringN(struct xg_kcall *call)
{
    xg_ga a = xg_kcall_u32(call, 0), b = xg_kcall_u32(call, 2);
    uint32_t an = counted(call, a, (int32_t)xg_kcall_u32(call, 1));
    uint32_t bn = counted(call, b, (int32_t)xg_kcall_u32(call, 3));
    return compare(call, a, an, b, bn, xg_kcall_u32(call, 4) & 0xFF);
}

/* ---- code conversion: Latin-1 both ways; sizes in bytes ---- */

#define PART 256u /* characters at a time */

enum xg_kcall_result xg_x_RtlMultiByteToUnicodeN(struct xg_kcall *call)
{
    xg_ga to = xg_kcall_u32(call, 0), written = xg_kcall_u32(call, 2), from = xg_kcall_u32(call, 3);
    uint32_t room = xg_kcall_u32(call, 1) / 2, n = xg_kcall_u32(call, 4);
    uint8_t narrow[PART], wide[2 * PART] = {0};
    n = n < room ? n : room;
    for (uint32_t i = 0, part; i < n; i += part) {
        part = n - i < PART ? n - i : PART;
        if (!xg_kcall_read(call, from + i, narrow, part))
            break;
        for (uint32_t c = 0; c < part; c++)
            wide[2 * c + 1] = narrow[c];
        if (!xg_kcall_write(call, to + 2 * i, wide, 2 * part))
            break;
    }
    if (written)
        xg_kcall_st32(call, written, 2 * n);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

enum xg_kcall_result xg_x_RtlUnicodeToMultiByteN(struct xg_kcall *call)
{
    xg_ga to = xg_kcall_u32(call, 0), written = xg_kcall_u32(call, 2), from = xg_kcall_u32(call, 3);
    uint32_t room = xg_kcall_u32(call, 1), n = xg_kcall_u32(call, 4) / 2;
    uint8_t narrow[PART], wide[2 * PART];
    n = n < room ? n : room;
    for (uint32_t i = 0, part; i < n; i += part) {
        part = n - i < PART ? n - i : PART;
        if (!xg_kcall_read(call, from + 2 * i, wide, 2 * part))
            break;
        for (uint32_t c = 0; c < part; c++)
            narrow[c] = wide[2 * c] ? '?' : wide[2 * c + 1];
        if (!xg_kcall_write(call, to + i, narrow, part))
            break;
    }
    if (written)
        xg_kcall_st32(call, written, n);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

/* to, from, allocate: a string of the pool, or what fits with status 80000005. */
enum xg_kcall_result xg_x_RtlUnicodeStringToAnsiString(struct xg_kcall *call)
{
    xg_ga to = xg_kcall_u32(call, 0), from = xg_kcall_u32(call, 1);
    uint32_t n = xg_kcall_ld16(call, from) / 2, status = XG_ST_SUCCESS;
    xg_ga in = xg_kcall_ld32(call, from + 4), out;
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (xg_kcall_u32(call, 2) & 0xFF) {
        out = xg_pool_alloc(call->kernel, n + 1, 0x72747341);
        if (!out)
            return xg_kcall_return(call, XG_ST_NO_MEMORY);
        xg_kcall_st16(call, to + 2, (uint16_t)(n + 1));
        xg_kcall_st32(call, to + 4, out);
    } else {
        uint32_t room = xg_kcall_ld16(call, to + 2);
        out = xg_kcall_ld32(call, to + 4);
        if (!room)
            return xg_kcall_return(call, XG_ST_BUFFER_OVERFLOW);
        if (n >= room) {
            n = room - 1;
            status = XG_ST_BUFFER_OVERFLOW;
        }
    }
    for (uint32_t i = 0; i < n && !call->faulted; i++) {
        uint16_t c = xg_kcall_ld16(call, in + 2 * i);
        xg_kcall_st8(call, out + i, c > 0xFF ? '?' : (uint8_t)c);
    }
    xg_kcall_st8(call, out + n, 0);
    xg_kcall_st16(call, to, (uint16_t)n);
    return xg_kcall_return(call, status);
}

/* As the console's table has it: Latin-1 alone has capitals. */
enum xg_kcall_result xg_x_RtlUpcaseUnicodeChar(struct xg_kcall *call)
{
    uint32_t c = xg_kcall_u32(call, 0) & 0xFFFF;
    if ((c >= 'a' && c <= 'z') || (c >= 0xE0 && c <= 0xFE && c != 0xF7))
        c -= 0x20;
    else if (c == 0xFF)
        c = 0x178;
    return xg_kcall_return(call, c);
}

/* ---- status -> Win32 ---- */

enum xg_kcall_result xg_x_RtlNtStatusToDosError(struct xg_kcall *call)
{
    return xg_kcall_return(call, xg_win32_error(xg_kcall_u32(call, 0)));
}

/* ---- executable headers ---- */

/* Walks the optional headers of the XEX header copy. The low byte of an id says where the
 * value is: 00 in the table itself, 01 the table's word (its address is answered), else
 * at an offset from the header. */
enum xg_kcall_result xg_x_RtlImageXexHeaderField(struct xg_kcall *call)
{
    xg_ga header = xg_kcall_u32(call, 0);
    uint32_t want = xg_kcall_u32(call, 1), count = xg_kcall_ld32(call, header + 0x14);
    for (uint32_t i = 0; i < count && !call->faulted; i++) {
        xg_ga at = header + 0x18 + 8 * i;
        if (xg_kcall_ld32(call, at) != want)
            continue;
        uint32_t value = xg_kcall_ld32(call, at + 4);
        if ((want & 0xFF) == 0)
            return xg_kcall_return(call, value);
        return xg_kcall_return(call, (want & 0xFF) == 1 ? at + 4 : header + value);
    }
    return xg_kcall_return(call, 0);
}
