/* Colour bands that slide to the left, a bright bar that moves up and down, and the frame
 * number in binary along the bottom: painted by clears and resolves alone, no draws.
 * Double buffered: a picture is only painted again when the GPU has finished it, and each
 * frame waits for a vertical blank. Runs for ever. */
#include "xg_gpu.h"

#define WIDTH  640u
#define HEIGHT 360u
#define BAND   80u
#define BAR    24u

static const uint32_t bands[8] = {
    /* alpha, blue, green, red */
    0xFF2020D0, 0xFF1070F0, 0xFF10D0E8, 0xFF30B030, 0xFFB0A020, 0xFFC05020, 0xFFB03090, 0xFF606060,
};

static void paint_bands(struct xg_gpu *gpu, unsigned frame)
{
    unsigned shift = frame * 8 % (8 * BAND);
    for (unsigned x = 0; x < WIDTH;) {
        unsigned at = (x + shift) % (8 * BAND), left = BAND - at % BAND;
        unsigned w = left < WIDTH - x ? left : WIDTH - x;
        xg_gpu_clear(gpu, x, 0, w, HEIGHT, bands[at / BAND]);
        x += w;
    }
}

static void paint_bar(struct xg_gpu *gpu, unsigned frame)
{
    unsigned steps = (HEIGHT - 2 * BAR) / 8, t = frame % (2 * steps);
    unsigned y = (t < steps ? t : 2 * steps - t) * 8;
    xg_gpu_clear(gpu, 0, y, WIDTH, BAR, 0xFFF0F0F0);
}

static void paint_number(struct xg_gpu *gpu, unsigned frame)
{
    for (unsigned bit = 0; bit < 16; bit++)
        xg_gpu_clear(gpu, 16 + bit * 24, HEIGHT - 24, 16, 16,
                     frame >> (15 - bit) & 1 ? 0xFFFFFFFF : 0xFF000000);
}

int main(void)
{
    static struct xg_gpu gpu;
    struct xg_picture picture[2];
    uint32_t done[2] = {0, 0};
    xg_gpu_init(&gpu, 12);
    for (unsigned i = 0; i < 2; i++)
        xg_picture_create(&picture[i], WIDTH, HEIGHT);
    DbgPrint("clear: %u by %u, ring of %u words\n", WIDTH, HEIGHT, gpu.size);
    for (unsigned frame = 1;; frame++) {
        unsigned i = frame & 1;
        xg_gpu_wait(&gpu, done[i]);
        xg_gpu_surface(&gpu, WIDTH, HEIGHT);
        paint_bands(&gpu, frame);
        paint_bar(&gpu, frame);
        paint_number(&gpu, frame);
        xg_gpu_resolve(&gpu, &picture[i]);
        xg_gpu_swap(&gpu, &picture[i]);
        done[i] = xg_gpu_fence(&gpu);
        xg_gpu_wait_vblank(&gpu);
    }
}
