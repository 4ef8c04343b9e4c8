/* XAM: locale, users, notifications, message boxes, launch data, tasks, networking without a
 * cable, the Win32 names. */
#include "../contract/contract.h"
#include "string.h"

/* 0 result, 4 length, 8 thread, C event, 10 routine, 14 context, 18 extended error */
static uint32_t overlapped[7];
#define PENDING 0x3E5

static void locale(void)
{
    uint32_t mode[12];
    CHECK(XGetAVPack, XGetAVPack() == 8);
    CHECK(XGetLanguage, XGetLanguage() == 1);
    CHECK(XGetGameRegion, XGetGameRegion() == 0xFFFF);
    XGetVideoMode(mode);
    CHECK(XGetVideoMode, mode[0] == 1280 && mode[1] == 720 && mode[5] == 0x42700000);
    CHECK(XamGetSystemVersion, XamGetSystemVersion() >> 28 == 2);
    CHECK(XamUpdateGetCurrentSystemVersion,
          XamUpdateGetCurrentSystemVersion() == XamGetSystemVersion());
    void *execution = 0;
    CHECK(XamGetExecutionId, XamGetExecutionId(&execution) == 0
                                 ? word_at((char *)execution + 0xC) == XamGetCurrentTitleId()
                                 : execution == 0);
    CHECK(XamGetCurrentTitleId, XamGetCurrentTitleId() == XamGetCurrentTitleId());
    XamSetDashContext(0x77);
    CHECK(XamSetDashContext, XamGetDashContext() == 0x77);
    CHECK(XamGetDashContext, XamGetDashContext() == 0x77);
    CHECK(XamEnableInactivityProcessing, XamEnableInactivityProcessing(1, 0) == 0);
}

static void users(void)
{
    static uint32_t info[10];
    uint64_t xuid = 0, wish[4] = {0};
    char name[16];
    uint32_t may = 9;
    CHECK(XamUserGetSigninState, XamUserGetSigninState(0) == 1 && XamUserGetSigninState(1) == 0);
    CHECK(XamUserGetSigninInfo, XamUserGetSigninInfo(0, 0, info) == 0 && info[0] >> 28 == 0xE &&
                                    info[3] == 1 && info[6] != 0);
    CHECK(XamUserGetSigninInfo, XamUserGetSigninInfo(1, 0, info) == 0x80070525 && info[0] == 0);
    CHECK(XamUserGetXUID, XamUserGetXUID(0, 1, &xuid) == 0 && xuid >> 60 == 0xE);
    wish[0] = xuid;
    CHECK(XamUserGetXUID, XamUserGetXUID(0, 2, &xuid) == 0x80070525 && xuid == 0);
    CHECK(XamUserGetName, XamUserGetName(0, name, 4) == 0 && name[0] && name[3] == 0);
    CHECK(XamUserGetName, XamUserGetName(2, name, 16) == 0x80070525);
    CHECK(XamUserCheckPrivilege, XamUserCheckPrivilege(0, 254, &may) == 0 && may == 0);
    CHECK(XamUserCheckPrivilege, XamUserCheckPrivilege(1, 254, &may) == 0x525);
    CHECK(XamUserLogon, XamUserLogon(wish, 0, 0) == 0);
    wish[1] = 0x1234;
    CHECK(XamUserLogon, XamUserLogon(wish, 0, 0) == 0x525);
}

static volatile uint32_t apc_ran;
__attribute__((used)) static void completed(uint32_t result, uint32_t length, void *which)
{
    apc_ran = result == 0 && length == 0 && which == overlapped;
}
XG_CALLBACK(completed_entry, completed)

