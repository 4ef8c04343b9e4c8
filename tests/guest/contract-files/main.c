/* Files on the read-only device that the title was started from: its own executable. Writing is
 * tested by tests/kernel/test_kernel_files.c; here it is refused. */
#include "../contract/contract.h"
#include "string.h"

#define READ        0x80100000u
#define WRITE       0x40100000u
#define SYNCHRONOUS 0x20
#define DIRECTORY   1
#define OPEN        1
#define NOT_FOUND   ((NTSTATUS)0xC0000034)
#define DENIED      ((NTSTATUS)0xC0000022)
#define END_OF_FILE ((NTSTATUS)0xC0000011)
#define PENDING     0x103

static uint32_t block[2];
static struct ansi_string text;
static struct object_attributes attributes = {0xFFFFFFFD, &text, 0x40};

static struct object_attributes *path(const char *name)
{
    RtlInitAnsiString(&text, (char *)(uint32_t)name);
    return &attributes;
}

static volatile uint32_t apc_block;
__attribute__((used)) static void read_done(void *context, void *status_block)
{
    apc_block = context == (void *)0x77 && status_block == block;
}
XG_CALLBACK(read_done_entry, read_done)

static void reading(HANDLE h)
{
    static uint8_t bytes[0x3000] __attribute__((aligned(4096)));
    void *pages[2] = {bytes + 0x1000, bytes};
    uint64_t at = 4, position = 0;
    CHECK(NtReadFile, NtReadFile(h, 0, 0, 0, block, bytes, 4, 0) == 0 &&
                          !memcmp(bytes, "XEX2", 4) && block[0] == 0 && block[1] == 4);
    CHECK(NtQueryInformationFile,
          NtQueryInformationFile(h, block, &position, 8, 14) == 0 && position == 4);
    CHECK(NtReadFile, NtReadFile(h, 0, 0, 0, block, bytes + 16, 4, &at) == 0 && bytes[19] == 1);
    position = 0;
    CHECK(NtSetInformationFile, NtSetInformationFile(h, block, &position, 8, 14) == 0);
    CHECK(NtSetInformationFile,
          NtReadFile(h, 0, 0, 0, block, bytes + 32, 4, 0) == 0 && bytes[32] == 'X');
    position = 1ull << 32;
    CHECK(NtReadFile, NtReadFile(h, 0, 0, 0, block, bytes, 4, &position) == END_OF_FILE);
    at = 0;
    CHECK(NtReadFileScatter, NtReadFileScatter(h, 0, 0, 0, block, pages, 0x2000, &at) == 0 &&
                                 block[1] == 0x2000 && !memcmp(bytes + 0x1000, "XEX2", 4));
    CHECK(NtWriteFile, NtWriteFile(h, 0, 0, 0, block, bytes, 4, &at) == DENIED);
    CHECK(NtFlushBuffersFile, NtFlushBuffersFile(h, block) == 0);
}

static void asynchronous(const char *name)
{
    HANDLE h, event, port;
    static uint8_t bytes[16];
    uint64_t at = 0;
    uint32_t key = 0, context = 0, status[2], attach[2];
    int64_t no_time = 0;
    NtCreateEvent(&event, 0, 0, 0);
    NtCreateIoCompletion(&port, 0, 0, 0);
    CHECK(NtOpenFile, NtOpenFile(&h, READ, path(name), block, 1, 0x40) == 0);
    attach[0] = port, attach[1] = 9;
    CHECK(NtSetInformationFile, NtSetInformationFile(h, block, attach, 8, 30) == 0);
    CHECK(NtReadFile,
          NtReadFile(h, event, read_done_entry, (void *)0x77, block, bytes, 4, &at) == PENDING);
    CHECK(NtReadFile, block[0] == 0 && block[1] == 4 && wait_handle(event, 0) == 0);
    CHECK(NtReadFile, KeDelayExecutionThread(1, 1, &no_time) == 0xC0 && apc_block == 1);
    CHECK(NtRemoveIoCompletion, NtRemoveIoCompletion(port, &key, &context, status, &no_time) == 0 &&
                                    key == 9 && context == 0x77 && status[1] == 4);
    NtClose(h), NtClose(event), NtClose(port);
}

