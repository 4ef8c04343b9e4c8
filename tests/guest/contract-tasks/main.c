/* Tasks: once, at intervals, changed, cancelled, asked to end, when an object is signalled. */
#include "../contract/contract.h"

#define PERIODIC  0x00000008u
#define FIRE_ONCE 0x01000000u

static volatile uint32_t turns, last, ended;

__attribute__((used)) static uint32_t count(uint32_t message)
{
    turns++;
    last = message;
    return 0;
}
XG_CALLBACK(count_entry, count)

__attribute__((used)) static uint32_t other(uint32_t message)
{
    last = message + 1;
    return 0;
}
XG_CALLBACK(other_entry, other)

/* Runs until it is asked to end. */
__attribute__((used)) static uint32_t patient(uint32_t message)
{
    while (!XamTaskShouldExit())
        sleep_ms(1);
    ended = message;
    return 0;
}
XG_CALLBACK(patient_entry, patient)

static void once(void)
{
    HANDLE h = 0;
    uint32_t attributes[2] = {PERIODIC | FIRE_ONCE, 5};
    CHECK(XamTaskSchedule, XamTaskSchedule(count_entry, (void *)7, 0, &h) == 0);
    XamTaskWaitOnCompletion(h);
    CHECK(XamTaskWaitOnCompletion, turns == 1 && last == 7 && wait_handle(h, 0) == 0);
    XamTaskWaitOnCompletion(h); /* done: at once */
    XamTaskCancel(h);
    CHECK(XamTaskCancel, turns == 1);
    CHECK(XamTaskCloseHandle, XamTaskCloseHandle(h) == 1);
    turns = 0;
    CHECK(XamTaskSchedule, XamTaskSchedule(count_entry, (void *)8, attributes, &h) == 0);
    CHECK(XamTaskSchedule, wait_handle(h, MS(3)) == TIMEOUT && turns == 0);
    CHECK(XamTaskSchedule, wait_handle(h, MS(4)) == 0 && turns == 1);
    sleep_ms(12);
    CHECK(XamTaskSchedule, turns == 1);
    XamTaskCloseHandle(h);
}

static void at_intervals(void)
{
    HANDLE h = 0;
    uint32_t attributes[2] = {PERIODIC | 0x200000, 10}, got[2] = {0};
    turns = 0;
    XamTaskSchedule(count_entry, (void *)1, attributes, &h);
    sleep_ms(35);
    CHECK(XamTaskSchedule, turns == 3);
    CHECK(XamTaskGetAttributes,
          XamTaskGetAttributes(h, got) == 0 && got[0] == attributes[0] && got[1] == 10);
    CHECK(XamTaskGetAttributes, XamTaskGetAttributes(0xF8FFFF00, got) == 0x80070006);
    got[1] = 2;
    XamTaskModify(h, 4 | 2, 0, (void *)9, got); /* from now on each 2 ms, with a 9 */
    turns = 0;
    sleep_ms(9);
    CHECK(XamTaskModify, turns == 4 && last == 9);
    XamTaskModify(h, 1, other_entry, 0, 0);
    sleep_ms(4);
    CHECK(XamTaskModify, turns == 4 && last == 10);
    CHECK(XamTaskCancel, wait_handle(h, 0) == TIMEOUT);
    XamTaskCancel(h);
    last = 0;
    CHECK(XamTaskCancel, wait_handle(h, 0) == 0);
    sleep_ms(10);
    CHECK(XamTaskCancel, last == 0);
    CHECK(XamTaskGetAttributes, XamTaskGetAttributes(h, got) == 0x80070006);
    XamTaskCloseHandle(h);
}

static void asked_to_end(void)
{
    HANDLE h = 0, slow = 0;
    uint32_t attributes[2] = {PERIODIC, 2};
    XamTaskSchedule(patient_entry, (void *)5, 0, &h);
    XamTaskSchedule(patient_entry, (void *)6, attributes, &slow); /* misses its turns */
    sleep_ms(20);
    CHECK(XamTaskShouldExit, ended == 0 && XamTaskShouldExit() == 0);
    XamTaskCancel(h);
    CHECK(XamTaskShouldExit, wait_handle(h, MS(10)) == 0 && ended == 5);
    CHECK(XamTaskCancel, wait_handle(slow, 0) == TIMEOUT);
    XamTaskCancel(slow);
    XamTaskWaitOnCompletion(slow);
    CHECK(XamTaskWaitOnCompletion, ended == 6);
    XamTaskCloseHandle(h), XamTaskCloseHandle(slow);
}

static void when_signalled(void)
{
    HANDLE event = 0, h = 0, none = 0;
    void *object = 0;
    NtCreateEvent(&event, 0, 1, 0); /* resets itself */
    ObReferenceObjectByHandle(event, 0, &object);
    uint32_t by_handle[2] = {1 | 0x08000000, (uint32_t)event}, by_object[2] = {1, (uint32_t)object};
    turns = 0;
    CHECK(XamTaskSchedule, XamTaskSchedule(count_entry, (void *)3, by_handle, &h) == 0);
    sleep_ms(5);
    CHECK(XamTaskSchedule, turns == 0);
    for (uint32_t i = 1; i <= 3; i++) {
        NtSetEvent(event, 0);
        sleep_ms(2);
        CHECK(XamTaskSchedule, turns == i && last == 3);
    }
    CHECK(XamTaskCancel, wait_handle(h, 0) == TIMEOUT);
    XamTaskCancel(h);
    CHECK(XamTaskCancel, wait_handle(h, MS(2)) == 0 && turns == 3);
    XamTaskCloseHandle(h);
    by_object[0] |= FIRE_ONCE;
    CHECK(XamTaskSchedule, XamTaskSchedule(count_entry, (void *)4, by_object, &h) == 0);
    NtSetEvent(event, 0);
    CHECK(XamTaskSchedule, wait_handle(h, MS(5)) == 0 && turns == 4 && last == 4);
    by_handle[1] = 0xF8FFFF00;
    CHECK(XamTaskSchedule,
          XamTaskSchedule(count_entry, 0, by_handle, &none) == 0x80070006 && !none);
    XamTaskCloseHandle(h), ObDereferenceObject(object), NtClose(event);
}

int main(void)
{
    once();
    at_intervals();
    asked_to_end();
    when_signalled();
    return failed;
}
