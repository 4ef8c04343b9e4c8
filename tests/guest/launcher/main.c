/* A title that starts another one and gives it a word; the one that is started shows it. Each swaps
 * a picture, so that frames go on. */
#include "string.h"
#include "xboxkrnl.h"
#include "xg_gpu.h"

static void show(uint32_t colour)
{
    static struct xg_gpu gpu;
    struct xg_picture picture;
    xg_gpu_init(&gpu, 12);
    xg_picture_create(&picture, 320, 180);
    xg_gpu_surface(&gpu, 320, 180);
    xg_gpu_clear(&gpu, 0, 0, 320, 180, colour);
    xg_gpu_resolve(&gpu, &picture);
    xg_gpu_swap(&gpu, &picture);
    xg_gpu_wait(&gpu, xg_gpu_fence(&gpu));
    int64_t t = -200000;
    KeDelayExecutionThread(1, 0, &t);
}

int main(void)
{
    char data[64] = "";
    uint32_t size = 0;
    if (XamLoaderGetLaunchDataSize(&size) == 0 && size <= sizeof data) {
        XamLoaderGetLaunchData(data, sizeof data);
        DbgPrint("second: '%s', the clock shows more: %u\n", data, xg_timebase() > 1000000);
        DbgPrint("it is %s\n", (const char *)__imp_ExLoadedImageName);
        show(0xFF00FF00);
        return 0;
    }
    DbgPrint("first: %s\n", (const char *)__imp_ExLoadedImageName);
    show(0xFF0000FF);
    XamLoaderSetLaunchData("level 3", 8);
    XamLoaderLaunchTitle("game:\\launcher.xex", 0);
    DbgPrint("never\n");
    return 1;
}
