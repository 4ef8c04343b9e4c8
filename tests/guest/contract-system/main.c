/* The system around a title: its controller, device objects, symbolic links, who hears of threads.
 */
#include "../contract/contract.h"
#include "string.h"

static void hardware(void)
{
    uint8_t in[16] = {0x0A}, out[16] = {0};
    HalSendSMCMessage(in, out);
    CHECK(HalSendSMCMessage, out[0] == 0x0A && out[1] == 0x62); /* the tray is closed */
    in[0] = 0x01;
    HalSendSMCMessage(in, out);
    CHECK(HalSendSMCMessage, out[0] == 0x01 && out[1] == HalGetPowerUpCause());
    CHECK(HalGetPowerUpCause, HalGetPowerUpCause() == 0x11);
    in[0] = 0x07;
    HalSendSMCMessage(in, out);
    CHECK(HalSendSMCMessage, out[0] == 0x07 && out[2] > 20 && out[2] < 90 && out[9] == 0);
    in[0] = 0x04; /* its clock: little-endian ms since 2001-11-15 */
    HalSendSMCMessage(in, out);
    uint64_t ms = 0, now;
    for (int i = 5; i; i--)
        ms = ms << 8 | out[i];
    KeQuerySystemTime(&now);
    CHECK(HalSendSMCMessage, now / 10000 - 12650256000000ull - ms < 3);
    memset(out, 0xEE, sizeof out);
    in[0] = 0x99; /* an order: the LEDs */
    HalSendSMCMessage(in, out);
    HalSendSMCMessage(in, 0);
    CHECK(HalSendSMCMessage, out[0] == 0xEE && out[15] == 0xEE);
    uint32_t node[4] = {0x82000000, 0, 5, 5};
    HalRegisterSMCNotification(node, 1);
    CHECK(HalRegisterSMCNotification, node[2] == (uint32_t)&node[2] && node[3] == node[2]);
    HalRegisterSMCNotification(node, 0);
    CHECK(HalRegisterSMCNotification, node[2] == 0);
    uint32_t type = 9;
    CHECK(XeKeysGetConsoleType, XeKeysGetConsoleType(&type) == 0 && type == 2);
    char id[14] = {0};
    id[13] = 'x';
    CHECK(XeKeysGetConsoleID,
          XeKeysGetConsoleID(out, id) == 0 && !memcmp(id, "000000000000", 13) && id[13] == 'x');
    CHECK(XeKeysGetConsoleID, out[4] == 0 && out[5] == 0xEE && XeKeysGetConsoleID(0, 0) == 0);
    CHECK(FscSetCacheElementCount, FscSetCacheElementCount(0, 512) == 0);
    CHECK(FscGetCacheElementCount, FscGetCacheElementCount(0) == 512);
    CHECK(UsbdBootEnumerationDoneEvent, wait_object(__imp_UsbdBootEnumerationDoneEvent, 0) == 0);
}

static void devices(void)
{
    struct ansi_string name;
    uint8_t *device = 0, *second = (uint8_t *)1;
    RtlInitAnsiString(&name, "\\Device\\ContractTest");
    CHECK(IoCreateDevice,
          IoCreateDevice((void *)0x1234, 0x20, &name, 7, 0, &device) == 0 && device);
    CHECK(IoCreateDevice, device[0] == 3 && word_at(device + 8) == 0x1234 &&
                              word_at(device + 0xC) == 0 && device[0x1C] == 7);
    CHECK(IoCreateDevice,
          word_at(device + 0x18) == (uint32_t)device + 0x50 && (word_at(device) & 0xFFFF) == 0x70);
    CHECK(IoDeviceObjectType,
          word_at(device - 8) == (uint32_t)__imp_IoDeviceObjectType); /* object header */
    CHECK(IoCreateDevice,
          IoCreateDevice(0, 0, &name, 7, 0, &second) == (NTSTATUS)0xC0000035 && second == 0);
    IoDeleteDevice(device);
    CHECK(IoDeleteDevice, IoCreateDevice(0, 0, &name, 1, 0, &second) == 0 && second &&
                              word_at(second + 0xC) == (uint32_t)second);
    IoDeleteDevice(second);
}

static void device_lock(void)
{
    uint32_t old = IoAcquireDeviceObjectLock();
    CHECK(IoAcquireDeviceObjectLock, old == 0 && (xg_kpcr32(0x18) >> 24) == 2);
    IoReleaseDeviceObjectLock(old);
    CHECK(IoReleaseDeviceObjectLock, (xg_kpcr32(0x18) >> 24) == 0);
    old = KeRaiseIrqlToDpcLevel();
    CHECK(IoAcquireDeviceObjectLock, IoAcquireDeviceObjectLock() == 2); /* is free again */
    IoReleaseDeviceObjectLock(2);
    CHECK(IoReleaseDeviceObjectLock, (xg_kpcr32(0x18) >> 24) == 2);
    KfLowerIrql(old);
}

