/* Sound: the render driver's callback and frames, volumes; XMA contexts, their fields, and how
 * they are consumed. */
#include "../contract/contract.h"
#include "string.h"

#define E_INVALIDARG 0x80070057

static volatile uint32_t asked, wrong_argument, on_cpu, first_tick, last_tick, submitted;
static uint32_t driver;
static float frame[6][256];
static void *callback_thread;
static struct kevent enough = {0, 0, 4, 0, 0, 0, 0};

__attribute__((used)) static void fill(uint32_t *argument)
{
    if (*argument != 0x1234)
        wrong_argument = 1;
    on_cpu = xg_cpu_number();
    callback_thread = kthread();
    if (++asked == 3)
        first_tick = xg_timebase();
    if (asked == 9) {
        last_tick = xg_timebase();
        KeSetEvent(&enough, 0, 0);
    }
    submitted += XAudioSubmitRenderDriverFrame(driver, frame) == 0;
}
XG_CALLBACK(fill_entry, fill)

static void render_driver(void)
{
    uint32_t client[2] = {(uint32_t)fill_entry, 0x1234}, none[2] = {0, 0}, performance[8];
    CHECK(XAudioRegisterRenderDriverClient,
          XAudioRegisterRenderDriverClient(none, &driver) == E_INVALIDARG);
    CHECK(XAudioRegisterRenderDriverClient,
          XAudioRegisterRenderDriverClient(client, &driver) == 0 && driver >> 16 == 0x4155);
    CHECK(XAudioRegisterRenderDriverClient, wait_object(&enough, MS(200)) == 0 && !wrong_argument);
    /* Callback 3 comes with the first tick after the two that ask ahead: six ticks to callback 9.
     */
    uint32_t ticks = last_tick - first_tick;
    CHECK(XAudioRegisterRenderDriverClient, ticks > 1590000 && ticks < 1610000);
    CHECK(XAudioGetRenderDriverThread, XAudioGetRenderDriverThread(driver) == callback_thread &&
                                           XAudioGetRenderDriverThread(1) == 0);
    CHECK(XAudioSubmitRenderDriverFrame, submitted == asked);
    CHECK(XAudioSubmitRenderDriverFrame, XAudioSubmitRenderDriverFrame(1, frame) == E_INVALIDARG);
    CHECK(XAudioQueryDriverPerformance,
          XAudioQueryDriverPerformance(driver, performance) == 0 && performance[0] == submitted &&
              performance[1] + 2 >= performance[0] && performance[2] == 0);
    CHECK(XAudioGetUnderrunCount, XAudioGetUnderrunCount(driver) == 0);
    uint32_t accepted = 0;
    while (XAudioSubmitRenderDriverFrame(driver, frame) == 0 && accepted < 20)
        accepted++;
    CHECK(XAudioSubmitRenderDriverFrame, accepted >= 5 && accepted <= 8);
    CHECK(XAudioUnregisterRenderDriverClient, XAudioUnregisterRenderDriverClient(driver) == 0);
    uint32_t then = asked;
    sleep_ms(20);
    CHECK(XAudioUnregisterRenderDriverClient, asked == then);
    CHECK(XAudioUnregisterRenderDriverClient,
          XAudioUnregisterRenderDriverClient(driver) == E_INVALIDARG);
    uint32_t again = 0;
    CHECK(XAudioRegisterRenderDriverClient,
          XAudioRegisterRenderDriverClient(client, &again) == 0 && again == driver);
    sleep_ms(20);
    CHECK(XAudioUnregisterRenderDriverClient,
          XAudioUnregisterRenderDriverClient(again) == 0 && asked > then);
}

