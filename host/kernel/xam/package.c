/* What XAM keeps of a mounted package, as a record in guest memory: 0 device object, 8 list, 18
 * opens, 1C lock of the header, 38 the package's header as it lies in the file, 975C storage
 * device, 9760 name of its device, 97A0 its path, 98A4 licences. One record a package; it stays
 * until the end, as packages do. Each call gives the caller a reference to the device object. */
#include "kernel/content.h"

#include <stdlib.h>

enum { /* the record */
       RECORD_LIST = 0x08,
       RECORD_OPENS = 0x18,
       RECORD_LOCK = 0x1C,
       RECORD_HEADER = 0x38,
       RECORD_STORAGE = 0x975C,
       RECORD_NAME = 0x9760,
       RECORD_PATH = 0x97A0,
       RECORD_LICENCES = 0x98A4,
       RECORD_SIZE = 0x98AC,
};
enum { NAME_ROOM = 0x40, PATH_ROOM = 0x104, DEVICE_SIZE = 0x50, LOCK_FREE = -1 };

struct xg_mounted {
    struct xg_vfs_device *device;
    struct xg_object *object; /* a reference */
    xg_ga record;
    struct xg_mounted *next;
};

void xg_mounted_destroy(struct xg_kernel *k)
{
    while (k->mounted) {
        struct xg_mounted *m = k->mounted;
        k->mounted = m->next;
        free(m);
    }
}

static void put_text(struct xg_kernel *k, xg_ga at, const char *text, uint32_t room)
{
    for (uint32_t i = 0; text[i] && i + 1 < room; i++)
        xg_kst8(k, at + i, (uint8_t)text[i]);
}

static void fill(struct xg_kernel *k, const struct xg_mounted *m, const char *name,
                 const char *path)
{
    struct xg_vfs_package package;
    struct xg_fault f;
    uint32_t size;
    const uint8_t *header = xg_vfs_package_header(m->device, &size);
    xg_vfs_package(m->device, &package);
    xg_kst32(k, m->record, m->object->body);
    xg_kst32(k, m->record + RECORD_LIST, m->record + RECORD_LIST);
    xg_kst32(k, m->record + RECORD_LIST + 4, m->record + RECORD_LIST);
    xg_kst32(k, m->record + RECORD_OPENS, 1);
    xg_kst8(k, m->record + RECORD_LOCK, XG_DISP_AUTO_EVENT);
    xg_kst32(k, m->record + RECORD_LOCK + 8, m->record + RECORD_LOCK + 8);
    xg_kst32(k, m->record + RECORD_LOCK + 12, m->record + RECORD_LOCK + 8);
    xg_kst32(k, m->record + RECORD_LOCK + 16, (uint32_t)LOCK_FREE);
    xg_memory_write(k->o.mem, m->record + RECORD_HEADER, header, size, &f);
    xg_kst32(k, m->record + RECORD_STORAGE, XG_DISK_ID);
    put_text(k, m->record + RECORD_NAME, name, NAME_ROOM);
    put_text(k, m->record + RECORD_PATH, path, PATH_ROOM);
    xg_kst32(k, m->record + RECORD_LICENCES, package.licences);
}

static struct xg_mounted *make(struct xg_kernel *k, struct xg_vfs_device *device, const char *name,
                               const char *path)
{
    struct xg_mounted *m = calloc(1, sizeof *m);
    struct xg_object *o = m ? xg_object_create(k, XG_OBJECT_DEVICE, DEVICE_SIZE) : NULL;
    xg_ga record = o ? xg_pool_alloc(k, RECORD_SIZE, 0x676B5058) : 0;
    if (!record) {
        if (o)
            xg_object_release(k, o);
        free(m);
        return NULL;
    }
    xg_kst8(k, o->body, 3);
    xg_kst16(k, o->body + 2, DEVICE_SIZE);
    xg_kst8(k, o->body + 0x1E, 1);
    *m = (struct xg_mounted){device, o, record, k->mounted};
    k->mounted = m;
    fill(k, m, name, path);
    return m;
}

/* root, unused here, record**. */
enum xg_kcall_result xg_x_XamContentGetMountedPackageByRootName(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    char root[32] = "", name[40], target[XG_VFS_PATH] = "", rest[XG_VFS_PATH];
    xg_ga out = xg_kcall_u32(call, 2);
    struct xg_vfs_device *device;
    uint32_t size;
    xg_content_root_name(call, xg_kcall_u32(call, 0), root);
    xg_kcall_st32(call, out, 0);
    if (call->faulted)
        return XG_KCALL_FAULT;
    xg_content_link_name(root, name);
    if (!k->o.vfs || !root[0] || xg_vfs_resolve(k->o.vfs, name, &device, rest) != XG_VFS_OK ||
        !xg_vfs_package_header(device, &size))
        return xg_kcall_return(call, ERROR_FILE_NOT_FOUND);
    struct xg_mounted *m = k->mounted;
    while (m && m->device != device)
        m = m->next;
    if (!m) {
        xg_vfs_link_target(k->o.vfs, name, target);
        const char *path = xg_content_root_path(k, root);
        m = make(k, device, target, path ? path : target);
    }
    if (!m)
        return xg_kcall_return(call, ERROR_DISK_FULL);
    xg_object_reference(k, m->object);
    xg_kcall_st32(call, out, m->record);
    return xg_kcall_return(call, XG_ERROR_SUCCESS);
}
