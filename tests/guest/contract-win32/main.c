/* XAM: the Win32 names for files and text; names and options of the network; messages to the
 * system's applications. */
#include "../contract/contract.h"
#include "string.h"

#define INVALID       0xFFFFFFFF
#define GENERIC_READ  0x80000000
#define GENERIC_WRITE 0x40000000

static void files(void)
{
    uint32_t done = 9, overlapped[5] = {0, 0, 6, 0, 0}, data[6];
    char text[32] = "";
    static uint32_t found[0x50];
    CHECK(CreateFileA, CreateFileA("cache:\\none", GENERIC_READ, 1, 0, 3, 0, 0) == INVALID &&
                           GetLastError() == 2);
    CHECK(CreateFileA, CreateFileA("nowhere:\\x", GENERIC_READ, 1, 0, 3, 0, 0) == INVALID &&
                           GetLastError() == 3);
    HANDLE h = CreateFileA("cache:\\win32.txt", GENERIC_READ | GENERIC_WRITE, 0, 0, 2, 0, 0);
    CHECK(CreateFileA, h != INVALID);
    CHECK(WriteFile, WriteFile(h, "hello file", 10, &done, 0) == 1 && done == 10);
    CHECK(ReadFile, ReadFile(h, text, 8, &done, 0) == 1 && done == 0); /* at the end */
    CHECK(ReadFile,
          ReadFile(h, text, 8, &done, overlapped) == 1 && done == 4 && !memcmp(text, "file", 4));
    CloseHandle(h);
    CHECK(WriteFile, WriteFile(h, "x", 1, &done, 0) == 0 && GetLastError() == 6);
    CHECK(CreateFileA, CreateFileA("cache:\\win32.txt", GENERIC_WRITE, 0, 0, 1, 0, 0) == INVALID &&
                           GetLastError() == 80);
    CHECK(GetFileAttributesA, GetFileAttributesA("cache:\\win32.txt") == 0x80);
    CHECK(GetFileAttributesA,
          GetFileAttributesA("cache:\\win33.txt") == INVALID && GetLastError() == 2);
    CHECK(GetFileAttributesExA, GetFileAttributesExA("cache:\\win32.txt", 0, found) == 1 &&
                                    found[7] == 0 && found[8] == 10 && found[0] == 0x80);
    /* A file bears the guest's time of its last change: 2005, in FILETIME's high word. */
    CHECK(GetFileAttributesExA, found[6] >> 8 == 0x01C5EE);
    h = CreateFileA("cache:\\win34.dat", GENERIC_WRITE, 0, 0, 4, 0, 0);
    CloseHandle(h);
    h = FindFirstFileA("cache:\\WIN3?.*", found);
    CHECK(FindFirstFileA,
          h != INVALID && !memcmp((char *)found + 0x2C, "win32.txt", 10) && found[8] == 10);
    CHECK(FindNextFileA,
          FindNextFileA(h, found) == 1 && !memcmp((char *)found + 0x2C, "win34.dat", 10));
    CHECK(FindNextFileA, FindNextFileA(h, found) == 0 && GetLastError() == 18);
    CloseHandle(h);
    CHECK(FindFirstFileA,
          FindFirstFileA("cache:\\*.none", found) == INVALID && GetLastError() == 2);
    CHECK(FindFirstFileA, FindFirstFileA("game:\\*.xex", found) != INVALID);
    CHECK(GetModuleHandleA, GetModuleHandleA(0) == *(uint32_t *)__imp_XexExecutableModuleHandle);
    CHECK(GetModuleHandleA, GetModuleHandleA("xam.xex") && GetModuleHandleA("none.xex") == 0);
    (void)data;
}

