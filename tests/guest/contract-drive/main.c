/* The drive and its disc, as the first of three discs that was started from a folder. What changes
 * discs for real is tests/guest/discs. */
#include "../contract/contract.h"

int main(void)
{
    uint32_t type = 9, title = 9;
    HANDLE h = 0;
    void *event = 0;
    CHECK(XamLoaderGetDvdTrayState, XamLoaderGetDvdTrayState() == 0); /* empty */
    CHECK(XamLoaderGetMediaInfo, XamLoaderGetMediaInfo(&type, &title) == 0 && type == 0 && !title);
    CHECK(XamLoaderGetMediaInfo, XamLoaderGetMediaInfo(0, 0) == 0);

    NtCreateEvent(&h, 0, 1, 0);
    ObReferenceObjectByHandle(h, __imp_ExEventObjectType, &event);
    CHECK(XamSwapDisc, XamSwapDisc(0, event, 0) == 0x57 && XamSwapDisc(4, event, 0) == 0x57);
    CHECK(XamSwapDisc, XamSwapDisc(2, event, 0) == 0x65B && wait_handle(h, 0) == TIMEOUT);
    uint32_t references = word_at((char *)event - 0x18);
    CHECK(XamSwapDisc, XamSwapDisc(1, event, 0) == 0 && wait_handle(h, 0) == 0); /* lies in it */
    CHECK(XamSwapDisc, word_at((char *)event - 0x18) == references - 1);
    CHECK(XamSwapDisc, XamSwapDisc(1, 0, 0) == 0);
    CHECK(XamSwapCancel, XamSwapCancel() == 0);
    NtClose(h);
    return failed;
}