static void volumes(void)
{
    float volume = 0;
    uint32_t config = 0, client[2] = {(uint32_t)fill_entry, 0x1234}, mask = 9;
    asked = 100;
    XAudioRegisterRenderDriverClient(client, &driver);
    CHECK(XAudioGetVoiceCategoryVolume, XAudioGetVoiceCategoryVolume(1, &volume) == 0);
    CHECK(XAudioGetVoiceCategoryVolume, word_at(&volume) == 0x3F800000);
    CHECK(XAudioGetVoiceCategoryVolume, XAudioGetVoiceCategoryVolume(99, &volume) == E_INVALIDARG);
    CHECK(XAudioGetVoiceCategoryVolumeChangeMask,
          XAudioGetVoiceCategoryVolumeChangeMask(driver, &mask) == 0 && mask == 0);
    CHECK(XAudioSetVoiceCategoryVolume, XAudioSetVoiceCategoryVolume(1, 0.5) == 0 &&
                                            XAudioGetVoiceCategoryVolume(1, &volume) == 0 &&
                                            word_at(&volume) == 0x3F000000);
    CHECK(XAudioGetVoiceCategoryVolumeChangeMask,
          XAudioGetVoiceCategoryVolumeChangeMask(driver, &mask) == 0 && mask == 2);
    CHECK(XAudioGetVoiceCategoryVolumeChangeMask,
          XAudioGetVoiceCategoryVolumeChangeMask(driver, &mask) == 0 && mask == 0);
    CHECK(XAudioGetSpeakerConfig, XAudioGetSpeakerConfig(&config) == 0 && config == 0x00010001);
    CHECK(XAudioOverrideSpeakerConfig, XAudioOverrideSpeakerConfig(1) == 0 &&
                                           XAudioGetSpeakerConfig(&config) == 0 && config == 1);
    CHECK(XAudioEnableDucker, XAudioEnableDucker(1) == 0 && XAudioIsDuckerEnabled() == 1);
    CHECK(XAudioIsDuckerEnabled, XAudioEnableDucker(0) == 0 && XAudioIsDuckerEnabled() == 0);
    XAudioUnregisterRenderDriverClient(driver);
}

/* ---- XMA ---- */

struct context_init {
    uint32_t in0, packets0, in1, packets1, offset, out, blocks, work, subframes, channels, rate;
    uint32_t loop_start, loop_end;
    uint8_t loop_count, loop_subframe_end, loop_subframe_skip, pad;
};
static uint32_t physical(const void *at)
{
    return MmGetPhysicalAddress((void *)at);
}

/* A packet of `frames` frames of 1000 bits, the first right behind the packet's word. */
static void packet(uint8_t *at, uint32_t frames)
{
    memset(at, 0x55, 2048);
    at[0] = (uint8_t)(frames << 2), at[1] = 0, at[2] = 5, at[3] = 0; /* metadata 5 */
    for (uint32_t i = 0; i < frames; i++)
        for (uint32_t bit = 0, place = 32 + i * 1000; bit < 15; bit++, place++) {
            uint8_t mask = (uint8_t)(0x80 >> place % 8);
            at[place / 8] =
                (uint8_t)((at[place / 8] & ~mask) | (1000 >> (14 - bit) & 1 ? mask : 0));
        }
}

