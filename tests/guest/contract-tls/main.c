/* Static thread-local data: each thread starts with a copy of the image's template behind KPCR+0,
 * and the dynamic slots follow it. */
#include "../contract/contract.h"

__attribute__((section(".xtls"), used))
const uint32_t template[3] = {0x11111111, 0x22222222, 0x33333333};

static uint32_t *block(void)
{
    return (uint32_t *)xg_kpcr32(0);
}

static volatile uint32_t slot, seen_first, seen_slot, own;
__attribute__((used)) static uint32_t another(void *context)
{
    (void)context;
    seen_first = block()[0];
    seen_slot = (uint32_t)KeTlsGetValue(slot);
    block()[0] = 0x99;
    KeTlsSetValue(slot, 7);
    own = (uint32_t)block();
    return 0;
}
XG_CALLBACK(another_entry, another)

int main(void)
{
    CHECK(KeTlsAlloc, block()[0] == 0x11111111 && block()[2] == 0x33333333);
    CHECK(KeTlsAlloc, block() != (uint32_t *)template);
    slot = KeTlsAlloc();
    KeTlsSetValue(slot, 0x55);
    CHECK(KeTlsSetValue, block()[4 + slot] == 0x55); /* 12 bytes of data, rounded to 16 */
    block()[0] = 0x77;
    HANDLE h = spawn(another_entry, 0, 0);
    wait_handle(h, MS(20));
    NtClose(h);
    CHECK(ExCreateThread, seen_first == 0x11111111 && own != (uint32_t)block());
    CHECK(KeTlsGetValue, seen_slot == 0 && KeTlsGetValue(slot) == 0x55);
    CHECK(ExCreateThread, block()[0] == 0x77 && template[0] == 0x11111111);
    CHECK(KeTlsFree, KeTlsFree(slot) == 1 && block()[4 + slot] == 0);
    return failed;
}
