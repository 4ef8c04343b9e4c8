/* Dates. TIME_FIELDS: s16 year, month, day, hour, minute, second, millisecond, weekday (0 =
 * Sunday). Times are 100 ns since 1601-01-01. */
#include "kernel/internal.h"

#define UNITS_PER_MS  10000ull
#define MS_PER_DAY    86400000ull
#define DAYS_PER_400Y 146097u
#define LAST_YEAR     30827u

static bool is_leap(uint32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static uint32_t month_days(uint32_t year, uint32_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1601-01-01 to the first of January. */
static uint32_t days_before(uint32_t year)
{
    uint32_t n = year - 1601;
    return n * 365 + n / 4 - n / 100 + n / 400;
}

/* Year, month, day, hour, minute, second, millisecond, weekday. */
static void split(uint64_t time, uint32_t f[8])
{
    uint64_t ms = time / UNITS_PER_MS;
    uint32_t day = (uint32_t)(ms / MS_PER_DAY), in_day = (uint32_t)(ms % MS_PER_DAY);
    uint32_t year = 1601 + (uint32_t)((uint64_t)day * 400 / DAYS_PER_400Y), month = 1;
    while (days_before(year) > day)
        year--;
    while (days_before(year + 1) <= day)
        year++;
    uint32_t weekday = (day + 1) % 7; /* 1601-01-01 was a Monday */
    day -= days_before(year);
    while (day >= month_days(year, month))
        day -= month_days(year, month++);
    const uint32_t fields[] = {
        year,          month,  day + 1, in_day / 3600000, in_day / 60000 % 60, in_day / 1000 % 60,
        in_day % 1000, weekday};
    memcpy(f, fields, sizeof fields);
}

enum xg_kcall_result xg_x_RtlTimeToTimeFields(struct xg_kcall *call)
{
    uint32_t fields[8];
    xg_ga out = xg_kcall_u32(call, 1);
    split(xg_kcall_ld64(call, xg_kcall_u32(call, 0)), fields);
    for (uint32_t i = 0; i < 8; i++)
        xg_kcall_st16(call, out + 2 * i, (uint16_t)fields[i]);
    return XG_KCALL_DONE;
}

/* SYSTEMTIME: the weekday stands behind the month. There is no time zone. */
enum xg_kcall_result xg_x_GetLocalTime(struct xg_kcall *call)
{
    static const uint8_t order[] = {0, 1, 7, 2, 3, 4, 5, 6};
    uint32_t fields[8];
    xg_ga out = xg_kcall_u32(call, 0);
    split(xg_system_time(xg_kernel_cpu_now(call->kernel)), fields);
    for (uint32_t i = 0; i < 8; i++)
        xg_kcall_st16(call, out + 2 * i, (uint16_t)fields[order[i]]);
    return XG_KCALL_DONE;
}

/* 1, or 0 for a date that does not exist. */
enum xg_kcall_result xg_x_RtlTimeFieldsToTime(struct xg_kcall *call)
{
    xg_ga in = xg_kcall_u32(call, 0), out = xg_kcall_u32(call, 1);
    uint32_t f[7];
    for (uint32_t i = 0; i < 7; i++)
        f[i] = xg_kcall_ld16(call, in + 2 * i);
    if (f[0] < 1601 || f[0] > LAST_YEAR || f[1] < 1 || f[1] > 12 || f[2] < 1 ||
        f[2] > month_days(f[0], f[1]) || f[3] > 23 || f[4] > 59 || f[5] > 59 || f[6] > 999)
        return xg_kcall_return(call, 0);
    uint64_t days = days_before(f[0]) + f[2] - 1;
    for (uint32_t m = 1; m < f[1]; m++)
        days += month_days(f[0], m);
    uint64_t ms = days * MS_PER_DAY + ((f[3] * 60ull + f[4]) * 60 + f[5]) * 1000 + f[6];
    xg_kcall_st64(call, out, ms * UNITS_PER_MS);
    return xg_kcall_return(call, 1);
}

/* Guest time goes by; nothing else can run on this hardware thread meanwhile. */
enum xg_kcall_result xg_x_KeStallExecutionProcessor(struct xg_kcall *call)
{
    call->kernel->running->now += xg_kcall_u32(call, 0) * 1000ull;
    return XG_KCALL_RESCHEDULE;
}
