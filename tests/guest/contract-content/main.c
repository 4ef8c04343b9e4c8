/* XAM: saved games, packages, enumerators, storage devices, settings of the profile. */
#include "../contract/contract.h"
#include "string.h"

#define PENDING       0x3E5
#define FAILED        0x65B
#define WIN32(code)   (0x80070000 | (code))
#define GENERIC_ALL   0x10000000
#define SYNCHRONOUS   0x20
#define NO_MORE_FILES 0x12
#define CREATE_NEW    1
#define CREATE_ALWAYS 2
#define OPEN_EXISTING 3
#define OPEN_ALWAYS   4
#define TRUNCATE      5

struct content {
    uint32_t device, type;
    uint16_t name[128];
    char file[42];
    uint8_t pad[2];
};
static uint32_t overlapped[7];

static struct content content(const char *file, const char *name)
{
    struct content c;
    memset(&c, 0, sizeof c);
    c.device = 1;
    c.type = 1;
    memcpy(c.file, file, strlen(file));
    for (unsigned i = 0; name[i]; i++)
        c.name[i] = (uint8_t)name[i];
    return c;
}

static NTSTATUS open(const char *path, uint32_t access, uint32_t disposition, HANDLE *h)
{
    struct ansi_string s = {(uint16_t)strlen(path), (uint16_t)(strlen(path) + 1), (char *)path};
    struct object_attributes a = {0xFFFFFFFD, &s, 0x40};
    uint32_t iosb[2];
    return NtCreateFile(h, access, &a, iosb, 0, 0, 3, disposition, SYNCHRONOUS);
}

static bool put(const char *path, const char *text)
{
    HANDLE h;
    uint32_t iosb[2];
    if (open(path, GENERIC_ALL, 5, &h))
        return false;
    bool ok = NtWriteFile(h, 0, 0, 0, iosb, (void *)text, strlen(text), 0) == 0;
    NtClose(h);
    return ok;
}
static bool holds(const char *path, const char *text)
{
    HANDLE h;
    uint32_t iosb[2];
    char got[32] = "";
    if (open(path, 0x80000000, 1, &h))
        return false;
    bool ok = NtReadFile(h, 0, 0, 0, iosb, got, 31, 0) == 0 && !memcmp(got, text, strlen(text) + 1);
    NtClose(h);
    return ok;
}