static void notifications(void)
{
    uint32_t id = 0, parameter = 0, answer = 9;
    static const uint16_t text[] = {'H', 'i', 0}, yes[] = {'Y', 0}, no[] = {'N', 0};
    const uint16_t *buttons[2] = {yes, no};
    int64_t no_time = 0;
    HANDLE h = XamNotifyCreateListener(1, 0), other = XamNotifyCreateListenerInternal(2, 1, 0);
    CHECK(XamNotifyCreateListener, h >= 0xF8000000 && wait_handle(h, 0) == 0);
    CHECK(XNotifyGetNext, XNotifyGetNext(h, 0, &id, &parameter) == 1 && id == 9 && parameter == 1);
    CHECK(XNotifyGetNext,
          XNotifyGetNext(h, 0xA, &id, &parameter) == 1 && id == 0xA && parameter == 1);
    while (XNotifyGetNext(h, 0, &id, &parameter)) {
    }
    CHECK(XNotifyGetNext, id == 0 && parameter == 0 && wait_handle(h, 0) == TIMEOUT);
    overlapped[3] = 0;
    overlapped[4] = (uint32_t)completed_entry;
    NtCreateEvent(&overlapped[3], 0, 0, 0);
    CHECK(XamShowMessageBoxUIEx, XamShowMessageBoxUIEx(0xFF, text, text, 2, buttons, 1, 0, 0,
                                                       &answer, overlapped) == PENDING);
    CHECK(XamShowMessageBoxUIEx, overlapped[0] == PENDING && XamIsUIActive() == 1);
    CHECK(XamIsUIActive, XamIsUIActive() == 1);
    uint32_t second = 9; /* one box at a time */
    CHECK(XamShowMessageBoxUI,
          XamShowMessageBoxUI(0, text, text, 2, buttons, 0, 0, &second, 0) == 5 && second == 9);
    CHECK(XamShowMessageBoxUIEx, wait_handle(overlapped[3], MS(400)) == TIMEOUT);
    CHECK(XamShowMessageBoxUIEx, wait_handle(overlapped[3], MS(300)) == 0);
    CHECK(XamShowMessageBoxUIEx, overlapped[0] == 0 && overlapped[6] == 0 && answer == 1);
    CHECK(XamShowMessageBoxUIEx, KeDelayExecutionThread(1, 1, &no_time) == 0xC0 && apc_ran == 1);
    CHECK(XNotifyGetNext, XNotifyGetNext(h, 0, &id, &parameter) == 1 && id == 9 && parameter == 1);
    CHECK(XNotifyGetNext, XNotifyGetNext(h, 0, &id, &parameter) == 1 && id == 9 && parameter == 0);
    answer = 9; /* without an overlapped the call waits */
    uint32_t before = xg_timebase();
    CHECK(XamShowMessageBoxUI,
          XamShowMessageBoxUI(0, text, text, 2, buttons, 0, 0, &answer, 0) == 0 && answer == 0);
    CHECK(XamShowMessageBoxUI, xg_timebase() - before > 25000000);
    CHECK(XamShowMessageBoxUI,
          XamShowMessageBoxUI(0, text, text, 0, buttons, 0, 0, &answer, 0) == 0x57);
    CHECK(XamIsUIActive, XamIsUIActive() == 0);
    CHECK(XamNotifyCreateListenerInternal, XNotifyGetNext(other, 0, &id, &parameter) == 0);
    CHECK(XNotifyQueueUI, XNotifyQueueUI(0, 0, 1, text, 0) == 0);
    XNotifyPositionUI(0);
    CHECK(XNotifyPositionUI, 1);
    NtClose(overlapped[3]), NtClose(h), NtClose(other);
}

static volatile uint32_t task_ran;
__attribute__((used)) static uint32_t task(uint32_t message)
{
    task_ran = message;
    return 0;
}
XG_CALLBACK(task_entry, task)

static void launching(void)
{
    uint32_t size = 9;
    char data[4] = {0};
    HANDLE h = 0;
    CHECK(XamLoaderGetLaunchData, XamLoaderGetLaunchData(data, 4) == 0x490);
    CHECK(XamLoaderSetLaunchData, XamLoaderSetLaunchData("abc", 3) == 0);
    CHECK(XamLoaderGetLaunchDataSize, XamLoaderGetLaunchDataSize(&size) == 0 && size == 3);
    CHECK(XamLoaderGetLaunchData, XamLoaderGetLaunchData(data, 4) == 0 && !memcmp(data, "abc", 3));
    CHECK(XamTaskSchedule, XamTaskSchedule(task_entry, (void *)0x321, 0, &h) == 0 && h);
    CHECK(XamTaskSchedule, wait_handle(h, MS(20)) == 0 && task_ran == 0x321);
    CHECK(XamTaskShouldExit, XamTaskShouldExit() == 0);
    CHECK(XamTaskCloseHandle, XamTaskCloseHandle(h) == 1 && XamTaskCloseHandle(h) == 0);
}

