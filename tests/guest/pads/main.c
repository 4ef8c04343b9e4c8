/* What the pads do, drawn by clears: a lamp for each button, bars for the triggers, a square for
 * each stick; a row for each pad. Each change of pad 0 and each keystroke is printed. Start and
 * Back together end it. */
#include "xg_gpu.h"

#define WIDTH  640u
#define HEIGHT 360u
#define ROW    90u
#define LAMP   20u
#define BOX    60u
#define PADS   4u
#define END    0x0030u /* Start and Back */

struct pad { /* XINPUT_STATE */
    uint32_t packet;
    uint16_t buttons;
    uint8_t left_trigger, right_trigger;
    int16_t left_x, left_y, right_x, right_y;
};
struct keystroke { /* XINPUT_KEYSTROKE */
    uint16_t key, unicode, flags;
    uint8_t user, hid;
};

static void paint_stick(struct xg_gpu *gpu, unsigned x, unsigned y, int16_t sx, int16_t sy)
{
    unsigned dx = (unsigned)(sx + 32768) * (BOX - 10) / 65535;
    unsigned dy = (unsigned)(32767 - sy) * (BOX - 10) / 65535;
    xg_gpu_clear(gpu, x, y, BOX, BOX, 0xFF404040);
    xg_gpu_clear(gpu, x + dx, y + dy, 10, 10, 0xFF30D0F0);
}

static void paint_bar(struct xg_gpu *gpu, unsigned x, unsigned y, unsigned value)
{
    unsigned height = value * BOX / 255;
    xg_gpu_clear(gpu, x, y, 10, BOX, 0xFF404040);
    if (height)
        xg_gpu_clear(gpu, x, y + BOX - height, 10, height, 0xFF3030F0);
}

static void paint_pad(struct xg_gpu *gpu, unsigned y, const struct pad *p)
{
    for (unsigned bit = 0; bit < 16; bit++)
        xg_gpu_clear(gpu, 16 + bit % 8 * 30, y + 10 + bit / 8 * 30, LAMP, LAMP,
                     p->buttons >> bit & 1 ? 0xFF40F040 : 0xFF404040);
    paint_stick(gpu, 280, y + 5, p->left_x, p->left_y);
    paint_stick(gpu, 360, y + 5, p->right_x, p->right_y);
    paint_bar(gpu, 440, y + 5, p->left_trigger);
    paint_bar(gpu, 460, y + 5, p->right_trigger);
}

static void print_state(const struct pad *p, bool there)
{
    static uint32_t last = ~0u;
    uint32_t packet = there ? p->packet : 0;
    if (packet == last)
        return;
    last = packet;
    if (there)
        DbgPrint("pad 0: %04X %02X %02X %04X %04X %04X %04X\n", p->buttons, p->left_trigger,
                 p->right_trigger, (uint16_t)p->left_x, (uint16_t)p->left_y, (uint16_t)p->right_x,
                 (uint16_t)p->right_y);
    else
        DbgPrint("pad 0: none\n");
}

static void print_keystrokes(void)
{
    static struct keystroke k;
    while (XamInputGetKeystroke(0xFF, 1, &k) == 0)
        DbgPrint("key %04X %s of pad %u\n", k.key,
                 k.flags & 4   ? "again"
                 : k.flags & 2 ? "up"
                               : "down",
                 k.user);
}

int main(void)
{
    static struct xg_gpu gpu;
    static struct pad pad; /* in memory that the kernel can write */
    struct xg_picture picture[2];
    uint32_t done[2] = {0, 0}, ended = 0;
    xg_gpu_init(&gpu, 12);
    for (unsigned i = 0; i < 2; i++)
        xg_picture_create(&picture[i], WIDTH, HEIGHT);
    for (unsigned frame = 1; !ended; frame++) {
        unsigned i = frame & 1;
        xg_gpu_wait(&gpu, done[i]);
        xg_gpu_surface(&gpu, WIDTH, HEIGHT);
        xg_gpu_clear(&gpu, 0, 0, WIDTH, HEIGHT, 0xFF202020);
        for (unsigned n = 0; n < PADS; n++) {
            bool there = XamInputGetState(n, 1, &pad) == 0;
            if (n == 0)
                print_state(&pad, there);
            if (!there)
                continue;
            paint_pad(&gpu, n * ROW, &pad);
            ended |= (pad.buttons & END) == END;
        }
        print_keystrokes();
        xg_gpu_resolve(&gpu, &picture[i]);
        xg_gpu_swap(&gpu, &picture[i]);
        done[i] = xg_gpu_fence(&gpu);
        xg_gpu_wait_vblank(&gpu);
    }
    xg_gpu_wait(&gpu, done[0] > done[1] ? done[0] : done[1]);
    return 0;
}
