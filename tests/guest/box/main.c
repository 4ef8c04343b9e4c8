/* Message boxes of the system: one that the title waits for while it goes on drawing, then one that
 * it waits in. Prints which button was taken; the exit code is that of the second box. */
#include "xboxkrnl.h"
#include "xg_gpu.h"

#define WIDTH   640u
#define HEIGHT  360u
#define PENDING 0x3E5u

static uint16_t wide[8][64];

static const uint16_t *text(unsigned slot, const char *ascii)
{
    unsigned i = 0;
    for (; ascii[i] && i < 63; i++)
        wide[slot][i] = (uint8_t)ascii[i];
    wide[slot][i] = 0;
    return wide[slot];
}

int main(void)
{
    static struct xg_gpu gpu;
    struct xg_picture picture;
    uint32_t overlapped[7] = {0}, answer = 9, pad[4];
    const uint16_t *buttons[3] = {text(2, "Yes, please"), text(3, "No"), text(4, "Later")};
    xg_gpu_init(&gpu, 12);
    xg_picture_create(&picture, WIDTH, HEIGHT);
    XamShowMessageBoxUIEx(0xFF, text(0, "Saved game"),
                          text(1, "Shall the game be saved to the disk now?"), 3, buttons, 1, 0, 0,
                          &answer, overlapped);
    while (((volatile uint32_t *)overlapped)[0] == PENDING) {
        if (XamInputGetState(0, 1, pad) == 0 && pad[1] >> 16)
            DbgPrint("the title saw a button\n");
        xg_gpu_surface(&gpu, WIDTH, HEIGHT);
        xg_gpu_clear(&gpu, 0, 0, WIDTH, HEIGHT, 0xFF804020);
        xg_gpu_resolve(&gpu, &picture);
        xg_gpu_swap(&gpu, &picture);
        xg_gpu_wait(&gpu, xg_gpu_fence(&gpu));
        int64_t t = -160000;
        KeDelayExecutionThread(1, 0, &t);
    }
    DbgPrint("first box: result %x, extended %x, button %u\n", overlapped[0], overlapped[6],
             answer);
    uint32_t result =
        XamShowMessageBoxUI(0, text(0, "Second"), text(1, "Go?"), 2, buttons, 0, 0, &answer, 0);
    DbgPrint("second box: result %x, button %u\n", result, answer);
    return (int)answer;
}
