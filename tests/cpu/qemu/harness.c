/* Runs inside qemu-ppc64 or qemu-ppc: reads batches of code and register states from standard
 * input, executes the code on each state on the emulated processor, writes the states
 * back. No C library. All numbers are big-endian, as this program's memory is.
 *
 * Batch: u32 words, u32 states, u32 code[words], struct state[states]; words = ~0 ends.
 * r1 is the harness's own: tests must not use it. LR is not part of the state. */
typedef unsigned int u32;
typedef unsigned long long u64;

#define STATE_BYTES 1408
#define MAX_STATES  40
#define MAX_WORDS   8

extern unsigned char state_area[STATE_BYTES];
extern u32 code_area[MAX_WORDS + 1];
extern char after_code[];
void run_state(void);

static unsigned char batch[STATE_BYTES * MAX_STATES];

static long sys3(long number, long a, void *b, long c)
{
    register long r0 __asm__("r0") = number;
    register long r3 __asm__("r3") = a;
    register void *r4 __asm__("r4") = b;
    register long r5 __asm__("r5") = c;
    __asm__ volatile("sc\n\tbns+ 1f\n\tneg 3,3\n1:"
                     : "+r"(r0), "+r"(r3), "+r"(r4), "+r"(r5)
                     :
                     : "r6", "r7", "r8", "r9", "r10", "r11", "r12", "cr0", "ctr", "memory");
    return r3;
}

static void leave(int code)
{
    sys3(1, code, 0, 0);
}

static void move(int number, int fd, void *buf, u64 size)
{
    char *p = buf;
    while (size) {
        long n = sys3(number, fd, p, (long)size);
        if (n <= 0)
            leave(3);
        p += n;
        size -= (u64)n;
    }
}

static void copy(void *to, const void *from, u64 size)
{
    u64 *a = to;
    const u64 *b = from;
    for (u64 i = 0; i < size / 8; i++)
        a[i] = b[i];
}

static void place_code(u32 words)
{
    move(3, 0, code_area, words * 4);
    long distance = after_code - (char *)&code_area[words];
    code_area[words] = 0x48000000u | ((u32)distance & 0x03FFFFFC);
    for (u32 i = 0; i <= words; i++)
        __asm__ volatile("dcbst 0,%0\n\tsync\n\ticbi 0,%0\n\tisync"
                         :
                         : "r"(&code_area[i])
                         : "memory");
}

void start(void);
void start(void)
{
    for (;;) {
        u32 head[2];
        move(3, 0, head, sizeof head);
        if (head[0] == ~0u)
            leave(0);
        if (head[0] > MAX_WORDS || head[1] > MAX_STATES)
            leave(4);
        place_code(head[0]);
        move(3, 0, batch, (u64)head[1] * STATE_BYTES);
        for (u32 i = 0; i < head[1]; i++) {
            copy(state_area, batch + (u64)i * STATE_BYTES, STATE_BYTES);
            run_state();
            copy(batch + (u64)i * STATE_BYTES, state_area, STATE_BYTES);
        }
        move(4, 1, batch, (u64)head[1] * STATE_BYTES);
    }
}
