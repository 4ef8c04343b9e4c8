/* Exported variables: storage and first contents. Facts: docs/kernel.md, "Variables". */
#include "kernel/variables.h"

#include "kernel/export_names.h"
#include "kernel/internal.h"

#include <stdlib.h>

void xg_var_Zero(struct xg_kernel *k, uint8_t *bytes, uint32_t size, xg_ga at)
{
    XG_UNUSED(k);
    XG_UNUSED(at);
    memset(bytes, 0, size);
}

/* Titles use only the address of a type. +0x18 holds the pool tag. */
void xg_var_ObjectType(struct xg_kernel *k, uint8_t *bytes, uint32_t size, xg_ga at)
{
    static const struct {
        const char *name;
        enum xg_object_type type;
        uint32_t tag;
    } types[] = {{"ExEventObjectType", XG_OBJECT_EVENT, 0x76657645},
                 {"ExSemaphoreObjectType", XG_OBJECT_SEMAPHORE, 0x616D6553},
                 {"ExThreadObjectType", XG_OBJECT_THREAD, 0x65726854},
                 {"ExMutantObjectType", XG_OBJECT_MUTANT, 0x6174754D},
                 {"ExTimerObjectType", XG_OBJECT_TIMER, 0x656D6954},
                 {"IoFileObjectType", XG_OBJECT_FILE, 0x656C6946},
                 {"IoCompletionObjectType", XG_OBJECT_COMPLETION, 0x706D6F43},
                 {"IoDeviceObjectType", XG_OBJECT_DEVICE, 0x69766544},
                 {"ObSymbolicLinkObjectType", XG_OBJECT_LINK, 0x626D7953}};
    XG_UNUSED(size);
    for (size_t i = 0; i < XG_COUNTOF(types); i++) {
        int row = -1;
        for (int r = 0; r < xg_export_count && row < 0; r++)
            if (k->variable_at[r] == at && !strcmp(xg_exports[r].name, types[i].name))
                row = r;
        if (row < 0)
            continue;
        xg_st32be(bytes + 0x18, types[i].tag);
        k->types[types[i].type] = at;
    }
}

/* A manual event that has happened. */
void xg_var_SignalledEvent(struct xg_kernel *k, uint8_t *bytes, uint32_t size, xg_ga at)
{
    XG_UNUSED(k);
    XG_UNUSED(size);
    bytes[0] = XG_DISP_MANUAL_EVENT;
    bytes[2] = 4;
    bytes[7] = 1;
    xg_st32be(bytes + 8, at + 8);
    xg_st32be(bytes + 12, at + 8);
}

void xg_var_KeTimeStampBundle(struct xg_kernel *k, uint8_t *bytes, uint32_t size, xg_ga at)
{
    XG_UNUSED(size);
    xg_st64be(bytes + 8, XG_BOOT_SYSTEM_TIME);
    k->time_bundle = at;
}

/* Flag 0x20: a hard disk is there. 0x10 would make titles set up a development heap. */
void xg_var_XboxHardwareInfo(struct xg_kernel *k, uint8_t *bytes, uint32_t size, xg_ga at)
{
    XG_UNUSED(k);
    XG_UNUSED(size);
    XG_UNUSED(at);
    xg_st32be(bytes, 0x20);
    bytes[4] = XG_CPUS;
}

void xg_var_XboxKrnlVersion(struct xg_kernel *k, uint8_t *bytes, uint32_t size, xg_ga at)
{
    XG_UNUSED(k);
    XG_UNUSED(size);
    XG_UNUSED(at);
    xg_st16be(bytes, 2);
    xg_st16be(bytes + 4, 17559);
}

/* Filled when a title starts: the address of its loader entry. */
void xg_var_XexExecutableModuleHandle(struct xg_kernel *k, uint8_t *bytes, uint32_t size, xg_ga at)
{
    XG_UNUSED(bytes);
    XG_UNUSED(size);
    k->module_handle = at;
}

void xg_var_ExLoadedCommandLine(struct xg_kernel *k, uint8_t *bytes, uint32_t size, xg_ga at)
{
    static const char text[] = "\"default.xex\"";
    XG_UNUSED(k);
    XG_UNUSED(at);
    memcpy(bytes, text, sizeof text < size ? sizeof text : size);
}

void xg_var_ExLoadedImageName(struct xg_kernel *k, uint8_t *bytes, uint32_t size, xg_ga at)
{
    static const char text[] = "\\Device\\Cdrom0\\default.xex";
    XG_UNUSED(k);
    XG_UNUSED(at);
    memcpy(bytes, text, sizeof text < size ? sizeof text : size);
}

void xg_var_VdGpuClockInMHz(struct xg_kernel *k, uint8_t *bytes, uint32_t size, xg_ga at)
{
    XG_UNUSED(k);
    XG_UNUSED(size);
    XG_UNUSED(at);
    xg_st32be(bytes, 500);
}

/* A free critical section with a spin count of 10000. */
void xg_var_VdHSIOCalibrationLock(struct xg_kernel *k, uint8_t *bytes, uint32_t size, xg_ga at)
{
    XG_UNUSED(k);
    XG_UNUSED(size);
    bytes[0] = XG_DISP_AUTO_EVENT;
    bytes[1] = (10000 + 255) / 256;
    xg_st32be(bytes + 8, at + 8);
    xg_st32be(bytes + 12, at + 8);
    xg_st32be(bytes + 0x10, UINT32_MAX);
}

bool xg_variables_create(struct xg_kernel *k, struct xg_error *err)
{
    uint32_t total = 0;
    for (int r = 0; r < xg_export_count; r++)
        if (xg_exports[r].kind == XG_EXPORT_VARIABLE) {
            k->variable_at[r] = total;
            total += ((xg_exports[r].variable_size ? xg_exports[r].variable_size : 64) + 15) & ~15u;
        }
    k->variables = xg_pool_alloc(k, total < XG_PAGE_SIZE ? XG_PAGE_SIZE : total, 0x73726156);
    if (!k->variables)
        return xg_fail(err, XG_E_INPUT, "kernel: no guest memory for %u bytes of variables", total);
    for (int r = 0; r < xg_export_count; r++)
        if (xg_exports[r].kind == XG_EXPORT_VARIABLE)
            k->variable_at[r] += k->variables;
    for (const struct xg_variable *v = xg_variables; v->init; v++) {
        uint8_t bytes[1024] = {0};
        struct xg_fault f;
        uint32_t size = xg_exports[v->row].variable_size;
        if (size > sizeof bytes)
            return xg_fail(err, XG_E_INPUT, "kernel: variable %s is larger than %zu bytes",
                           xg_exports[v->row].name, sizeof bytes);
        v->init(k, bytes, size, k->variable_at[v->row]);
        xg_memory_write(k->o.mem, k->variable_at[v->row], bytes, size, &f);
    }
    return true;
}

void xg_kernel_set_image_name(struct xg_kernel *k, const char *path)
{
    char text[256] = "";
    struct xg_fault f;
    memcpy(text, path, strnlen(path, sizeof text - 1));
    xg_memory_write(k->o.mem, k->variable_at[XG_ROW_ExLoadedImageName], text, sizeof text, &f);
}