static void saved_games(void)
{
    struct content first = content("first.sav", "First game"), second = content("second", "2");
    struct content bad = content("..", "up"), slash = content("a\\b", "x");
    uint32_t disposition = 9, licence = 9, is_creator = 9;
    uint64_t xuid = 0, me = 0;
    XamUserGetXUID(0, 1, &me);
    CHECK(XamContentCreateEx,
          XamContentCreateEx(0, "save", &first, OPEN_EXISTING, &disposition, 0, 0, 0, 0) == 3 &&
              disposition == 0);
    CHECK(XamContentCreateEx,
          XamContentCreateEx(3, "save", &first, CREATE_NEW, &disposition, 0, 0, 0, 0) == 0x525);
    CHECK(XamContentCreateEx,
          XamContentCreateEx(0, "save", &bad, CREATE_NEW, &disposition, 0, 0, 0, 0) == 0x7B);
    CHECK(XamContentCreateEx,
          XamContentCreateEx(0, "save", &slash, CREATE_NEW, &disposition, 0, 0, 0, 0) == 0x7B);
    CHECK(XamContentCreateEx, /* the roots of others are not taken */
          XamContentCreateEx(0, "game", &first, CREATE_NEW, &disposition, 0, 0, 0, 0) == 0x57);
    XamContentDelete(0, &first, 0);
    CHECK(XamContentCreateEx,
          XamContentCreateEx(0, "save", &first, CREATE_NEW, &disposition, &licence, 0, 0, 0) == 0 &&
              disposition == 1 && licence == 0);
    CHECK(XamContentCreateEx,
          put("save:\\slot1.bin", "level 7") && holds("SAVE:\\SLOT1.BIN", "level 7"));
    HANDLE folder;
    struct ansi_string s = {9, 10, "save:\\sub"};
    struct object_attributes a = {0xFFFFFFFD, &s, 0x40};
    uint32_t iosb[2];
    CHECK(XamContentCreateEx,
          NtCreateFile(&folder, GENERIC_ALL, &a, iosb, 0, 0, 3, 2, SYNCHRONOUS | 1) == 0);
    NtClose(folder);
    CHECK(XamContentCreateEx, put("save:\\sub\\deep.bin", "deep"));
    CHECK(XamContentCreateEx, !put("save:\\..\\outside.bin", "x")); /* nothing lies above it */
    CHECK(XamContentFlush, XamContentFlush("save", 0) == 0 && XamContentFlush("none", 0) == 0x57);
    CHECK(XamContentDelete, XamContentDelete(0, &first, 0) == 5); /* open */
    CHECK(XamContentClose, XamContentClose("save", 0) == 0 && XamContentClose("save", 0) == 2);
    CHECK(XamContentClose, !holds("save:\\slot1.bin", "level 7"));
    /* With an overlapped: pending, the disposition as its length; a failure in its last word. */
    memset(overlapped, 0, sizeof overlapped);
    NtCreateEvent(&overlapped[3], 0, 0, 0);
    CHECK(XamContentCreateEx, XamContentCreateEx(0, "save", &first, OPEN_EXISTING, &disposition, 0,
                                                 0, 0, overlapped) == PENDING);
    CHECK(XamContentCreateEx, overlapped[0] == 0 && overlapped[1] == 2 && disposition == 2 &&
                                  wait_handle(overlapped[3], 0) == 0);
    CHECK(XamContentCreateEx, holds("save:\\sub\\deep.bin", "deep"));
    XamContentClose("save", 0);
    CHECK(XamContentCreateEx, XamContentCreateEx(0, "save", &first, CREATE_NEW, &disposition, 0, 0,
                                                 0, overlapped) == PENDING &&
                                  overlapped[0] == FAILED && overlapped[6] == WIN32(0xB7));
    CHECK(XamContentCreate,
          XamContentCreate(0, "two", &second, OPEN_ALWAYS, &disposition, 0, 0) == 0 &&
              disposition == 1);
    put("two:\\a", "old");
    XamContentClose("two", 0);
    CHECK(XamContentCreate,
          XamContentCreate(0, "two", &second, TRUNCATE, &disposition, 0, 0) == 0 &&
              disposition == 1 && !holds("two:\\a", "old"));
    XamContentClose("two", 0);
    CHECK(XamContentCreateInternal,
          XamContentCreateInternal("all", &second, CREATE_ALWAYS, &disposition, 0, 0, 0, 0) == 0 &&
              disposition == 1);
    XamContentClose("all", 0);
    CHECK(XamContentGetCreator, XamContentGetCreator(0, &first, &is_creator, &xuid, 0) == 0 &&
                                    is_creator == 1 && xuid == me);
    struct content none = content("none", "");
    CHECK(XamContentGetCreator, XamContentGetCreator(0, &none, &is_creator, &xuid, 0) == 3);
    char path[128];
    CHECK(XamContentResolve, XamContentResolve(0, &first, path, sizeof path, 0, 0, 0) == 0 &&
                                 !memcmp(path, "\\Device\\Content\\", 16));
    CHECK(XamContentResolve, XamContentResolve(0, &first, path, 8, 0, 0, 0) == 0x7A);
    uint32_t mask = 9;
    CHECK(XamContentGetLicenseMask, XamContentGetLicenseMask(&mask, 0) == FAILED && mask == 0);
    uint32_t size = 0;
    char picture[16] = "", png[] = "not a png";
    CHECK(XamContentGetThumbnail, XamContentGetThumbnail(0, &first, 0, &size, 0) == 2);
    CHECK(XamContentSetThumbnail, XamContentSetThumbnail(0, &first, png, sizeof png, 0) == 0);
    CHECK(XamContentSetThumbnail, XamContentSetThumbnail(0, &none, png, sizeof png, 0) == 2);
    size = 4;
    CHECK(XamContentGetThumbnail,
          XamContentGetThumbnail(0, &first, picture, &size, 0) == 0x7A && size == sizeof png);
    CHECK(XamContentGetThumbnail, XamContentGetThumbnail(0, &first, picture, &size, 0) == 0 &&
                                      !memcmp(picture, png, sizeof png));
}

