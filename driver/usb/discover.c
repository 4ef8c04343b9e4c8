/* Finding boards; see board.h. */
#include "driver/usb/board_priv.h"
#include "driver/usb/pipe.h"

#include <stdio.h>
#include <string.h>

/* FTDI's ids (data sheets of the chips); the native device uses the test id of pid.codes, which
 * anyone may use while a gateware is not for sale. */
static const struct {
    uint16_t vendor, product;
    enum xg_usb_kind kind;
    const char *name;
} known[] = {
    {0x0403, 0x6014, XG_USB_FT232H, "FT232H"},
    {0x0403, 0x6010, XG_USB_FT2232H, "FT2232H"},
    {0x1209, 0x0001, XG_USB_NATIVE, "Xenogate device"},
};

const char *xg_usb_kind_name(enum xg_usb_kind kind)
{
    return known[kind].name;
}

static uint32_t speed_mbps(libusb_device *device)
{
    switch (libusb_get_device_speed(device)) {
    case LIBUSB_SPEED_LOW:
        return 1;
    case LIBUSB_SPEED_FULL:
        return 12;
    case LIBUSB_SPEED_HIGH:
        return 480;
    case LIBUSB_SPEED_SUPER:
        return 5000;
    default:
        return 0;
    }
}

static void read_string(libusb_device_handle *handle, uint8_t index, char *to, size_t size)
{
    unsigned char text[64];
    if (!index)
        return;
    int n = libusb_get_string_descriptor_ascii(handle, index, text, (int)sizeof text);
    if (n > 0)
        snprintf(to, size, "%.*s", n, (const char *)text);
}

/* Whether the device is one of ours to look at, and what can be said about it. */
static bool describe(libusb_device *device, struct xg_usb_board *b)
{
    struct libusb_device_descriptor d;
    if (libusb_get_device_descriptor(device, &d) != 0)
        return false;
    for (size_t i = 0; i < XG_COUNTOF(known); i++) {
        if (d.idVendor != known[i].vendor || d.idProduct != known[i].product)
            continue;
        *b = (struct xg_usb_board){.kind = known[i].kind,
                                   .vendor = d.idVendor,
                                   .product = d.idProduct,
                                   .bus = libusb_get_bus_number(device),
                                   .address = libusb_get_device_address(device),
                                   .speed_mbps = speed_mbps(device)};
        snprintf(b->description, sizeof b->description, "%s", known[i].name);
        libusb_device_handle *handle;
        int code = libusb_open(device, &handle);
        if (code != 0) {
            xg_fail(&b->openable, XG_E_DEVICE, "USB device %04x:%04x (bus %u device %u): %s",
                    b->vendor, b->product, b->bus, b->address, xg_usb_reason(code));
            return true;
        }
        read_string(handle, d.iSerialNumber, b->serial, sizeof b->serial);
        read_string(handle, d.iProduct, b->description, sizeof b->description);
        libusb_close(handle);
        return true;
    }
    return false;
}

static bool comes_before(const struct xg_usb_board *a, const struct xg_usb_board *b)
{
    return a->bus != b->bus ? a->bus < b->bus : a->address < b->address;
}

static libusb_context *start(struct xg_error *err)
{
    libusb_context *context = NULL;
    int code = libusb_init(&context);
    if (code != 0)
        xg_fail(err, XG_E_DEVICE, "USB cannot be used: %s", xg_usb_reason(code));
    return code == 0 ? context : NULL;
}

/* Fills boards; each one's device is kept referenced in `devices` when that is not NULL. */
static size_t look(libusb_context *context, struct xg_usb_board *boards, libusb_device **devices,
                   size_t max, struct xg_error *err)
{
    libusb_device **list = NULL;
    ssize_t all = libusb_get_device_list(context, &list);
    size_t count = 0;
    if (all < 0) {
        xg_fail(err, XG_E_DEVICE, "USB devices cannot be listed: %s", xg_usb_reason((int)all));
        return 0;
    }
    for (ssize_t i = 0; i < all && count < max; i++) {
        struct xg_usb_board found;
        if (!describe(list[i], &found))
            continue;
        size_t at = count++;
        for (; at && comes_before(&found, &boards[at - 1]); at--) {
            boards[at] = boards[at - 1];
            if (devices)
                devices[at] = devices[at - 1];
        }
        boards[at] = found;
        if (devices)
            devices[at] = libusb_ref_device(list[i]);
    }
    libusb_free_device_list(list, 1);
    return count;
}

size_t xg_usb_boards(struct xg_usb_board *boards, size_t max, struct xg_error *err)
{
    libusb_context *context = start(err);
    if (!context)
        return 0;
    size_t count = look(context, boards, NULL, max, err);
    libusb_exit(context);
    return count;
}

/* The board asked for among `count`; `count` and err when there is none or more than one. */
static size_t choose(const struct xg_usb_board *boards, size_t count, const char *serial,
                     struct xg_error *err)
{
    char names[256] = "";
    size_t length = 0, hit = count;
    for (size_t i = 0; i < count; i++) {
        if (serial && !strcmp(boards[i].serial, serial) && hit == count)
            hit = i;
        int n = snprintf(names + length, sizeof names - length, "%s%s", i ? " " : "",
                         boards[i].serial[0] ? boards[i].serial : "(no serial)");
        length = n > 0 && length + (size_t)n < sizeof names ? length + (size_t)n : length;
    }
    if (count == 0)
        xg_fail(err, XG_E_DEVICE,
                "no board on USB (looked for FT232H 0403:6014, FT2232H 0403:6010 and 1209:0001)");
    else if (serial && hit == count)
        xg_fail(err, XG_E_DEVICE, "no board with serial '%s' on USB; there is: %s", serial, names);
    else if (!serial && count > 1)
        xg_fail(err, XG_E_INPUT, "%zu boards on USB, say which by its serial: %s", count, names);
    else
        return serial ? hit : 0;
    return count;
}

bool xg_usb_find(const char *serial, struct xg_usb_open *out, struct xg_error *err)
{
    struct xg_usb_board boards[XG_USB_BOARDS_MAX];
    libusb_device *devices[XG_USB_BOARDS_MAX];
    *out = (struct xg_usb_open){.context = start(err)};
    if (!out->context)
        return false;
    size_t count = look(out->context, boards, devices, XG_USB_BOARDS_MAX, err);
    size_t chosen = err && err->kind != XG_OK ? count : choose(boards, count, serial, err);
    for (size_t i = 0; i < count; i++) {
        if (i == chosen)
            out->device = devices[i];
        else
            libusb_unref_device(devices[i]);
    }
    if (chosen < count)
        out->board = boards[chosen];
    if (chosen < count && out->board.openable.kind == XG_OK)
        return true;
    if (chosen < count)
        xg_fail(err, out->board.openable.kind, "%s", out->board.openable.text);
    xg_usb_close(out);
    return false;
}

void xg_usb_close(struct xg_usb_open *o)
{
    if (o->handle)
        libusb_close(o->handle);
    if (o->device)
        libusb_unref_device(o->device);
    if (o->context)
        libusb_exit(o->context);
    *o = (struct xg_usb_open){0};
}
