/* gcc passes variadic arguments by the SysV rules, the console in 64-bit slots. Which
 * arguments there are only the format string says, so it is read here. */
#include "xg_slots.h"

static const char *skip_number(const char *p, uint64_t *slots, unsigned *count, va_list *list)
{
    if (*p == '*') {
        if (*count < XG_SLOTS_MAX)
            slots[(*count)++] = (uint64_t)(int64_t)va_arg(*list, int);
        return p + 1;
    }
    while (*p >= '0' && *p <= '9')
        p++;
    return p;
}

unsigned xg_slots_of(uint64_t *slots, unsigned count, const char *format, va_list original)
{
    va_list list;
    va_copy(list, original);
    for (const char *p = format; *p && count < XG_SLOTS_MAX; p++) {
        if (*p != '%')
            continue;
        p++;
        while (*p == '-' || *p == '+' || *p == ' ' || *p == '#' || *p == '0')
            p++;
        p = skip_number(p, slots, &count, &list);
        if (*p == '.')
            p = skip_number(p + 1, slots, &count, &list);
        int wide = 0;
        for (;; p++) {
            if (*p == 'l' && p[1] == 'l')
                wide = 1, p++;
            else if (*p == 'I' && p[1] == '6' && p[2] == '4')
                wide = 1, p += 2;
            else if (*p != 'h' && *p != 'l' && *p != 'w')
                break;
        }
        if (!*p || count >= XG_SLOTS_MAX)
            break;
        union {
            double d;
            uint64_t u;
        } v;
        switch (*p) {
        case '%':
            continue;
        case 'e':
        case 'E':
        case 'f':
        case 'F':
        case 'g':
        case 'G':
        case 'a':
        case 'A':
            v.d = va_arg(list, double);
            break;
        case 'd':
        case 'i':
            v.u = wide ? va_arg(list, uint64_t) : (uint64_t)(int64_t)va_arg(list, int);
            break;
        default:
            v.u = wide ? va_arg(list, uint64_t) : va_arg(list, uint32_t);
        }
        slots[count++] = v.u;
    }
    va_end(list);
    return count;
}