static void network(void)
{
    static uint8_t data[0x190], address[0x24];
    uint32_t set[3] = {1, 77, 0};
    CHECK(NetDll_XNetStartup, NetDll_XNetStartup(1, 0) == 0);
    CHECK(NetDll_WSAStartup, NetDll_WSAStartup(1, 0x0202, data) == 0 && data[1] == 2);
    CHECK(NetDll_WSAStartupEx, NetDll_WSAStartupEx(1, 0x0202, data, 0) == 0);
    CHECK(NetDll_XNetGetEthernetLinkStatus, NetDll_XNetGetEthernetLinkStatus(1) == 0);
    CHECK(NetDll_XNetGetTitleXnAddr, NetDll_XNetGetTitleXnAddr(1, address) == 1);
    CHECK(NetDll_socket,
          NetDll_socket(1, 2, 1, 6) == 0xFFFFFFFF && NetDll_WSAGetLastError() == 10050);
    NetDll_WSASetLastError(5);
    CHECK(NetDll_WSASetLastError, NetDll_WSAGetLastError() == 5);
    CHECK(NetDll_WSAGetLastError, GetLastError() == 5);
#define REFUSED(name, ...)                                                                         \
    CHECK(name, name(__VA_ARGS__) == 0xFFFFFFFF && NetDll_WSAGetLastError() == 10038)
    REFUSED(NetDll_closesocket, 1, 7);
    REFUSED(NetDll_shutdown, 1, 7, 2);
    REFUSED(NetDll_ioctlsocket, 1, 7, 0, 0);
    REFUSED(NetDll_setsockopt, 1, 7, 0, 0, 0, 0);
    REFUSED(NetDll_bind, 1, 7, 0, 0);
    REFUSED(NetDll_connect, 1, 7, 0, 0);
    REFUSED(NetDll_listen, 1, 7, 1);
    REFUSED(NetDll_accept, 1, 7, 0, 0);
    REFUSED(NetDll_select, 1, 7, 0, 0, 0, 0);
    REFUSED(NetDll_recv, 1, 7, 0, 0, 0);
    REFUSED(NetDll_recvfrom, 1, 7, 0, 0, 0, 0, 0);
    REFUSED(NetDll_send, 1, 7, 0, 0, 0);
    REFUSED(NetDll_sendto, 1, 7, 0, 0, 0, 0, 0);
    REFUSED(NetDll_WSASendTo, 1, 7, 0, 0, 0, 0, 0, 0, 0, 0);
    CHECK(NetDll___WSAFDIsSet,
          NetDll___WSAFDIsSet(77, set) == 1 && NetDll___WSAFDIsSet(78, set) == 0);
    CHECK(NetDll_inet_addr, NetDll_inet_addr(1, "10.0.2.255") == 0x0A0002FF);
    CHECK(NetDll_inet_addr, NetDll_inet_addr(1, "10.0.256.1") == 0xFFFFFFFF &&
                                NetDll_inet_addr(1, "10.0.1") == 0xFFFFFFFF);
    CHECK(NetDll_WSACleanup, NetDll_WSACleanup(1) == 0);
    CHECK(NetDll_XNetCleanup, NetDll_XNetCleanup(1, 0) == 0);
}

static volatile uint32_t thread_ran;
__attribute__((used)) static uint32_t a_thread(void *context)
{
    thread_ran = (uint32_t)context;
    return GetCurrentThreadId();
}
XG_CALLBACK(a_thread_entry, a_thread)

