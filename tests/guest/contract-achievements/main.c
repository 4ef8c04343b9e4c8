/* Achievements of the title's own database (database.hex: 7 "First", 8 "Zw\u00f6lf"). */
#include "../contract/contract.h"
#include "string.h"

struct achievement {
    uint32_t id;
    const uint16_t *label, *text, *how;
    uint32_t picture, score, time[2], flags;
};

int main(void)
{
    static union {
        struct achievement item[2];
        uint8_t bytes[1000];
    } buffer;
    uint32_t size = 0, count = 9, reached[2] = {0, 8}, message[2] = {1, (uint32_t)reached};
    HANDLE h = 0;
    CHECK(XamUserCreateAchievementEnumerator,
          XamUserCreateAchievementEnumerator(0, 3, 0, 7, 0, 2, &size, &h) == 0x525);
    CHECK(XamUserCreateAchievementEnumerator,
          XamUserCreateAchievementEnumerator(0, 0, 0, 7, 0, 2, &size, &h) == 0 && size == 1000);
    CHECK(XamEnumerate, XamEnumerate(h, 0, &buffer, sizeof buffer, &count, 0) == 0 && count == 2);
    const struct achievement *a = buffer.item;
    CHECK(XamUserCreateAchievementEnumerator, a[0].id == 7 && a[0].score == 20 &&
                                                  a[0].picture == 0x10 && a[0].flags == 8 &&
                                                  a[0].time[0] == 0);
    CHECK(XamUserCreateAchievementEnumerator,
          a[0].label[0] == 'F' && a[0].label[5] == 0 && a[0].text[0] == 'W' && a[0].how[0] == 'D');
    CHECK(XamUserCreateAchievementEnumerator,
          a[1].id == 8 && a[1].label[2] == 0xF6 && a[1].label[5] == 0 && a[1].how[0] == 'F');
    NtClose(h);
    CHECK(XMsgStartIORequest, XMsgStartIORequest(0xFB, 0xB0008, 0, message, 8) == 0);
    /* From the second on, without texts: it is reached now. */
    CHECK(XamUserCreateAchievementEnumerator,
          XamUserCreateAchievementEnumerator(0x58470001, 0, 0, 0, 1, 5, &size, &h) == 0 &&
              size == 5 * 36);
    CHECK(XamEnumerate, XamEnumerate(h, 0, &buffer, sizeof buffer, &count, 0) == 0 && count == 1);
    CHECK(XMsgStartIORequest,
          a[0].id == 8 && a[0].flags == 0x20010 && a[0].time[0] == 0x01C5EE2E && a[0].label == 0);
    NtClose(h);
    CHECK(XamUserCreateAchievementEnumerator, /* another title's are not known */
          XamUserCreateAchievementEnumerator(0x12345678, 0, 0, 7, 0, 5, &size, &h) == 0 &&
              XamEnumerate(h, 0, &buffer, sizeof buffer, &count, 0) == 0x12);
    return failed;
}
