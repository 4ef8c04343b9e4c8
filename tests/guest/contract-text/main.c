/* Text, memory and code conversion, dates, status translation, configuration, headers, debug. */
#include "../contract/contract.h"
#include "string.h"

static bool same(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

static int32_t list_print(char *out, uint32_t room, const char *format, ...)
{
    /* A console va_list is a pointer to 8-byte slots. */
    static uint32_t slots[4] = {0, 41, 0, 0};
    slots[3] = (uint32_t) "list";
    (void)room;
    return room ? _vsnprintf(out, room, format, slots) : vsprintf(out, format, slots);
}

static void printing(void)
{
    char out[64];
    CHECK(sprintf, sprintf(out, "%d %5.2f %s %08X %I64d", -3, 2.5, "text", 0xBEEF, -5ll) == 25 &&
                       same(out, "-3  2.50 text 0000BEEF -5"));
    CHECK(_snprintf, _snprintf(out, 4, "%u", 12345) == -1 && !memcmp(out, "1234", 4));
    CHECK(_snprintf, _snprintf(out, sizeof out, "%-4u|", 7) == 5 && same(out, "7   |"));
    CHECK(_vsnprintf, list_print(out, 64, "%u %s") == 7 && same(out, "41 list"));
    CHECK(vsprintf, list_print(out, 0, "%u-%s") == 7 && same(out, "41-list"));
    CHECK(DbgPrint, DbgPrint("%s\n", "a line") == 0);
    DbgBreakPoint(); /* a line in the log, no more */
    CHECK(DbgBreakPoint, 1);
}

static void memory(void)
{
    uint32_t words[8];
    RtlFillMemoryUlong(words, 32, 0x11223344);
    CHECK(RtlFillMemoryUlong, words[0] == 0x11223344 && words[7] == 0x11223344);
    words[5] = 0;
    CHECK(RtlCompareMemoryUlong, RtlCompareMemoryUlong(words, 32, 0x11223344) == 20);
    CHECK(RtlCompareMemory, RtlCompareMemory(words, words + 1, 28) == 16);
}

static void strings(void)
{
    char text[] = "Name", room[8];
    uint16_t wide[] = {'W', 0xE9, 0x20AC, 0}, units[4];
    struct ansi_string a, b = {0, sizeof room, room};
    struct unicode_string u;
    uint32_t written = 0;
    RtlInitAnsiString(&a, text);
    CHECK(RtlInitAnsiString, a.length == 4 && a.maximum == 5 && a.text == text);
    RtlInitUnicodeString(&u, wide);
    CHECK(RtlInitUnicodeString, u.length == 6 && u.maximum == 8 && u.text == wide);
    RtlCopyString(&b, &a);
    CHECK(RtlCopyString, b.length == 4 && !memcmp(room, "Name", 4));
    room[0] = 'n';
    CHECK(RtlCompareString, RtlCompareString(&a, &b, 1) == 0 && RtlCompareString(&a, &b, 0) < 0);
    CHECK(RtlCompareStringN, RtlCompareStringN("abc", 2, "abd", 2, 0) == 0 &&
                                 RtlCompareStringN("abc", -1, "abd", -1, 0) < 0);
    CHECK(RtlUpcaseUnicodeChar,
          RtlUpcaseUnicodeChar('q') == 'Q' && RtlUpcaseUnicodeChar(0xE9) == 0xC9 &&
              RtlUpcaseUnicodeChar(0xF7) == 0xF7 && RtlUpcaseUnicodeChar(0x4E00) == 0x4E00);
    CHECK(RtlUpperChar, RtlUpperChar('q') == 'Q' && RtlUpperChar(0xE9) == 0xC9);
    CHECK(RtlLowerChar, RtlLowerChar('Q') == 'q' && RtlLowerChar('1') == '1');
    CHECK(RtlMultiByteToUnicodeN, RtlMultiByteToUnicodeN(units, 8, &written, "\xE9q", 2) == 0 &&
                                      written == 4 && units[0] == 0xE9 && units[1] == 'q');
    CHECK(RtlUnicodeToMultiByteN, RtlUnicodeToMultiByteN(room, 8, &written, wide, 6) == 0 &&
                                      written == 3 && !memcmp(room, "W\xE9?", 3));
    b = (struct ansi_string){0, 3, room};
    CHECK(RtlUnicodeStringToAnsiString,
          RtlUnicodeStringToAnsiString(&b, &u, 0) == (NTSTATUS)0x80000005 && b.length == 2);
    CHECK(RtlUnicodeStringToAnsiString, RtlUnicodeStringToAnsiString(&b, &u, 1) == 0 &&
                                            b.length == 3 && b.text != room && b.text[3] == 0);
    RtlFreeAnsiString(&b);
    CHECK(RtlFreeAnsiString, b.text == 0 && b.length == 0);
}

static void dates(void)
{
    uint16_t fields[8] = {2004, 2, 29, 23, 59, 59, 999, 0};
    uint64_t time = 0, later = 0, now = 0;
    CHECK(RtlTimeFieldsToTime,
          RtlTimeFieldsToTime(fields, &time) == 1 && time == 127225727999990000ull);
    later = time + 10000;
    RtlTimeToTimeFields(&later, fields);
    uint16_t local[8];
    GetLocalTime(local);
    KeQuerySystemTime(&now);
    RtlTimeToTimeFields(&now, fields);
    CHECK(GetLocalTime, local[0] == fields[0] && local[1] == fields[1] && local[2] == fields[7] &&
                            local[3] == fields[2] && local[4] == fields[3] &&
                            local[5] == fields[4] && local[6] == fields[5]);
    RtlTimeToTimeFields(&later, fields);
    CHECK(RtlTimeToTimeFields, fields[0] == 2004 && fields[1] == 3 && fields[2] == 1 &&
                                   fields[3] == 0 && fields[6] == 0 && fields[7] == 1);
    fields[1] = 13;
    CHECK(RtlTimeFieldsToTime, RtlTimeFieldsToTime(fields, &time) == 0);
    KeQuerySystemTime(&now);
    const volatile uint32_t *bundle = __imp_KeTimeStampBundle;
    uint64_t shown = (uint64_t)bundle[2] << 32 | bundle[3];
    CHECK(KeQuerySystemTime, now >= shown && now - shown < 20000);
    CHECK(KeTimeStampBundle, now > later);
    uint64_t a = KeQueryInterruptTime();
    sleep_ms(1);
    CHECK(KeQueryInterruptTime, KeQueryInterruptTime() - a >= 10000);
    CHECK(KeQueryPerformanceFrequency, KeQueryPerformanceFrequency() == 50000000);
}

static void configuration(void)
{
    uint32_t value = 0;
    uint16_t size = 0;
    CHECK(ExGetXConfigSetting,
          ExGetXConfigSetting(3, 9, &value, 4, &size) == 0 && value == 1 && size == 4);
    CHECK(ExGetXConfigSetting, ExGetXConfigSetting(3, 9, &value, 2, 0) == (NTSTATUS)0xC0000023);
    CHECK(ExGetXConfigSetting, ExGetXConfigSetting(99, 9, &value, 4, 0) == (NTSTATUS)0xC00000EF);
    CHECK(ExGetXConfigSetting, ExGetXConfigSetting(3, 99, &value, 4, 0) == (NTSTATUS)0xC00000F0);
    CHECK(RtlNtStatusToDosError, RtlNtStatusToDosError(0) == 0);
    CHECK(RtlNtStatusToDosError, RtlNtStatusToDosError((NTSTATUS)0xC0000008) == 6);
    CHECK(RtlNtStatusToDosError, RtlNtStatusToDosError((NTSTATUS)0xC0ABCDEF) == 0x13D);
    CHECK(RtlNtStatusToDosError, RtlNtStatusToDosError((NTSTATUS)0x103) == 997);
    CHECK(RtlNtStatusToDosError, RtlNtStatusToDosError((NTSTATUS)0x80000006) == 18);
    CHECK(RtlNtStatusToDosError, RtlNtStatusToDosError((NTSTATUS)0xC0000235) == 6);
    CHECK(RtlNtStatusToDosError, RtlNtStatusToDosError((NTSTATUS)0xD0000022) == 5);
    CHECK(RtlNtStatusToDosError, RtlNtStatusToDosError((NTSTATUS)0x80070057) == 0x57);
    CHECK(RtlNtStatusToDosError, RtlNtStatusToDosError((NTSTATUS)0xC0010123) == 0x123);
    CHECK(RtlNtStatusToDosError, RtlNtStatusToDosError((NTSTATUS)0xC0030059) == 0x723);
    CHECK(XexCheckExecutablePrivilege, XexCheckExecutablePrivilege(99) == 0);
    uint32_t entry = *(uint32_t *)__imp_XexExecutableModuleHandle;
    CHECK(XexExecutableModuleHandle, entry && word_at((char *)entry + 0x18) == 0x82000000);
    void *header = (void *)word_at((char *)entry + 0x58);
    CHECK(RtlImageXexHeaderField, word_at(header) == 0x58455832);
    CHECK(RtlImageXexHeaderField, word_at(RtlImageXexHeaderField(header, 0x10201)) == 0x82000000);
    CHECK(RtlImageXexHeaderField, RtlImageXexHeaderField(header, 0x12345600) == 0);
}

static void variables(void)
{
    CHECK(XboxHardwareInfo, word_at(__imp_XboxHardwareInfo) == 0x20);
    CHECK(XboxKrnlVersion, word_at(__imp_XboxKrnlVersion) == 0x00020000 &&
                               word_at((char *)__imp_XboxKrnlVersion + 4) >> 16 >= 1888);
    CHECK(KeDebugMonitorData, word_at(__imp_KeDebugMonitorData) == 0);
    CHECK(KeCertMonitorData, word_at(__imp_KeCertMonitorData) == 0);
    CHECK(ExLoadedCommandLine, same(__imp_ExLoadedCommandLine, "\"default.xex\""));
    CHECK(ExLoadedImageName, ((const char *)__imp_ExLoadedImageName)[0] == '\\');
    CHECK(ExEventObjectType, word_at((char *)__imp_ExEventObjectType + 0x18) == 0x76657645);
    CHECK(ExSemaphoreObjectType, word_at((char *)__imp_ExSemaphoreObjectType + 0x18) == 0x616D6553);
    CHECK(ExThreadObjectType, word_at((char *)__imp_ExThreadObjectType + 0x18) == 0x65726854);
    CHECK(ExMutantObjectType, word_at((char *)__imp_ExMutantObjectType + 0x18) == 0x6174754D);
    CHECK(ExTimerObjectType, word_at((char *)__imp_ExTimerObjectType + 0x18) == 0x656D6954);
    CHECK(IoCompletionObjectType,
          word_at((char *)__imp_IoCompletionObjectType + 0x18) == 0x706D6F43);
}

int main(void)
{
    printing();
    memory();
    strings();
    dates();
    configuration();
    variables();
    return failed;
}
