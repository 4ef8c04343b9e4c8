/* Modules: handles, exports, resources, a DLL that is loaded and unloaded. */
#include "../contract/contract.h"

/* Calls a function of the console's ABI. */
uint32_t call_console(void *function, uint32_t argument);
__asm__("	.pushsection .text.call_console,\"ax\"\n"
        "call_console:\n"
        "	mflr 0\n	stw 0,4(1)\n	stwu 1,-0x60(1)\n"
        "	mtctr 3\n	mr 3,4\n	bctrl\n"
        "	lwz 0,0x64(1)\n	addi 1,1,0x60\n	mtlr 0\n	blr\n"
        "	.popsection");

__attribute__((used)) static uint32_t nothing(void *context)
{
    (void)context;
    return 0;
}
XG_CALLBACK(nothing_entry, nothing)

static void loading(const char *name)
{
    void *dll = 0, *again = 0, *answer = 0, *entered = 0, *found = 0;
    CHECK(XexLoadImage, XexLoadImage(name, 8, 0, &dll) == 0 && dll);
    CHECK(XexLoadImage, XexLoadImage(name, 8, 0, &again) == 0 && again == dll);
    CHECK(XexGetModuleHandle, XexGetModuleHandle("library.xex", &again) == 0 && again == dll);
    CHECK(XexGetProcedureAddress, XexGetProcedureAddress(dll, (void *)1, &answer) == 0);
    CHECK(XexGetProcedureAddress, call_console(answer, 21) == 42);
    CHECK(XexGetProcedureAddress,
          XexGetProcedureAddress(dll, "answer", &found) == 0 && found == answer);
    CHECK(XexGetProcedureAddress,
          XexGetProcedureAddress(dll, (void *)99, &found) == (NTSTATUS)0xC0000263 && found == 0);
    XexGetProcedureAddress(dll, (void *)2, &entered);
    CHECK(XexLoadImage, word_at(entered) == 101); /* once, though loaded twice */
    HANDLE h = spawn(nothing_entry, 0, 0);
    wait_handle(h, MS(20));
    NtClose(h);
    CHECK(XexLoadImage, word_at(entered) == 103); /* a thread came and went */
    CHECK(XexPcToFileHeader, XexPcToFileHeader(answer, &again) && again == dll);
    CHECK(XexUnloadImage, XexUnloadImage(dll) == 0 && MmIsAddressValid(answer) == 1);
    CHECK(XexUnloadImage, XexUnloadImage(dll) == 0 && MmIsAddressValid(answer) == 0);
    CHECK(XexUnloadImage, XexUnloadImage(dll) == INVALID_HANDLE);
}

__attribute__((used)) static uint32_t unloads(void *dll)
{
    XexUnloadImageAndExitThread(dll, 77);
    return 1;
}
XG_CALLBACK(unloads_entry, unloads)

static void unloading_from_within(const char *name)
{
    void *dll = 0, *answer = 0, *thread = 0;
    XexLoadImage(name, 8, 0, &dll);
    XexGetProcedureAddress(dll, (void *)1, &answer);
    HANDLE h = spawn(unloads_entry, dll, 0);
    ObReferenceObjectByHandle(h, 0, &thread);
    CHECK(XexUnloadImageAndExitThread,
          wait_handle(h, MS(20)) == 0 && MmIsAddressValid(answer) == 0);
    CHECK(XexUnloadImageAndExitThread, word_at((char *)thread + 0x140) == 77);
    ObDereferenceObject(thread);
    NtClose(h);
}

static void from_memory(void)
{
    uint32_t block[2], size[6], n = 0;
    struct ansi_string text;
    struct object_attributes attributes = {0, &text, 0x40};
    HANDLE h;
    void *dll = 0, *bytes = 0;
    RtlInitAnsiString(&text, "game:\\library.xex");
    NtOpenFile(&h, 0x80100000, &attributes, block, 1, 0x20);
    NtQueryInformationFile(h, block, size, 0x18, 5);
    n = size[3];
    uint32_t room = n;
    NtAllocateVirtualMemory(&bytes, &room, 0x3000, 4, 0);
    NtReadFile(h, 0, 0, 0, block, bytes, n, 0);
    NtClose(h);
    CHECK(XexLoadImageFromMemory,
          XexLoadImageFromMemory(bytes, n, "memory.xex", 8, 0, &dll) == 0 && dll);
    CHECK(XexLoadImageFromMemory, XexUnloadImage(dll) == 0);
    CHECK(XexLoadImageFromMemory,
          XexLoadImageFromMemory(bytes, 16, "memory.xex", 8, 0, &dll) < 0 && !dll);
}

int main(void)
{
    void *title = 0, *kernel = 0, *function = 0, *data = 0;
    uint32_t size = 0;
    CHECK(XexGetModuleHandle,
          XexGetModuleHandle(0, &title) == 0 && title == *(void **)__imp_XexExecutableModuleHandle);
    CHECK(XexGetModuleHandle, XexGetModuleHandle("nothing.xex", &kernel) < 0 && kernel == 0);
    CHECK(XexGetModuleHandle, XexGetModuleHandle("xboxkrnl.exe", &kernel) == 0 && kernel);
    CHECK(XexGetProcedureAddress, XexGetProcedureAddress(kernel, (void *)0x83, &function) == 0 &&
                                      call_console(function, 0) == 50000000);
    CHECK(XexGetModuleSection,
          XexGetModuleSection(title, "text", &data, &size) == 0 && size > 0 &&
              word_at(data) == 0x2F2A204D); /* this file: it begins with a comment */
    CHECK(XexGetModuleSection, XexGetModuleSection(title, "none", &data, &size) < 0);
    CHECK(XexLoadImage, XexLoadImage("game:\\none.xex", 8, 0, &data) == (NTSTATUS)0xC000000F);
    loading("game:\\library.xex");
    unloading_from_within("game:\\library.xex");
    from_memory();
    return failed;
}
