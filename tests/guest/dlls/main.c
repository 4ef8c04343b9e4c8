/* Loads DLLs by every form of path, DLLs that import others, one that refuses, one that imports
 * itself. */
#include "xboxkrnl.h"

uint32_t call_console(void *function, uint32_t argument);
__asm__("	.pushsection .text.call_console,\"ax\"\n"
        "call_console:\n"
        "	mflr 0\n	stw 0,4(1)\n	stwu 1,-0x60(1)\n"
        "	mtctr 3\n	mr 3,4\n	bctrl\n"
        "	lwz 0,0x64(1)\n	addi 1,1,0x60\n	mtlr 0\n	blr\n"
        "	.popsection");

static void try(const char *name)
{
    void *dll = 0, *by_ordinal = 0, *by_name = 0, *base = 0;
    NTSTATUS st = XexLoadImage(name, 8, 0, &dll);
    DbgPrint("%s: %x%s\n", name, st, dll ? "" : ", no handle");
    if (st)
        return;
    XexGetProcedureAddress(dll, (void *)7, &by_ordinal);
    XexGetProcedureAddress(dll, "upper_value", &by_name);
    XexGetModuleHandle("dll-base.xex", &base);
    DbgPrint("upper gives %u, by name %s, base is %s\n", call_console(by_ordinal, 5),
             by_name == by_ordinal ? "too" : "not", base ? "there" : "missing");
    st = XexUnloadImage(dll);
    DbgPrint("unloaded: %x, base %s\n", st,
             XexGetModuleHandle("dll-base.xex", &base) ? "is gone" : "stays");
}

int main(void)
{
    void *base = 0;
    try("dll-upper.xex");
    try("game:\\dll-upper.xex");
    try("D:\\DLL-UPPER");
    try("dlls\\dll-upper.xex");
    try("game:\\dlls\\dll-upper.xex");
    try("\\Device\\Harddisk0\\Partition1\\dll-upper.xex");
    try("\\??\\game:\\dll-upper.xex");
    try("nowhere.xex");
    try("dll-fails.xex");
    try("dll-loop.xex");
    /* What the title has loaded itself stays when an importer goes. */
    XexLoadImage("dll-base", 8, 0, &base);
    try("dll-upper");
    XexUnloadImage(base);
    return 0;
}