static void information(HANDLE h, const char *name)
{
    static uint64_t network[7], again[7], volume[3], sizes[3];
    uint32_t device[2];
    static char attribute[64];
    CHECK(NtQueryFullAttributesFile,
          NtQueryFullAttributesFile(path(name), network) == 0 && network[5] > 0x1000);
    CHECK(NtQueryInformationFile, NtQueryInformationFile(h, block, again, 0x38, 34) == 0 &&
                                      again[5] == network[5] && again[2] == network[2]);
    CHECK(NtQueryInformationFile,
          NtQueryInformationFile(h, block, again, 0x37, 34) == (NTSTATUS)0xC0000004);
    CHECK(NtQueryInformationFile,
          NtQueryInformationFile(h, block, again, 0x38, 99) == (NTSTATUS)0xC0000003);
    CHECK(NtQueryFullAttributesFile,
          NtQueryFullAttributesFile(path("game:\\nothing.here"), network) == NOT_FOUND);
    CHECK(NtQueryVolumeInformationFile,
          NtQueryVolumeInformationFile(h, block, sizes, 0x18, 3) == 0 &&
              (sizes[2] & 0xFFFFFFFF) >= 0x200);
    CHECK(NtQueryVolumeInformationFile, NtQueryVolumeInformationFile(h, block, device, 8, 4) == 0);
    CHECK(NtQueryVolumeInformationFile,
          NtQueryVolumeInformationFile(h, block, attribute, 64, 5) == 0 &&
              word_at(attribute + 8) > 0);
    CHECK(NtDeviceIoControlFile,
          NtDeviceIoControlFile(h, 0, 0, 0, block, 0x70000, 0, 0, volume, 8) == 0 &&
              (uint32_t)volume[0] == (sizes[2] & 0xFFFFFFFF));
    CHECK(NtDeviceIoControlFile, NtDeviceIoControlFile(h, 0, 0, 0, block, 0x12345, 0, 0, volume,
                                                       8) == (NTSTATUS)0xC0000010);
}

static void directories(void)
{
    static uint8_t entry[0x140];
    char pattern[] = "CONTRACT-FILES.*";
    struct ansi_string all;
    HANDLE h;
    RtlInitAnsiString(&all, pattern);
    CHECK(NtOpenFile, NtOpenFile(&h, READ, path("game:\\"), block, 3, DIRECTORY) == 0);
    CHECK(NtQueryDirectoryFile,
          NtQueryDirectoryFile(h, 0, 0, 0, block, entry, sizeof entry, &all, 1) == 0 &&
              !memcmp(entry + 0x40, "contract-files.", 15));
    unsigned n = 1;
    NTSTATUS s;
    while ((s = NtQueryDirectoryFile(h, 0, 0, 0, block, entry, sizeof entry, 0, 0)) == 0)
        n++;
    CHECK(NtQueryDirectoryFile, s == (NTSTATUS)0x80000006 && n >= 2);
    struct object_attributes below = {h, &text, 0x40};
    RtlInitAnsiString(&text, "contract-files.xex");
    HANDLE file;
    CHECK(NtOpenFile, NtOpenFile(&file, READ, &below, block, 1, SYNCHRONOUS) == 0);
    NtClose(file), NtClose(h);
}

int main(void)
{
    static const char self[] = "game:\\contract-files.xex";
    HANDLE h = 0;
    struct ansi_string link, target;
    CHECK(NtCreateFile,
          NtCreateFile(&h, READ, path(self), block, 0, 0, 1, OPEN, SYNCHRONOUS | 0x40) == 0 &&
              block[1] == 1);
    CHECK(IoFileObjectType, word_at((char *)__imp_IoFileObjectType + 0x18) == 0x656C6946);
    reading(h);
    information(h, self);
    NtClose(h);
    asynchronous(self);
    CHECK(NtCreateFile,
          NtCreateFile(&h, READ, path("game:\\none.xex"), block, 0, 0, 1, OPEN, 0) == NOT_FOUND &&
              h == 0xFFFFFFFF && block[1] == 5);
    CHECK(NtCreateFile,
          NtCreateFile(&h, WRITE, path("game:\\new"), block, 0, 0, 1, 2, 0) == DENIED);
    CHECK(NtOpenFile,
          NtOpenFile(&h, READ, path("game:\\a*b"), block, 1, 0) == (NTSTATUS)0xC0000033);
    RtlInitAnsiString(&link, "\\??\\contract:");
    RtlInitAnsiString(&target, "game:");
    CHECK(ObCreateSymbolicLink, ObCreateSymbolicLink(&link, &target) == 0);
    CHECK(ObCreateSymbolicLink,
          NtOpenFile(&h, READ, path("contract:\\contract-files.xex"), block, 1, 0) == 0);
    NtClose(h);
    CHECK(ObDeleteSymbolicLink,
          ObDeleteSymbolicLink(&link) == 0 &&
              NtOpenFile(&h, READ, path("contract:\\contract-files.xex"), block, 1, 0) < 0);
    directories();
    return failed;
}
