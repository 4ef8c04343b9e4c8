/* A title of three discs: reads a file of each. tests/kernel/test_discs.sh makes the discs. */
#include "xboxkrnl.h"

static uint8_t bytes[16];

static HANDLE open(const char *path)
{
    struct ansi_string name;
    struct object_attributes attributes = {0, &name, 0x40};
    uint32_t iosb[2];
    HANDLE h = 0;
    RtlInitAnsiString(&name, path);
    NTSTATUS s = NtOpenFile(&h, 0x80100001, &attributes, iosb, 1, 0x20);
    if (s)
        DbgPrint("%s: %x\n", path, s);
    return s ? 0 : h;
}

static void show(HANDLE h, const char *what)
{
    uint32_t iosb[2] = {0};
    int64_t start = 0;
    if (!h)
        return;
    NTSTATUS s = NtReadFile(h, 0, 0, 0, iosb, bytes, sizeof bytes - 1, &start);
    bytes[s ? 0 : iosb[1]] = 0;
    DbgPrint("%s: '%s'\n", what, bytes);
}

static void change(uint32_t number)
{
    HANDLE h = 0;
    void *event = 0;
    int64_t none = 0;
    uint32_t type = 9, title = 9;
    NtCreateEvent(&h, 0, 1, 0);
    ObReferenceObjectByHandle(h, 0, &event);
    uint32_t result = XamSwapDisc(number, event, 0);
    DbgPrint("disc %u: %x, event %x\n", number, result, NtWaitForSingleObjectEx(h, 1, 0, &none));
    XamLoaderGetMediaInfo(&type, &title);
    DbgPrint("tray %u, medium %u of %x\n", XamLoaderGetDvdTrayState(), type, title);
    NtClose(h);
}

int main(void)
{
    HANDLE first = open("game:\\word"), now;
    show(first, "first");
    for (uint32_t disc = 2; disc <= 3; disc++) {
        change(disc);
        show(now = open("d:\\word"), "now");
        if (now)
            NtClose(now);
    }
    show(first, "still open");
    return 0;
}