static void xma(void)
{
    uint8_t *in = MmAllocatePhysicalMemoryEx(0, 8192, 4, 0, 0xFFFFFFFF, 0);
    uint8_t *out = in + 4096;
    void *context = 0, *second = 0;
    memset(out, 0xAA, 4096);
    packet(in, 4);
    packet(in + 2048, 3);
    CHECK(XMACreateContext, XMACreateContext(&context) == 0 && physical(context) != 0);
    CHECK(XMACreateContext, XMACreateContext(&second) == 0 && second == (char *)context + 64);
    struct context_init init = {.in0 = (uint32_t)in,
                                .packets0 = 2,
                                .offset = 32,
                                .out = (uint32_t)out,
                                .blocks = 16,
                                .subframes = 4,
                                .channels = 1,
                                .rate = 3};
    CHECK(XMAInitializeContext, XMAInitializeContext(context, &init) == 0 &&
                                    word_at((char *)context + 20) == physical(in) &&
                                    word_at((char *)context + 28) == physical(out) &&
                                    (word_at(context) & 0xFFF) == 2 &&
                                    (word_at(context) >> 22 & 31) == 16);
    CHECK(XMAInitializeContext, XMAInitializeContext((char *)context + 4, &init) == E_INVALIDARG);
    CHECK(XMAGetInputBufferReadOffset, XMAGetInputBufferReadOffset(context) == 32);
    CHECK(XMAIsInputBuffer0Valid, XMAIsInputBuffer0Valid(context) == 0);
    CHECK(XMAIsInputBuffer1Valid, XMAIsInputBuffer1Valid(context) == 0);
    CHECK(XMAIsOutputBufferValid, XMAIsOutputBufferValid(context) == 0);
    XMAEnableContext(context);
    CHECK(XMAEnableContext, XMAGetOutputBufferWriteOffset(context) == 0); /* nothing is valid */
    CHECK(XMASetInputBuffer0Valid,
          XMASetInputBuffer0Valid(context) == 0 && XMAIsInputBuffer0Valid(context) == 1);
    CHECK(XMASetOutputBufferValid,
          XMASetOutputBufferValid(context) == 0 && XMAIsOutputBufferValid(context) == 1);
    /* 16 blocks hold two frames of two channels, 8 blocks each. */
    CHECK(XMAEnableContext, XMAEnableContext(context) == 0);
    CHECK(XMAGetOutputBufferWriteOffset, XMAGetOutputBufferWriteOffset(context) == 0);
    CHECK(XMAIsOutputBufferValid, XMAIsOutputBufferValid(context) == 0); /* full */
    CHECK(XMAEnableContext, out[0] == 0 && out[4095] == 0);
    CHECK(XMAGetInputBufferReadOffset, XMAGetInputBufferReadOffset(context) == 32 + 2000);
    CHECK(XMAGetPacketMetadata, XMAGetPacketMetadata(context) == 5);
    /* The title takes half of it: one more frame. */
    CHECK(XMASetOutputBufferReadOffset, XMASetOutputBufferReadOffset(context, 8) == 0 &&
                                            XMAGetOutputBufferReadOffset(context) == 8);
    CHECK(XMAGetOutputBufferReadOffset, XMAGetOutputBufferReadOffset(context) == 8);
    XMASetOutputBufferValid(context);
    XMAEnableContext(context);
    CHECK(XMAGetInputBufferReadOffset, XMAGetInputBufferReadOffset(context) == 32 + 3000 &&
                                           XMAGetOutputBufferWriteOffset(context) == 8);
    /* The rest: frame 4 ends the first packet, the second has three. */
    for (uint32_t i = 0; i < 2; i++) {
        XMASetOutputBufferValid(context);
        XMAEnableContext(context);
    }
    CHECK(XMAIsInputBuffer0Valid, XMAIsInputBuffer0Valid(context) == 0);
    CHECK(XMAGetInputBufferReadOffset, XMAGetInputBufferReadOffset(context) == 32);
    /* The other buffer, with a loop over its first frame. */
    CHECK(XMASetInputBuffer1,
          XMASetInputBuffer1(context, in, 1) == 0 && word_at((char *)context + 24) == physical(in));
    CHECK(XMASetInputBuffer0, XMASetInputBuffer0(context, in + 2048, 1) == 0 &&
                                  word_at((char *)context + 20) == physical(in + 2048));
    CHECK(XMASetInputBuffer0, XMASetInputBuffer0(context, (void *)0x1000, 1) == E_INVALIDARG);
    CHECK(XMASetInputBuffer1Valid,
          XMASetInputBuffer1Valid(context) == 0 && XMAIsInputBuffer1Valid(context) == 1);
    struct {
        uint32_t start, end;
        uint8_t count, subframe_end, subframe_skip, pad;
    } loop = {32, 32, 1, 0, 0, 0};
    CHECK(XMASetLoopData, XMASetLoopData(context, &loop) == 0 &&
                              (word_at((char *)context + 12) & 0x3FFFFFF) == 32 &&
                              (word_at(context) >> 12 & 0xFF) == 1);
    CHECK(XMASetInputBufferReadOffset, XMASetInputBufferReadOffset(context, 32) == 0);
    XMASetOutputBufferValid(context);
    XMAEnableContext(context);
    CHECK(XMASetLoopData, XMAGetInputBufferReadOffset(context) == 32 + 1000 &&
                              (word_at(context) >> 12 & 0xFF) == 0);
    CHECK(XMADisableContext, XMADisableContext(context, 1) == 0);
    CHECK(XMABlockWhileInUse, XMABlockWhileInUse(context) == 0);
    /* The same through the registers: the decoder's window holds little-endian words. */
    volatile uint32_t *window = (volatile uint32_t *)0x7FEA0000;
    uint32_t base = __builtin_bswap32(window[0x1800 / 4]);
    CHECK(XMACreateContext, base == physical(context));
    uint32_t one = __builtin_bswap32(window[0x1818 / 4]),
             two = __builtin_bswap32(window[0x1818 / 4]);
    CHECK(XMACreateContext, two == one + 1);
    XMASetOutputBufferValid(context);
    window[0x1940 / 4] = __builtin_bswap32(1);
    CHECK(XMAEnableContext, XMAGetInputBufferReadOffset(context) == 32 + 3000);
    window[0x1A80 / 4] = __builtin_bswap32(1);
    CHECK(XMAInitializeContext,
          XMAIsInputBuffer1Valid(context) == 0 && XMAGetInputBufferReadOffset(context) == 32);
    CHECK(XMAReleaseContext, XMAReleaseContext(context) == 0 && XMAReleaseContext(second) == 0 &&
                                 XMAReleaseContext(context) == E_INVALIDARG);
    uint32_t contexts = 0;
    while (XMACreateContext(&context) == 0)
        contexts++;
    CHECK(XMACreateContext, contexts == 320 && context == 0);
}

int main(void)
{
    render_driver();
    volumes();
    xma();
    return failed;
}
