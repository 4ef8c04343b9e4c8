/* Shared by XAM's files. */
#ifndef XG_KERNEL_XAM_H
#define XG_KERNEL_XAM_H

#include "kernel/internal.h"

#define XG_USERS 4u
#define XG_XUID  0xE000000000000001ull /* of the local profile */
enum {                                 /* Win32 codes that XAM answers with */
       XG_ERROR_SUCCESS = 0,
       XG_ERROR_INVALID_HANDLE = 6,
       XG_ERROR_INVALID_PARAMETER = 0x57,
       XG_ERROR_INSUFFICIENT_BUFFER = 0x7A,
       XG_ERROR_IO_PENDING = 0x3E5,
       XG_ERROR_NOT_FOUND = 0x490,
       XG_ERROR_NO_SUCH_USER = 0x525,
       XG_ERROR_FUNCTION_FAILED = 0x65B,
};
#define XG_HRESULT(code) (0x80070000u | (code))

/* Completes an XOVERLAPPED: 0 result, 4 length, 8 thread, C event, 10 routine, 14 context, 18
 * extended error. The call then answers IO_PENDING; without one (0) the result itself. */
enum xg_kcall_result xg_overlapped_complete(struct xg_kcall *call, xg_ga overlapped,
                                            uint32_t result, uint32_t length);
/* The same when the guest may change the structure's event before the end; the call is checked
 * for memory once, at the beginning. */
bool xg_overlapped_begin(struct xg_kcall *call, xg_ga overlapped); /* false: a fault */
/* thread: gets the completion routine's APC when the structure names none. */
void xg_overlapped_finish(struct xg_kernel *k, struct xg_thread *thread, xg_ga overlapped,
                          uint32_t result, uint32_t length);
/* Completion of content and enumerators: a failure is FUNCTION_FAILED, with its own code in the
 * extended error. */
enum xg_kcall_result xg_overlapped_answer(struct xg_kcall *call, xg_ga overlapped, uint32_t result,
                                          uint32_t length);
/* The one local profile is signed in as user 0. */
bool xg_user_signed_in(uint32_t user);

#endif