static void win32(void)
{
    HANDLE e = CreateEventA(0, 0, 0, "a win32 event"),
           again = CreateEventA(0, 0, 0, "a win32 event");
    uint32_t id = 0;
    uint64_t counter = 0, frequency = 0, now = 0;
    uint32_t file_time[2];
    CHECK(CreateEventA, e && again && e != again && GetLastError() == 183);
    CHECK(GetLastError, GetLastError() == 183);
    CHECK(SetEvent, SetEvent(e) == 1 && WaitForSingleObject(again, 0) == 0);
    CHECK(WaitForSingleObject, WaitForSingleObject(e, 1) == TIMEOUT);
    CHECK(WaitForSingleObject, WaitForSingleObject(0x1234, 1) == 0xFFFFFFFF && GetLastError() == 6);
    SetEvent(e);
    CHECK(ResetEvent, ResetEvent(e) == 1 && WaitForSingleObjectEx(e, 0, 0) == TIMEOUT);
    CHECK(WaitForSingleObjectEx, WaitForSingleObjectEx(e, 1, 1) == TIMEOUT);
    CHECK(CloseHandle, CloseHandle(e) == 1 && CloseHandle(e) == 0);
    CloseHandle(again);
    HANDLE t = CreateThread(0, 0, a_thread_entry, (void *)0x99, 4, &id);
    CHECK(CreateThread, t && id && WaitForSingleObject(t, 1) == TIMEOUT && thread_ran == 0);
    CHECK(ResumeThread,
          ResumeThread(t) == 1 && WaitForSingleObject(t, 20) == 0 && thread_ran == 0x99);
    CloseHandle(t);
    CHECK(GetCurrentThreadId, GetCurrentThreadId() == word_at((char *)kthread() + 0x14C));
    CHECK(QueryPerformanceFrequency,
          QueryPerformanceFrequency(&frequency) == 1 && frequency == 50000000);
    CHECK(QueryPerformanceCounter,
          QueryPerformanceCounter(&counter) == 1 && xg_timebase() - (uint32_t)counter < 1000);
    Sleep(2);
    CHECK(Sleep, xg_timebase() - (uint32_t)counter >= 2 * 50000);
    GetSystemTimeAsFileTime(file_time);
    KeQuerySystemTime(&now);
    CHECK(GetSystemTimeAsFileTime,
          (uint32_t)(now >> 32) == file_time[1] && (uint32_t)now - file_time[0] < 100);
    OutputDebugStringA("PASS OutputDebugStringA\n");
    static const uint16_t wide[] = {'P', 'A', 'S', 'S', ' ', 'O', 'u', 't', 'p', 'u', 't', 'D',
                                    'e', 'b', 'u', 'g', 'S', 't', 'r', 'i', 'n', 'g', 'W', 0};
    OutputDebugStringW(wide);
    DebugBreak();
    CHECK(DebugBreak, 1);
    char from[5] = "copy", to[5] = "";
    CHECK(XMemCpy, XMemCpy(to, from, 5) == to && !memcmp(to, "copy", 5));
}

static void pads(void)
{
    uint32_t state[4], capabilities[5], keystroke[2];
    uint32_t got = XamInputGetState(0, 1, state);
    CHECK(XamInputGetState, (got == 0 || got == 0x48F) && XamInputGetState(4, 1, state) == 0x48F);
    CHECK(XamInputGetCapabilities, XamInputGetCapabilities(0, 1, capabilities) == got);
    CHECK(XamInputGetCapabilitiesEx, XamInputGetCapabilitiesEx(1, 0, 1, capabilities) == got);
    keystroke[0] = keystroke[1] = 0;
    uint32_t user = 0xFF, vibration = 0;
    CHECK(XamInputSetState, XamInputSetState(0, 0, &vibration) == got);
    uint32_t key = XamInputGetKeystroke(0, 0, keystroke);
    CHECK(XamInputGetKeystroke, key == 0x10D2 || key == 0x48F);
    CHECK(XamInputGetKeystrokeEx, XamInputGetKeystrokeEx(&user, 0, keystroke) == 0x10D2 ||
                                      XamInputGetKeystrokeEx(&user, 0, keystroke) == 0x48F);
}

/* ---- the older message box: it tells a routine ---- */

static volatile uint32_t button_taken = 9;
__attribute__((used)) static uint32_t taken(uint32_t button, uint32_t *state)
{
    *state = 0; /* a word to write in */
    button_taken = button;
    return 0;
}
XG_CALLBACK(taken_entry, taken)

static void older_box(void)
{
    static const uint16_t text[] = {'H', 'i', 0}, yes[] = {'Y', 0}, no[] = {'N', 0};
    const uint16_t *buttons[2] = {yes, no};
    CHECK(XamShowMessageBox, XamShowMessageBox(0, text, text, 2, buttons, 1, 0, 0) == 0x80070057);
    CHECK(XamShowMessageBox,
          XamShowMessageBox(0, text, text, 2, buttons, 2, taken_entry, 0) == 0x80070057);
    CHECK(XamShowMessageBox, XamIsUIActive() == 0);
    CHECK(XamShowMessageBox, XamShowMessageBox(0, text, text, 2, buttons, 1, taken_entry, 0) == 0);
    CHECK(XamShowMessageBox, XamIsUIActive() == 1);
    CHECK(XamShowMessageBox,
          XamShowMessageBox(0, text, text, 2, buttons, 1, taken_entry, 0) == 0x80070005);
    sleep_ms(400);
    CHECK(XamShowMessageBox, button_taken == 9);
    sleep_ms(300);
    CHECK(XamShowMessageBox, button_taken == 1 && XamIsUIActive() == 0);
}

