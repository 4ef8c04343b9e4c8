/* The XMA* exports: fields of contexts in guest memory, and commands to the decoder. A context is
 * known by the address that XMACreateContext gave, through any window. */
#include "kernel/audio.h"

#define E_INVALIDARG 0x80070057u

/* The context in argument 0; false: r3 has the answer. */
static bool context_of(struct xg_kcall *call, unsigned *context)
{
    struct xg_kernel *k = call->kernel;
    xg_pa at = xg_memory_bus(k->o.mem, xg_kcall_u32(call, 0));
    *context = k->xma && at != XG_PA_NONE ? xg_xma_context_at(k->xma, at) : XG_XMA_CONTEXTS;
    if (*context < XG_XMA_CONTEXTS)
        return true;
    xg_kcall_return(call, E_INVALIDARG);
    return false;
}

static void load(struct xg_kcall *call, unsigned context, uint32_t words[16])
{
    for (unsigned i = 0; i < 16; i++)
        words[i] = xg_kld32(call->kernel,
                            call->kernel->xma_contexts + context * XG_XMA_CONTEXT_BYTES + 4 * i);
}
static void store(struct xg_kcall *call, unsigned context, const uint32_t words[16])
{
    for (unsigned i = 0; i < 16; i++)
        xg_kst32(call->kernel, call->kernel->xma_contexts + context * XG_XMA_CONTEXT_BYTES + 4 * i,
                 words[i]);
}

static enum xg_kcall_result get(struct xg_kcall *call, struct xg_xma_field f)
{
    unsigned context;
    uint32_t words[16];
    if (!context_of(call, &context))
        return XG_KCALL_DONE;
    load(call, context, words);
    return xg_kcall_return(call, xg_xma_get(words, f));
}

static enum xg_kcall_result set(struct xg_kcall *call, struct xg_xma_field f, uint32_t value)
{
    unsigned context;
    uint32_t words[16];
    if (!context_of(call, &context))
        return XG_KCALL_DONE;
    load(call, context, words);
    xg_xma_set(words, f, value);
    store(call, context, words);
    return xg_kcall_return(call, 0);
}

static enum xg_kcall_result command(struct xg_kcall *call, uint32_t first_register)
{
    unsigned context;
    if (!context_of(call, &context))
        return XG_KCALL_DONE;
    xg_xma_command(call->kernel->xma, first_register, context);
    return xg_kcall_return(call, 0);
}

/* ---- contexts ---- */

/* context**. */
enum xg_kcall_result xg_x_XMACreateContext(struct xg_kcall *call)
{
    struct xg_kernel *k = call->kernel;
    xg_ga out = xg_kcall_u32(call, 0);
    xg_kcall_st32(call, out, 0);
    if (call->faulted)
        return XG_KCALL_FAULT;
    struct xg_xma *x = xg_kernel_xma(k);
    unsigned i = x ? xg_xma_alloc(x) : XG_XMA_CONTEXTS;
    if (i == XG_XMA_CONTEXTS)
        return xg_kcall_return(call, XG_ST_NO_MEMORY);
    xg_kcall_st32(call, out, k->xma_contexts + i * XG_XMA_CONTEXT_BYTES);
    return xg_kcall_return(call, XG_ST_SUCCESS);
}

enum xg_kcall_result xg_x_XMAReleaseContext(struct xg_kcall *call)
{
    unsigned context;
    if (!context_of(call, &context))
        return XG_KCALL_DONE;
    xg_xma_free(call->kernel->xma, context);
    return xg_kcall_return(call, 0);
}

/* Bus address of a buffer; 0 stays 0. false: it lies in no window of physical memory. */
static bool bus(struct xg_kcall *call, uint32_t ga, uint32_t *out)
{
    *out = ga ? xg_memory_bus(call->kernel->o.mem, ga) : 0;
    return *out != XG_PA_NONE;
}

static void set_loop(struct xg_kcall *call, uint32_t words[16], xg_ga at)
{
    xg_xma_set(words, xg_xma_loop_start, xg_kcall_ld32(call, at));
    xg_xma_set(words, xg_xma_loop_end, xg_kcall_ld32(call, at + 4));
    xg_xma_set(words, xg_xma_loop_count, xg_kcall_ld8(call, at + 8));
    xg_xma_set(words, xg_xma_loop_subframe_end, xg_kcall_ld8(call, at + 9));
    xg_xma_set(words, xg_xma_loop_subframe_skip, xg_kcall_ld8(call, at + 10));
}

/* context, {0 input 0, its packets, 8 input 1, its packets, 10 read offset, 14 output, its blocks,
 * 1C work buffer, 20 subframes, 24 channels, 28 rate, 2C loop}. */
