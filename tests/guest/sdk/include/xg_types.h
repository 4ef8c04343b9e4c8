/* Types of the kernel interface. Guest memory is big-endian and so is the compiler. */
#ifndef XG_TYPES_H
#define XG_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int32_t NTSTATUS;
typedef uint32_t HANDLE;

struct ansi_string {
    uint16_t length, maximum; /* bytes, without the terminator */
    char *text;
};
struct unicode_string {
    uint16_t length, maximum;
    uint16_t *text;
};
struct object_attributes {
    HANDLE root;
    struct ansi_string *name;
    uint32_t attributes;
};
/* A dispatcher header: events may be built in place. type 0 manual, 1 auto. */
struct kevent {
    uint8_t type, absolute, size, inserted;
    int32_t signal;
    struct kevent *next, *previous; /* wait list */
};

/* Processor control block behind r13, the fields that titles read. */
static inline uint32_t xg_kpcr32(unsigned offset)
{
    uint32_t v;
    __asm__ volatile("lwzx %0,13,%1" : "=r"(v) : "b"(offset));
    return v;
}
static inline unsigned xg_cpu_number(void)
{
    uint32_t v;
    __asm__ volatile("lbz %0,0x10C(13)" : "=r"(v));
    return v;
}

/* 50 MHz time base, low 32 bits. */
static inline uint32_t xg_timebase(void)
{
    uint32_t v;
    __asm__ volatile("mftb %0" : "=r"(v));
    return v;
}
static inline void xg_sync(void)
{
    __asm__ volatile("sync" ::: "memory");
}
static inline void xg_eieio(void)
{
    __asm__ volatile("eieio" ::: "memory");
}
/* Ends the time slice of this hardware thread (db16cyc). */
static inline void xg_yield(void)
{
    __asm__ volatile("or 31,31,31" ::: "memory");
}

/* Makes `name` a function that the kernel may call (console ABI) and that calls the C
 * function `fn` with the same integer arguments. Use the address of `name`:
 *     void on_interrupt(uint32_t source, void *user);
 *     XG_CALLBACK(interrupt_entry, on_interrupt)
 *     VdSetGraphicsInterruptCallback(interrupt_entry, 0); */
#define XG_CALLBACK(name, fn)                                                                      \
    extern char name[];                                                                            \
    __asm__("\t.pushsection .text." #name ",\"ax\"\n\t.balign 4\n\t.globl " #name                  \
            "\n\t.type " #name ",@function\n" #name ":\n\tlis 11," #fn "@ha\n\taddi 11,11," #fn    \
            "@l\n\tb __xg_callback\n\t.size " #name ",.-" #name "\n\t.popsection");

#endif
