/* Half a second of sound through the render driver: a triangle wave on each of the six channels,
 * channel c at (c + 1) * 187.5 Hz. tests/audio/test_sound.sh knows every sample of it. */
#include "string.h"
#include "xboxkrnl.h"

#define CHANNELS 6
#define SAMPLES  256
#define FRAMES   94

static uint32_t driver;
static struct kevent done = {0, 0, 4, 0, 0, 0, 0};
static float frame[CHANNELS][SAMPLES];
static uint32_t given;

/* 0, 1/64, ... 1, ... 0, ... -1, ... over 256 steps. */
static float triangle(uint32_t phase)
{
    int32_t p = (int32_t)(phase % 256);
    int32_t v = p < 64 ? p : p < 192 ? 128 - p : p - 256;
    return (float)v / 64;
}

__attribute__((used)) static void fill(uint32_t *argument)
{
    if (*argument != 0x70E || given == FRAMES)
        return;
    for (uint32_t c = 0; c < CHANNELS; c++)
        for (uint32_t s = 0; s < SAMPLES; s++)
            frame[c][s] = triangle((given * SAMPLES + s) * (c + 1)) / 4;
    XAudioSubmitRenderDriverFrame(driver, frame);
    if (++given == FRAMES)
        KeSetEvent(&done, 0, 0);
}
XG_CALLBACK(fill_entry, fill)

int main(void)
{
    uint32_t client[2] = {(uint32_t)fill_entry, 0x70E}, played[8];
    if (XAudioRegisterRenderDriverClient(client, &driver))
        return 1;
    KeWaitForSingleObject(&done, 3, 1, 0, 0);
    int64_t rest = -200000; /* what is still queued */
    KeDelayExecutionThread(1, 0, &rest);
    XAudioQueryDriverPerformance(driver, played);
    XAudioUnregisterRenderDriverClient(driver);
    DbgPrint("tone: %u frames given, %u played\n", given, played[1]);
    return played[1] != FRAMES;
}
