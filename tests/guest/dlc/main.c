/* What is installed: every package of downloadable content, its name, and the text in its readme;
 * then the text behind x:\readme.txt, if somebody has mounted an x:, and the title's licences. */
#include "string.h"
#include "xboxkrnl.h"

struct content {
    uint32_t device, type;
    uint16_t name[128];
    char file[42];
    uint8_t pad[2];
};

static void show(const char *path)
{
    struct ansi_string s = {(uint16_t)strlen(path), (uint16_t)(strlen(path) + 1), (char *)path};
    struct object_attributes a = {0xFFFFFFFD, &s, 0x40};
    uint32_t iosb[2];
    HANDLE h;
    char text[64] = "";
    NTSTATUS st = NtOpenFile(&h, 0x80000000, &a, iosb, 3, 0x20);
    if (!st) {
        st = NtReadFile(h, 0, 0, 0, iosb, text, sizeof text - 1, 0);
        NtClose(h);
    }
    DbgPrint("%s: %x '%s'\n", path, st, text);
}

int main(void)
{
    static struct content item;
    uint32_t size, count, disposition, mask = 0;
    HANDLE h;
    if (XamContentCreateEnumerator(0xFE, 0, 2, 0, 1, &size, &h))
        return 1;
    while (XamEnumerate(h, 0, &item, sizeof item, &count, 0) == 0) {
        uint32_t result = XamContentCreate(0xFE, "dlc", &item, 3, &disposition, 0, 0);
        DbgPrint("content '%S' in %s: %x\n", item.name, item.file, result);
        if (result)
            continue;
        show("dlc:\\readme.txt");
        XamContentClose("dlc", 0);
    }
    show("x:\\readme.txt");
    mask = 9; /* a package that lies on x: */
    uint32_t opened = XamContentOpenFile(0xFF, "pkg", "\\??\\x:\\package", 3, 0, &mask, 0);
    DbgPrint("x:\\package: %x, licences %x\n", opened, mask);
    if (!opened) {
        show("pkg:\\readme.txt");
        DbgPrint("twice: %x\n", XamContentOpenFile(0xFF, "pkg", "x:\\package", 3, 0, 0, 0));
        char *record = 0, *same = 0;
        uint32_t got = XamContentGetMountedPackageByRootName("pkg", 1, (void *)&record);
        XamContentGetMountedPackageByRootName("pkg", 1, (void *)&same);
        if (record) {
            void *device = *(void **)record;
            DbgPrint("record: %x, '%.4s' of %x in %s at %s, same %u, references %u\n", got,
                     record + 0x38, *(uint32_t *)(record + 0x398), record + 0x9760, record + 0x97A0,
                     same == record, *(uint32_t *)((char *)device - 0x18));
            ObDereferenceObject(device);
            ObDereferenceObject(device);
        }
        XamContentClose("pkg", 0);
        DbgPrint("again: %x\n", XamContentOpenFile(0xFF, "pkg", "x:\\package", 3, 0, 0, 0));
    }
    char volume[160];
    XamContentGetDeviceVolumePath(1, volume, sizeof volume, 1);
    strcpy(volume + strlen(volume),
           "Content\\0000000000000000\\58470001\\00000002\\Extra\\readme.txt");
    show(volume);
    uint32_t result = XamContentGetLicenseMask(&mask, 0);
    DbgPrint("licences: %x %x\n", result, mask);
    return 0;
}
