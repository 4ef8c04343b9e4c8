/* See usbfs_model.h. What libusb 1.0.26 asks of usbfs: linux/usbdevice_fs.h. */
#include "tests/board/usbfs_model.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <linux/usbdevice_fs.h>
#include <umockdev.h>

#define NODE    "/dev/bus/usb/001/002"
#define SYSPATH "/sys/devices/pci0000:00/usb1/1-1"

struct urb {
    struct urb *next;
    UMockdevIoctlData *urb, *buffer;
    gulong address; /* in the client: what DISCARDURB names */
    bool done;
    int status, moved;
};

struct usbfs_model {
    struct usbfs_device device;
    UMockdevTestbed *testbed;
    UMockdevIoctlBase *handler;
    pthread_mutex_t lock;
    struct urb *urbs; /* in order of submission */
    bool gone;
    char *description;
};

static void finish(struct urb *u, int status, int moved)
{
    u->done = true;
    u->status = status;
    u->moved = moved;
}

static int error_of(int result)
{
    return result == USBFS_STALL ? -EPIPE : -EPROTO;
}

static void serve_control(struct usbfs_model *m, struct urb *u, const struct usbdevfs_urb *urb)
{
    unsigned room = (unsigned)urb->buffer_length - 8;
    uint8_t *bytes = u->buffer->data;
    int n = m->device.control(m->device.ctx, bytes, bytes + 8, room);
    if (n < 0) {
        finish(u, error_of(n), 0);
        return;
    }
    if (bytes[0] & 0x80)
        umockdev_ioctl_data_update(u->buffer, 8, bytes + 8, (gsize)n);
    finish(u, 0, bytes[0] & 0x80 ? n : (int)room);
}

static void serve_bulk(struct usbfs_model *m, struct urb *u, const struct usbdevfs_urb *urb)
{
    uint8_t *bytes = u->buffer ? u->buffer->data : NULL;
    unsigned length = (unsigned)urb->buffer_length;
    bool in = urb->endpoint & 0x80;
    int n = in ? m->device.in(m->device.ctx, bytes, length)
               : m->device.out(m->device.ctx, bytes, length);
    if (n == USBFS_NAK)
        return;
    if (n < 0) {
        finish(u, error_of(n), 0);
        return;
    }
    if (in && n)
        umockdev_ioctl_data_update(u->buffer, 0, bytes, (gsize)n);
    finish(u, 0, n);
}

/* Transfers of one endpoint end in their order; the other direction does not wait for them. */
static void serve(struct usbfs_model *m)
{
    bool held[256] = {false};
    if (!m->gone)
        m->device.turn(m->device.ctx);
    for (struct urb *u = m->urbs; u; u = u->next) {
        const struct usbdevfs_urb *urb = (const struct usbdevfs_urb *)u->urb->data;
        if (u->done)
            continue;
        if (m->gone) {
            finish(u, -ESHUTDOWN, 0);
        } else if (urb->type == USBDEVFS_URB_TYPE_CONTROL) {
            serve_control(m, u, urb);
        } else if (!held[urb->endpoint]) {
            serve_bulk(m, u, urb);
            held[urb->endpoint] = !u->done;
        }
    }
}

static void free_urb(struct urb *u)
{
    if (u->buffer)
        g_object_unref(u->buffer);
    g_object_unref(u->urb);
    free(u);
}

static int submit(struct usbfs_model *m, UMockdevIoctlData *arg)
{
    GError *e = NULL;
    UMockdevIoctlData *data = umockdev_ioctl_data_resolve(arg, 0, sizeof(struct usbdevfs_urb), &e);
    if (!data)
        return EFAULT;
    const struct usbdevfs_urb *urb = (const struct usbdevfs_urb *)data->data;
    struct urb *u = calloc(1, sizeof *u), **end = &m->urbs;
    u->urb = g_object_ref(data);
    u->address = data->client_addr;
    if (urb->buffer_length) {
        u->buffer = umockdev_ioctl_data_resolve(data, offsetof(struct usbdevfs_urb, buffer),
                                                (gsize)urb->buffer_length, &e);
        if (u->buffer)
            g_object_ref(u->buffer);
    }
    while (*end)
        end = &(*end)->next;
    *end = u;
    return 0;
}

