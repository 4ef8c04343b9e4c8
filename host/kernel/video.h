/* The display that video exports and XAM describe. */
#ifndef XG_KERNEL_VIDEO_H
#define XG_KERNEL_VIDEO_H

#include "kernel/internal.h"

#define XG_DISPLAY_WIDTH  1280u
#define XG_DISPLAY_HEIGHT 720u

/* Fills the 0x30-byte video mode structure at the guest address in argument n. */
void xg_video_mode(struct xg_kcall *call, unsigned n);

#endif