static void enumerators(void)
{
    static struct content list[4];
    struct content first = content("first.sav", ""), second = content("second", "");
    uint32_t size = 0, count = 9;
    HANDLE h = 0;
    CHECK(XamContentCreateEnumerator,
          XamContentCreateEnumerator(0, 1, 1, 0x1000, 1, &size, &h) == 0 && size == sizeof *list &&
              h);
    CHECK(XamEnumerate, XamEnumerate(h, 0, list, sizeof list, &count, 0) == 0 && count == 1);
    CHECK(XamContentCreateEnumerator, !memcmp(list[0].file, "first.sav", 10) &&
                                          list[0].name[0] == 'F' && list[0].device == 1 &&
                                          list[0].type == 1);
    CHECK(XamEnumerate, XamEnumerate(h, 0, list, sizeof list, &count, 0) == 0 && count == 1 &&
                            !memcmp(list[0].file, "second", 7));
    CHECK(XamEnumerate,
          XamEnumerate(h, 0, list, sizeof list, &count, 0) == NO_MORE_FILES && count == 0);
    CHECK(XamEnumerate, XamEnumerate(h, 0, list, sizeof list, 0, overlapped) == PENDING &&
                            overlapped[0] == FAILED && overlapped[6] == WIN32(NO_MORE_FILES));
    NtClose(h);
    CHECK(XamEnumerate, XamEnumerate(h, 0, list, sizeof list, &count, 0) == 6);
    /* Without EXCLUDE_COMMON everybody's content comes, too. */
    XamContentCreateEnumerator(0, 0, 1, 0, 4, &size, &h);
    CHECK(XamEnumerate, XamEnumerate(h, 0, list, sizeof *list - 1, &count, 0) == 0x7A);
    CHECK(XamEnumerate, XamEnumerate(h, 0, list, sizeof list, 0, overlapped) == PENDING &&
                            overlapped[0] == 0 && overlapped[1] == 3);
    NtClose(h);
    CHECK(XamContentCreateEnumerator,
          XamContentCreateEnumerator(0, 9, 1, 0, 4, &size, &h) == WIN32(0x57));
    CHECK(XamContentCreateEnumerator,
          XamContentCreateEnumerator(2, 1, 1, 0, 4, &size, &h) == 0x525);
    CHECK(XamContentCreateEnumeratorInternal,
          XamContentCreateEnumeratorInternal(0, 1, 1, 0, 0, 4, &size, &h) == 0 &&
              XamEnumerate(h, 0, list, sizeof list, &count, 0) == 0 && count == 1);
    NtClose(h);
    CHECK(XamContentDelete,
          XamContentDelete(0, &first, 0) == 0 && XamContentDelete(0, &first, 0) == 2);
    CHECK(XamContentDeleteInternal, XamContentDeleteInternal(&second, 0) == 0);
    XamContentCreateEnumerator(0, 1, 1, 0, 4, &size, &h);
    CHECK(XamContentDeleteInternal,
          XamEnumerate(h, 0, list, sizeof list, &count, 0) == 0 && count == 1);
    NtClose(h);
    CHECK(XamContentDelete, XamContentDelete(0, &second, 0) == 0);
}