static int reap(struct usbfs_model *m, UMockdevIoctlData *arg)
{
    GError *e = NULL;
    struct urb **at = &m->urbs;
    serve(m);
    while (*at && !(*at)->done)
        at = &(*at)->next;
    if (!*at)
        return m->gone ? ENODEV : EAGAIN;
    struct urb *u = *at;
    *at = u->next;
    gint32 status = u->status, moved = u->moved;
    umockdev_ioctl_data_update(u->urb, offsetof(struct usbdevfs_urb, status), (guint8 *)&status, 4);
    umockdev_ioctl_data_update(u->urb, offsetof(struct usbdevfs_urb, actual_length),
                               (guint8 *)&moved, 4);
    UMockdevIoctlData *to = umockdev_ioctl_data_resolve(arg, 0, sizeof(void *), &e);
    if (to)
        umockdev_ioctl_data_set_ptr(to, 0, u->urb);
    free_urb(u);
    return 0;
}

static int discard(struct usbfs_model *m, UMockdevIoctlData *arg)
{
    gulong address = *(gulong *)(void *)arg->data;
    for (struct urb *u = m->urbs; u; u = u->next)
        if (u->address == address && !u->done) {
            finish(u, -ENOENT, 0);
            return 0;
        }
    return EINVAL;
}

static int capabilities(UMockdevIoctlData *arg)
{
    GError *e = NULL;
    guint32 caps = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_NO_PACKET_SIZE_LIM |
                   USBDEVFS_CAP_BULK_CONTINUATION | USBDEVFS_CAP_REAP_AFTER_DISCONNECT;
    UMockdevIoctlData *to = umockdev_ioctl_data_resolve(arg, 0, sizeof caps, &e);
    if (!to)
        return EFAULT;
    umockdev_ioctl_data_update(to, 0, (guint8 *)&caps, sizeof caps);
    return 0;
}

static gboolean on_ioctl(UMockdevIoctlBase *base, UMockdevIoctlClient *client, gpointer user)
{
    struct usbfs_model *m = user;
    gulong request = umockdev_ioctl_client_get_request(client);
    UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg(client);
    int error = 0;
    (void)base;
    pthread_mutex_lock(&m->lock);
    if (request == USBDEVFS_REAPURB || request == USBDEVFS_REAPURBNDELAY)
        error = reap(m, arg);
    else if (request == USBDEVFS_DISCARDURB)
        error = discard(m, arg);
    else if (m->gone)
        error = ENODEV;
    else if (request == USBDEVFS_SUBMITURB)
        error = submit(m, arg);
    else if (request == USBDEVFS_GET_CAPABILITIES)
        error = capabilities(arg);
    else if (request != USBDEVFS_CLAIMINTERFACE && request != USBDEVFS_RELEASEINTERFACE &&
             request != USBDEVFS_SETCONFIGURATION && request != USBDEVFS_SETINTERFACE &&
             request != USBDEVFS_CLEAR_HALT && request != USBDEVFS_RESET)
        error = ENOTTY;
    pthread_mutex_unlock(&m->lock);
    umockdev_ioctl_client_complete(client, error ? -1 : 0, error);
    return TRUE;
}

/* A program that ends, or is killed, leaves its transfers behind: the kernel drops them. */
static void on_gone(UMockdevIoctlBase *base, UMockdevIoctlClient *client, gpointer user)
{
    struct usbfs_model *m = user;
    (void)base, (void)client;
    pthread_mutex_lock(&m->lock);
    while (m->urbs) {
        struct urb *u = m->urbs;
        m->urbs = u->next;
        free_urb(u);
    }
    pthread_mutex_unlock(&m->lock);
}

static void make_handler(struct usbfs_model *m)
{
    m->handler = umockdev_ioctl_base_new();
    g_signal_connect(m->handler, "handle-ioctl", G_CALLBACK(on_ioctl), m);
    g_signal_connect(m->handler, "client-vanished", G_CALLBACK(on_gone), m);
}

static void add(struct usbfs_model *m)
{
    GError *e = NULL;
    if (!umockdev_testbed_add_from_string(m->testbed, m->description, &e) ||
        !umockdev_testbed_attach_ioctl(m->testbed, NODE, m->handler, &e)) {
        fprintf(stderr, "usbfs model: %s\n", e->message);
        exit(99);
    }
}

