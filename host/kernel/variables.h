/* Exported variables: each row of exports.csv names an initialiser that fills the
 * variable's bytes when the kernel starts. */
#ifndef XG_KERNEL_VARIABLES_H
#define XG_KERNEL_VARIABLES_H

#include "kernel/kernel.h"

/* bytes: the variable's storage, zero, `size` bytes; at: its guest address. */
typedef void xg_variable_fn(struct xg_kernel *kernel, uint8_t *bytes, uint32_t size, xg_ga at);
struct xg_variable {
    uint16_t row;
    xg_variable_fn *init;
};
extern const struct xg_variable xg_variables[]; /* ends with init NULL */

xg_variable_fn xg_var_Zero, xg_var_ObjectType, xg_var_KeTimeStampBundle, xg_var_XboxHardwareInfo,
    xg_var_XboxKrnlVersion, xg_var_XexExecutableModuleHandle, xg_var_ExLoadedCommandLine,
    xg_var_ExLoadedImageName, xg_var_VdGpuClockInMHz, xg_var_VdHSIOCalibrationLock,
    xg_var_SignalledEvent;

#endif