static void links(void)
{
    char text[64], target[64] = {0};
    struct ansi_string name, to, small;
    struct object_attributes attributes = {0, &name, 0x40};
    HANDLE h = 0;
    void *object = 0;
    uint32_t length = 0;
    RtlInitAnsiString(&name, "\\??\\contract:");
    RtlInitAnsiString(&to, "\\Device\\Cdrom0\\folder");
    ObCreateSymbolicLink(&name, &to);
    CHECK(NtOpenSymbolicLinkObject, NtOpenSymbolicLinkObject(&h, &attributes) == 0 && h);
    CHECK(ObSymbolicLinkObjectType,
          ObReferenceObjectByHandle(h, __imp_ObSymbolicLinkObjectType, &object) == 0);
    ObDereferenceObject(object);
    struct ansi_string got = {0, sizeof target, target};
    CHECK(NtQuerySymbolicLinkObject, NtQuerySymbolicLinkObject(h, &got, &length) == 0 &&
                                         length == 21 && got.length == 21 &&
                                         !memcmp(target, to.text, 21));
    small = (struct ansi_string){0, 20, text};
    CHECK(NtQuerySymbolicLinkObject,
          NtQuerySymbolicLinkObject(h, &small, 0) == (NTSTATUS)0xC0000023 && small.length == 0);
    NtClose(h);
    ObDeleteSymbolicLink(&name);
    CHECK(NtOpenSymbolicLinkObject,
          NtOpenSymbolicLinkObject(&h, &attributes) == OBJECT_NAME_NOT_FOUND && h == 0);
}

/* ---- registered routines hear of threads: highest priority first, on the thread itself ---- */

static uint32_t first_node[4], second_node[4];
static char log[32];
static uint32_t logged, heard_thread, ran_as;

static void note(char c)
{
    if (logged + 1 < sizeof log)
        log[logged++] = c;
}
__attribute__((used)) static uint32_t first(void *node, void *thread, uint32_t create)
{
    note(node == first_node && thread == kthread() ? create ? 'A' : 'a' : '?');
    heard_thread = (uint32_t)thread;
    return 0;
}
XG_CALLBACK(first_entry, first)
__attribute__((used)) static uint32_t second(void *node, void *thread, uint32_t create)
{
    note(node == second_node && (uint32_t)thread == heard_thread ? create ? 'B' : 'b' : '?');
    return 0;
}
XG_CALLBACK(second_entry, second)
__attribute__((used)) static uint32_t body(void *context)
{
    ran_as = (uint32_t)kthread();
    note('x');
    if (context)
        ExTerminateThread(5);
    return 6;
}
XG_CALLBACK(body_entry, body)

static void notifications(void)
{
    first_node[0] = (uint32_t)first_entry;
    first_node[1] = 9;
    second_node[0] = (uint32_t)second_entry;
    second_node[1] = 4;
    ExRegisterThreadNotification(second_node, 1);
    ExRegisterThreadNotification(first_node, 1);
    HANDLE h = spawn(body_entry, 0, 0);
    wait_handle(h, MS(20));
    NtClose(h);
    CHECK(ExRegisterThreadNotification, !memcmp(log, "ABxba", 6) && ran_as == heard_thread);
    ExRegisterThreadNotification(second_node, 0);
    void *thread = 0;
    h = spawn(body_entry, (void *)1, 0);
    ObReferenceObjectByHandle(h, 0, &thread);
    wait_handle(h, MS(20));
    NtClose(h);
    CHECK(ExRegisterThreadNotification,
          !memcmp(log, "ABxbaAxa", 9) && word_at((char *)thread + 0x140) == 5);
    ObDereferenceObject(thread);
    ExRegisterThreadNotification(first_node, 0);
    h = spawn(body_entry, 0, 0);
    wait_handle(h, MS(20));
    NtClose(h);
    CHECK(ExRegisterThreadNotification, !memcmp(log, "ABxbaAxax", 10));
}

int main(void)
{
    hardware();
    devices();
    device_lock();
    links();
    notifications();
    CHECK(KeSetDisableBoostThread, KeSetDisableBoostThread(kthread(), 1) == 0 &&
                                       KeSetDisableBoostThread(kthread(), 0) == 1 &&
                                       KeSetDisableBoostThread(kthread(), 0) == 0);
    return failed;
}