/* ---- pads by the driver's names, pictures by their keys, statistics, servers ---- */

static void small_things(void)
{
    static const char digits[] = "fffe07d10002000B0001000b";
    static uint16_t text[25];
    uint32_t value[4] = {4u << 24, 0, 50, (uint32_t)text}, part[3] = {0};
    uint32_t context = 9, user = 9, pad[5] = {0}, size = 9, count = 9, kind[2] = {0};
    HANDLE h = 0;
    CHECK(XamUserGetDeviceContext, XamUserGetDeviceContext(0, 0, &context) == 0x8007048F);
    CHECK(XamUserGetDeviceContext, context == 0 && XamUserGetDeviceContext(0, 0, 0) == 0x80070057);
    CHECK(XamUserLookupDevice, XamUserLookupDevice(0x10000000, 0, &user) == 0x8007048F);
    CHECK(XInputdReadState, XInputdReadState(0x10000000, pad, pad + 1) == (NTSTATUS)0xC000009D);
    for (unsigned i = 0; i < 25; i++)
        text[i] = (uint8_t)digits[i];
    CHECK(XamParseGamerTileKey, XamParseGamerTileKey(value, part, part + 1, part + 2) == 0);
    CHECK(XamParseGamerTileKey,
          part[0] == 0xFFFE07D1 && part[1] == 0x0002000B && part[2] == 0x0001000B);
    text[23] = 'g';
    CHECK(XamParseGamerTileKey, XamParseGamerTileKey(value, part, part + 1, part + 2) == 0x57);
    text[23] = 'b';
    value[2] = 46;
    CHECK(XamParseGamerTileKey, XamParseGamerTileKey(value, part, part + 1, part + 2) == 0x57);
    CHECK(XamUserCreateStatsEnumerator,
          XamUserCreateStatsEnumerator(0, 0, 1, 101, 1, kind, &size, &h) == 0x57 && h == 0);
    CHECK(XamUserCreateStatsEnumerator,
          XamUserCreateStatsEnumerator(0, 0, 1, 10, 1, kind, &size, &h) == 0 && h && size == 0);
    CHECK(XamUserCreateStatsEnumerator,
          XamEnumerate(h, 0, pad, sizeof pad, &count, 0) == 0x12 && count == 0);
    NtClose(h);
    XamSetStagingMode(1);
    CHECK(XamSetStagingMode, XamGetStagingMode() == 1);
    XamSetStagingMode(0);
    CHECK(XamGetStagingMode, XamGetStagingMode() == 0);
}

static void heap(void)
{
    void *own = GetProcessHeap();
    uint8_t *a = RtlAllocateHeap(own, 8, 20), *b = RtlAllocateHeap(own, 0, 0x5000);
    CHECK(GetProcessHeap, own && GetProcessHeap() == own);
    CHECK(RtlAllocateHeap, a && b && a != b && a[0] == 0 && a[19] == 0);
    CHECK(RtlAllocateHeap, RtlAllocateHeap(a, 0, 20) == 0);
    CHECK(RtlSizeHeap, RtlSizeHeap(own, 0, a) == 20 && RtlSizeHeap(own, 0, b) == 0x5000);
    CHECK(RtlSizeHeap, RtlSizeHeap(own, 0, a + 4) == 0xFFFFFFFF);
    memset(a, 0x5A, 20);
    CHECK(RtlReAllocateHeap, RtlReAllocateHeap(own, 0x10, a, 3000) == 0); /* in place */
    uint8_t *more = RtlReAllocateHeap(own, 0, a, 3000);
    CHECK(RtlReAllocateHeap, more && more[0] == 0x5A && more[19] == 0x5A && more[20] == 0);
    CHECK(RtlReAllocateHeap, RtlSizeHeap(own, 0, more) == 3000);
    CHECK(RtlFreeHeap, RtlFreeHeap(own, 0, more) == 1 && RtlFreeHeap(own, 0, more) == 0);
    CHECK(RtlFreeHeap, RtlFreeHeap(own, 0, b) == 1 && RtlFreeHeap(own, 0, 0) == 1);
    CHECK(RtlFreeHeap, RtlFreeHeap(0, 0, 0) == 0);
}

int main(void)
{
    locale();
    users();
    notifications();
    launching();
    network();
    win32();
    pads();
    older_box();
    small_things();
    heap();
    return failed;
}
