// A DVI screen of 640 x 480: finds the characters by the clock lane, the picture by the control
// characters, and decodes bytes. Knows nothing of the RTL. Anything that a screen could not show is a
// sentence.
#ifndef XG_SCREEN_H
#define XG_SCREEN_H

#include <cstdint>

class screen
{
    static constexpr int WIDTH = 640, HEIGHT = 480;
    uint8_t *rgb = nullptr;
    unsigned lane[4] = {};
    int x = 0, y = 0;
    bool running = false, finished = false, was_v = false, was_picture = false;
    const char *wrong = nullptr;

    // 0 to 3: a control character and its two bits; -1: a byte
    static int control(unsigned word)
    {
        switch (word) {
        case 0x354: return 0;
        case 0x0AB: return 1;
        case 0x154: return 2;
        case 0x2AB: return 3;
        default: return -1;
        }
    }
    static uint8_t decode(unsigned word)
    {
        unsigned q = word & 0x200 ? ~word & 0xFF : word & 0xFF, value = q & 1;
        for (int k = 1; k < 8; k++) {
            unsigned differ = (q >> k ^ q >> (k - 1)) & 1;
            value |= (word & 0x100 ? differ : differ ^ 1) << k;
        }
        return static_cast<uint8_t>(value);
    }
    void fail(const char *sentence)
    {
        if (!wrong)
            wrong = sentence;
        finished = true;
    }
    void pixel()
    {
        if (control(lane[1]) >= 0 || control(lane[2]) >= 0)
            return fail("a lane is blank inside of the picture");
        if (running && x < WIDTH && y < HEIGHT) {
            uint8_t *p = rgb + 3 * (y * WIDTH + x);
            p[0] = decode(lane[2]);
            p[1] = decode(lane[1]);
            p[2] = decode(lane[0]);
        }
        x++;
        was_picture = true;
    }
    void blank(int sync)
    {
        if (was_picture && running) {
            if (x != WIDTH)
                return fail("a line has not 640 pixels");
            y++;
        }
        x = 0;
        was_picture = false;
        bool v = sync & 2;
        if (was_v && !v) {
            if (running && y != HEIGHT)
                return fail("a picture has not 480 lines");
            if (running)
                finished = true;
            running = true;
            y = 0;
        }
        was_v = v;
    }

  public:
    void start(uint8_t *picture)
    {
        rgb = picture;
        finished = running = was_picture = false;
        was_v = false; // what comes before the first sync is none of it
        wrong = nullptr;
    }
    bool done() const { return finished; }
    const char *verdict() const { return wrong ? wrong : finished ? nullptr : "no picture came"; }
    // Two bits of each lane: blue, green, red, clock from bit 0.
    void take(unsigned first, unsigned second)
    {
        for (unsigned k = 0; k < 4; k++)
            lane[k] = lane[k] >> 2 | (first >> k & 1) << 8 | (second >> k & 1) << 9;
        if (lane[3] != 0x01F || finished)
            return;
        int sync = control(lane[0]);
        if (sync >= 0)
            blank(sync);
        else
            pixel();
    }
};

#endif