static void devices(void)
{
    uint32_t data[20], size = 0, count = 0, device = 9;
    uint16_t name[28];
    HANDLE h = 0;
    CHECK(XamContentGetDeviceData, XamContentGetDeviceData(1, data) == 0 && data[0] == 1 &&
                                       data[3] == 0 && data[2] == 5 &&
                                       XamContentGetDeviceData(2, data) == 0x48F);
    CHECK(XamContentGetDeviceName, XamContentGetDeviceName(1, name, 28) == 0 && name[0] == 'H' &&
                                       XamContentGetDeviceName(1, name, 4) == 0x7A);
    CHECK(XamContentGetDeviceState,
          XamContentGetDeviceState(1, 0) == 0 && XamContentGetDeviceState(7, 0) == 0x48F);
    CHECK(XamContentCreateDeviceEnumerator,
          XamContentCreateDeviceEnumerator(1, 0, 2, &size, &h) == 0 && size == 160);
    CHECK(XamContentCreateDeviceEnumerator,
          XamEnumerate(h, 0, data, sizeof data, &count, 0) == 0 && count == 1 && data[0] == 1);
    NtClose(h);
    static const char disk[] = "\\Device\\Harddisk0\\Partition1";
    char path[40];
    CHECK(XamContentGetDeviceVolumePath,
          XamContentGetDeviceVolumePath(1, path, sizeof path, 0) == 0 && !strcmp(path, disk));
    CHECK(XamContentGetDeviceVolumePath,
          XamContentGetDeviceVolumePath(1, path, sizeof disk + 1, 1) == 0 &&
              !memcmp(path, disk, sizeof disk - 1) && !strcmp(path + sizeof disk - 1, "\\"));
    CHECK(XamContentGetDeviceVolumePath,
          XamContentGetDeviceVolumePath(1, path, sizeof disk, 1) == 0x7A &&
              XamContentGetDeviceVolumePath(2, path, sizeof path, 1) == 0x48F);
    device = 9;
    CHECK(XamContentOpenFile, XamContentOpenFile(0xFF, "pkg", "game:\\contract-content.xex", 3, 0,
                                                 &device, 0) == 0x571 &&
                                  device == 0); /* no package */
    CHECK(XamContentOpenFile,
          XamContentOpenFile(0xFF, "pkg", "game:\\nothing", 3, 0, 0, 0) == 2 &&
              XamContentOpenFile(0xFF, "pkg", 0, 3, 0, 0, 0) == 0x57 &&
              XamContentOpenFile(2, "pkg", "game:\\nothing", 3, 0, 0, 0) == 0x525);
    void *record = &device;
    CHECK(XamContentGetMountedPackageByRootName,
          XamContentGetMountedPackageByRootName("game", 1, &record) == 2 && record == 0);
    CHECK(XamShowDeviceSelectorUI,
          XamShowDeviceSelectorUI(0, 1, 0, 1000, &device, overlapped) == PENDING &&
              overlapped[0] == 0 && device == 1);
    CHECK(XamShowDeviceSelectorUI, XamShowDeviceSelectorUI(0, 1, 0, 1000, &device, 0) == 0x57);
    CHECK(XamContentGetDeviceData, put("cache:\\x", "thrown away") &&
                                       holds("cache0:\\x", "thrown away") &&
                                       !holds("cache1:\\x", "thrown away"));
}

static void settings(void)
{
    static uint32_t buffer[400];
    uint32_t ids[3] = {0x10040002, 0x1004000E, 0x63E83FFF}, size = 0, unknown = 0x10041234;
    CHECK(XamUserReadProfileSettings,
          XamUserReadProfileSettings(0, 0, 0, 0, 3, ids, &size, 0, 0) == 0x7A &&
              size == 8 + 3 * 40 + 1000);
    CHECK(XamUserReadProfileSettings,
          XamUserReadProfileSettings(0, 0, 0, 0, 3, ids, &size, buffer, 0) == 0 && buffer[0] == 3);
    const uint32_t *second = buffer + 2 + 10;
    CHECK(XamUserReadProfileSettings, buffer[1] == (uint32_t)(buffer + 2) && second[0] == 1 &&
                                          second[4] == ids[1] && second[6] >> 24 == 1 &&
                                          second[8] == 100);
    CHECK(XamUserReadProfileSettings, buffer[2 + 20] == 0); /* the title has written none */
    size = sizeof buffer;
    CHECK(XamUserReadProfileSettings,
          XamUserReadProfileSettings(0, 1, 0, 0, 3, ids, &size, buffer, 0) == 0x525);
    CHECK(XamUserReadProfileSettings,
          XamUserReadProfileSettings(0, 0, 0, 0, 1, &unknown, &size, buffer, 0) == 0x57);
    uint32_t setting[10] = {0};
    setting[4] = 0x63E83FFF;
    setting[6] = 6u << 24;
    setting[8] = 5;
    setting[9] = (uint32_t) "mine";
    CHECK(XamUserWriteProfileSettings, XamUserWriteProfileSettings(0, 0, 1, setting, 0) == 0);
    XamUserReadProfileSettings(0, 0, 0, 0, 1, ids + 2, &size, buffer, overlapped);
    CHECK(XamUserReadProfileSettings, overlapped[0] == 0 && buffer[2] == 2 && buffer[10] == 5 &&
                                          !memcmp((void *)buffer[11], "mine", 5));
    setting[4] = 0x10040002;
    CHECK(XamUserWriteProfileSettings,
          XamUserWriteProfileSettings(0, 0, 1, setting, 0) == 0x57 &&
              XamUserWriteProfileSettings(0, 2, 1, setting, 0) == 0x525);
}

int main(void)
{
    saved_games();
    enumerators();
    devices();
    settings();
    return failed;
}