enum xg_kcall_result xg_x_XMAInitializeContext(struct xg_kcall *call)
{
    unsigned context;
    uint32_t words[16] = {0}, in0, in1, out;
    xg_ga init = xg_kcall_u32(call, 1);
    if (!context_of(call, &context))
        return XG_KCALL_DONE;
    bool good = bus(call, xg_kcall_ld32(call, init), &in0) &&
                bus(call, xg_kcall_ld32(call, init + 8), &in1) &&
                bus(call, xg_kcall_ld32(call, init + 0x14), &out);
    if (call->faulted)
        return XG_KCALL_FAULT;
    if (!good)
        return xg_kcall_return(call, E_INVALIDARG);
    xg_xma_set(words, xg_xma_in0_pointer, in0);
    xg_xma_set(words, xg_xma_in0_packets, xg_kcall_ld32(call, init + 4));
    xg_xma_set(words, xg_xma_in1_pointer, in1);
    xg_xma_set(words, xg_xma_in1_packets, xg_kcall_ld32(call, init + 0xC));
    xg_xma_set(words, xg_xma_in_offset, xg_kcall_ld32(call, init + 0x10));
    xg_xma_set(words, xg_xma_out_pointer, out);
    xg_xma_set(words, xg_xma_out_blocks, xg_kcall_ld32(call, init + 0x18));
    xg_xma_set(words, xg_xma_subframes, xg_kcall_ld32(call, init + 0x20));
    xg_xma_set(words, xg_xma_stereo, xg_kcall_ld32(call, init + 0x24) >= 1);
    xg_xma_set(words, xg_xma_rate, xg_kcall_ld32(call, init + 0x28));
    set_loop(call, words, init + 0x2C);
    if (call->faulted)
        return XG_KCALL_FAULT;
    store(call, context, words);
    return xg_kcall_return(call, 0);
}

enum xg_kcall_result xg_x_XMASetLoopData(struct xg_kcall *call)
{
    unsigned context;
    uint32_t words[16];
    if (!context_of(call, &context))
        return XG_KCALL_DONE;
    load(call, context, words);
    set_loop(call, words, xg_kcall_u32(call, 1));
    if (call->faulted)
        return XG_KCALL_FAULT;
    store(call, context, words);
    return xg_kcall_return(call, 0);
}

/* ---- commands: the decoder never keeps a context, so that nobody has to wait ---- */

enum xg_kcall_result xg_x_XMAEnableContext(struct xg_kcall *call)
{
    return command(call, XG_XMA_KICK);
}
enum xg_kcall_result xg_x_XMADisableContext(struct xg_kcall *call)
{
    return command(call, XG_XMA_LOCK);
}
enum xg_kcall_result xg_x_XMABlockWhileInUse(struct xg_kcall *call)
{
    return command(call, XG_XMA_LOCK);
}

/* ---- buffers ---- */

static enum xg_kcall_result set_input(struct xg_kcall *call, unsigned which)
{
    unsigned context;
    uint32_t words[16], at;
    if (!context_of(call, &context))
        return XG_KCALL_DONE;
    if (!bus(call, xg_kcall_u32(call, 1), &at))
        return xg_kcall_return(call, E_INVALIDARG);
    load(call, context, words);
    xg_xma_set(words, which ? xg_xma_in1_pointer : xg_xma_in0_pointer, at);
    xg_xma_set(words, which ? xg_xma_in1_packets : xg_xma_in0_packets, xg_kcall_u32(call, 2));
    store(call, context, words);
    return xg_kcall_return(call, 0);
}

/* context, buffer, packets. */
enum xg_kcall_result xg_x_XMASetInputBuffer0(struct xg_kcall *call)
{
    return set_input(call, 0);
}
enum xg_kcall_result xg_x_XMASetInputBuffer1(struct xg_kcall *call)
{
    return set_input(call, 1);
}

#define GET(name, field)                                                                           \
    enum xg_kcall_result xg_x_##name(struct xg_kcall *call)                                        \
    {                                                                                              \
        return get(call, field);                                                                   \
    }
#define SET(name, field, value)                                                                    \
    enum xg_kcall_result xg_x_##name(struct xg_kcall *call)                                        \
    {                                                                                              \
        return set(call, field, value);                                                            \
    }
GET(XMAIsInputBuffer0Valid, xg_xma_in0_valid)
GET(XMAIsInputBuffer1Valid, xg_xma_in1_valid)
GET(XMAIsOutputBufferValid, xg_xma_out_valid)
GET(XMAGetInputBufferReadOffset, xg_xma_in_offset)
GET(XMAGetOutputBufferReadOffset, xg_xma_out_read)
GET(XMAGetOutputBufferWriteOffset, xg_xma_out_write)
GET(XMAGetPacketMetadata, xg_xma_metadata)
SET(XMASetInputBuffer0Valid, xg_xma_in0_valid, 1)
SET(XMASetInputBuffer1Valid, xg_xma_in1_valid, 1)
SET(XMASetOutputBufferValid, xg_xma_out_valid, 1)
SET(XMASetInputBufferReadOffset, xg_xma_in_offset, xg_kcall_u32(call, 1))
SET(XMASetOutputBufferReadOffset, xg_xma_out_read, xg_kcall_u32(call, 1))