static const char root_hub[] =
    "P: /devices/pci0000:00/usb1\nN: bus/usb/001/001\nE: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\n"
    "E: DEVNAME=/dev/bus/usb/001/001\nE: BUSNUM=001\nE: DEVNUM=001\nE: MAJOR=189\nE: MINOR=0\n"
    "A: busnum=1\nA: devnum=1\nA: speed=480\nA: bConfigurationValue=1\nA: bNumConfigurations=1\n"
    "A: idVendor=1d6b\nA: idProduct=0002\n"
    "H: "
    "descriptors=12010002090001406b1d020001060302010109021900010100e00009040000010900000007058103"
    "04000c\n\n";

static char *describe(const struct usbfs_device *d)
{
    char *text = malloc(1024 + 2 * d->length);
    const uint8_t *b = d->descriptors;
    int n = sprintf(text,
                    "P: /devices/pci0000:00/usb1/1-1\nN: bus/usb/001/002\nE: DEVTYPE=usb_device\n"
                    "E: SUBSYSTEM=usb\nE: DEVNAME=" NODE "\nE: BUSNUM=001\nE: DEVNUM=002\n"
                    "E: MAJOR=189\nE: MINOR=1\nA: busnum=1\nA: devnum=2\nA: speed=480\n"
                    "A: bConfigurationValue=1\nA: bNumConfigurations=1\nA: idVendor=%02x%02x\n"
                    "A: idProduct=%02x%02x\nH: descriptors=",
                    b[9], b[8], b[11], b[10]);
    for (unsigned i = 0; i < d->length; i++)
        n += sprintf(text + n, "%02x", b[i]);
    memcpy(text + n, "\n\n", 3);
    return text;
}

struct usbfs_model *usbfs_model_create(const struct usbfs_device *device)
{
    struct usbfs_model *m = calloc(1, sizeof *m);
    GError *e = NULL;
    m->device = *device;
    m->description = describe(device);
    pthread_mutex_init(&m->lock, NULL);
    m->testbed = umockdev_testbed_new();
    make_handler(m);
    if (!umockdev_testbed_add_from_string(m->testbed, root_hub, &e)) {
        fprintf(stderr, "usbfs model: %s\n", e->message);
        exit(99);
    }
    add(m);
    return m;
}

void usbfs_model_unplug(struct usbfs_model *m)
{
    pthread_mutex_lock(&m->lock);
    m->gone = true;
    pthread_mutex_unlock(&m->lock);
    umockdev_testbed_uevent(m->testbed, SYSPATH, "remove");
    umockdev_testbed_remove_device(m->testbed, SYSPATH);
    umockdev_testbed_detach_ioctl(m->testbed, NODE, NULL);
}

void usbfs_model_killed(struct usbfs_model *m)
{
    GError *e = NULL;
    umockdev_testbed_detach_ioctl(m->testbed, NODE, NULL);
    on_gone(NULL, NULL, m);
    g_object_unref(m->handler);
    make_handler(m);
    if (!umockdev_testbed_attach_ioctl(m->testbed, NODE, m->handler, &e)) {
        fprintf(stderr, "usbfs model: %s\n", e->message);
        exit(99);
    }
}

void usbfs_model_plug(struct usbfs_model *m)
{
    pthread_mutex_lock(&m->lock);
    m->gone = false;
    pthread_mutex_unlock(&m->lock);
    add(m);
    umockdev_testbed_uevent(m->testbed, SYSPATH, "add");
}

void usbfs_model_locked(struct usbfs_model *m, void (*call)(void *), void *arg)
{
    pthread_mutex_lock(&m->lock);
    call(arg);
    pthread_mutex_unlock(&m->lock);
}

void usbfs_model_rights(struct usbfs_model *m, unsigned mode)
{
    gchar *root = umockdev_testbed_get_root_dir(m->testbed);
    gchar *path = g_strconcat(root, NODE, NULL);
    chmod(path, (mode_t)mode);
    g_free(path);
    g_free(root);
}

void usbfs_model_destroy(struct usbfs_model *m)
{
    umockdev_testbed_detach_ioctl(m->testbed, NODE, NULL);
    g_object_unref(m->handler);
    g_object_unref(m->testbed);
    free(m->description);
    free(m);
}
