/* A USB device behind the kernel's usbfs interface, without a kernel: umockdev answers the ioctls
 * of any program that runs under its preload library, real libusb included. The device itself is
 * three functions. One device; all calls happen on umockdev's thread, one at a time. */
#ifndef XG_TESTS_USBFS_MODEL_H
#define XG_TESTS_USBFS_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#define USBFS_NAK   (-1) /* nothing now: the transfer stays under way */
#define USBFS_STALL (-2)
#define USBFS_ERROR (-3) /* as a broken cable: EPROTO */

struct usbfs_device {
    void *ctx;
    const uint8_t *descriptors; /* device descriptor, then the configuration */
    unsigned length;
    /* setup: 8 bytes; data: what goes out or the room for what comes in. Returns bytes or STALL. */
    int (*control)(void *ctx, const uint8_t *setup, uint8_t *data, unsigned length);
    /* Bulk. Returns bytes moved, or one of the above. */
    int (*out)(void *ctx, const uint8_t *data, unsigned length);
    int (*in)(void *ctx, uint8_t *data, unsigned length);
    /* Called before every look at the transfers: lets the device's time pass. */
    void (*turn)(void *ctx);
};

struct usbfs_model;
struct usbfs_model *usbfs_model_create(const struct usbfs_device *device);
void usbfs_model_destroy(struct usbfs_model *m);
/* From any thread. The device goes away: transfers under way end, nothing can be opened. */
void usbfs_model_unplug(struct usbfs_model *m);
void usbfs_model_plug(struct usbfs_model *m);
/* The program that used the device was killed: umockdev's side of it must go, too, before another
 * begins. */
void usbfs_model_killed(struct usbfs_model *m);
/* Calls it while the device stands still. */
void usbfs_model_locked(struct usbfs_model *m, void (*call)(void *), void *arg);
/* Not more than `mode` (e.g. 0) rights for the device's node, as without a udev rule. */
void usbfs_model_rights(struct usbfs_model *m, unsigned mode);

#endif