static void text(void)
{
    uint16_t wide[8] = {0};
    char narrow[8] = "";
    CHECK(MultiByteToWideChar,
          MultiByteToWideChar(0, 0, "abc", -1, wide, 8) == 4 && wide[2] == 'c' && !wide[3]);
    CHECK(MultiByteToWideChar, MultiByteToWideChar(0, 0, "abc", -1, 0, 0) == 4 &&
                                   MultiByteToWideChar(0, 0, "abc", 3, wide, 2) == 0 &&
                                   GetLastError() == 0x7A);
    wide[1] = 0x263A;
    CHECK(WideCharToMultiByte,
          WideCharToMultiByte(0, 0, wide, -1, narrow, 8, 0, 0) == 4 && !memcmp(narrow, "a?c", 4));
    CHECK(WideCharToMultiByte, WideCharToMultiByte(0, 0, wide, 2, narrow, 1, 0, 0) == 0);
}

static void network(void)
{
    char address[16] = "";
    uint32_t *dns = 0, size = 16;
    uint8_t options[16];
    uint16_t port = 9;
    HANDLE event = 0;
    NtCreateEvent(&event, 0, 0, 0);
    CHECK(NetDll_XNetInAddrToString, NetDll_XNetInAddrToString(1, 0x0A0002FF, address, 16) == 0 &&
                                         !memcmp(address, "10.0.2.255", 11));
    CHECK(NetDll_XNetInAddrToString, NetDll_XNetInAddrToString(1, 0x0A0002FF, address, 8) == 10040);
    CHECK(NetDll_XNetDnsLookup, NetDll_XNetDnsLookup(1, "host", event, &dns) == 0 && dns &&
                                    dns[0] == 11001 && wait_handle(event, 0) == 0);
    CHECK(NetDll_XNetDnsRelease,
          NetDll_XNetDnsRelease(1, dns) == 0 && NetDll_XNetDnsRelease(1, dns) == 10022);
    CHECK(NetDll_XNetGetOpt,
          NetDll_XNetGetOpt(1, 1, options, &size) == 0 && size == 13 && options[0] == 13);
    CHECK(NetDll_XNetGetOpt, NetDll_XNetGetOpt(1, 7, options, &size) == 10022);
    CHECK(NetDll_XNetSetSystemLinkPort, NetDll_XNetSetSystemLinkPort(1, 3074) == 0);
    CHECK(NetDll_XNetGetSystemLinkPort,
          NetDll_XNetGetSystemLinkPort(1, &port) == 0 && port == 3074);
    NtClearEvent(event);
    CHECK(NetDll_WSASetEvent, NetDll_WSASetEvent(event) == 1 && wait_handle(event, 0) == 0);
    CHECK(NetDll_WSASetEvent, NetDll_WSASetEvent(0x123) == 0 && NetDll_WSAGetLastError() == 6);
    NtClose(event);
}

static void system_applications(void)
{
    uint32_t overlapped[7] = {0}, friends = 9;
    uint64_t xuids[2] = {1, 2};
    uint16_t tag[16];
    CHECK(XMsgInProcessCall, XMsgInProcessCall(0xFB, 0xB0006, 0, 0) == 0);
    CHECK(XMsgInProcessCall,
          XMsgInProcessCall(0xFA, 1, 0, 0) == 0x80070057 && GetLastError() == 0x490);
    CHECK(XMsgStartIORequest, XMsgStartIORequest(0xFB, 0xB0010, 0, 0, 0) == 0x80155209);
    CHECK(XMsgStartIORequest, XMsgStartIORequest(0xFB, 0xB0010, overlapped, 0, 0) == 0x3E5 &&
                                  overlapped[0] == 0x80155209);
    CHECK(XamUserAreUsersFriends, XamUserAreUsersFriends(0, xuids, 2, &friends, 0) == 0 &&
                                      friends == 0 &&
                                      XamUserAreUsersFriends(1, xuids, 2, &friends, 0) == 0x525);
    CHECK(XamUserGetGamerTag, XamUserGetGamerTag(0, tag, 16) == 0 && tag[0] == 'P' &&
                                  XamUserGetGamerTag(0, tag, 8) == 0x80070057);
}

int main(void)
{
    files();
    text();
    network();
    system_applications();
    return failed;
}
