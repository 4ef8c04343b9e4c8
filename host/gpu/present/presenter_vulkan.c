/* Pictures through a Vulkan swapchain. There are no shaders: a picture is copied into an image,
 * and that is scaled into the window's image by a blit. One paint is in flight at a time. */
#include "gpu/present/presenter_vulkan.h"

#include <stdlib.h>

/* A window that nobody sees may keep its images: give up on this paint, not on the window. */
#define WAIT_NS 200000000ull
/* A paint that the device does not end within this is a hung device. */
#define HANG_NS 10000000000ull

static const VkImageSubresourceRange whole = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
static const VkImageSubresourceLayers layer = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};

static bool wait_for_last_paint(struct xg_vulkan *v, struct xg_error *err)
{
    return xg_vulkan_did(v->WaitForFences(v->device, 1, &v->done, VK_TRUE, HANG_NS),
                         "waiting for the last paint", err);
}

/* ---- the picture ---- */

static void drop_picture(struct xg_vulkan *v)
{
    v->DestroyImage(v->device, v->picture, NULL);
    v->DestroyBuffer(v->device, v->staging, NULL);
    v->FreeMemory(v->device, v->picture_memory, NULL);
    v->FreeMemory(v->device, v->staging_memory, NULL);
    v->picture = VK_NULL_HANDLE;
    v->staging = VK_NULL_HANDLE;
    v->picture_memory = v->staging_memory = VK_NULL_HANDLE;
    v->width = v->height = 0;
}

static bool make_staging(struct xg_vulkan *v, VkDeviceSize size, struct xg_error *err)
{
    const VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                                     .size = size,
                                     .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT};
    VkMemoryRequirements need;
    void *mapped = NULL;
    if (!xg_vulkan_did(v->CreateBuffer(v->device, &info, NULL, &v->staging), "making a buffer",
                       err))
        return false;
    v->GetBufferMemoryRequirements(v->device, v->staging, &need);
    bool made = xg_vulkan_allocate(v, &need,
                                   VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
                                       VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
                                   &v->staging_memory, err) &&
                xg_vulkan_did(v->BindBufferMemory(v->device, v->staging, v->staging_memory, 0),
                              "binding a buffer", err) &&
                xg_vulkan_did(v->MapMemory(v->device, v->staging_memory, 0, size, 0, &mapped),
                              "mapping a buffer", err);
    v->staged = mapped;
    return made;
}

static bool make_picture(struct xg_vulkan *v, uint32_t width, uint32_t height, struct xg_error *err)
{
    const VkImageCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
        .imageType = VK_IMAGE_TYPE_2D,
        .format = VK_FORMAT_R8G8B8A8_UNORM,
        .extent = {width, height, 1},
        .mipLevels = 1,
        .arrayLayers = 1,
        .samples = VK_SAMPLE_COUNT_1_BIT,
        .tiling = VK_IMAGE_TILING_OPTIMAL,
        .usage = VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT,
    };
    VkMemoryRequirements need;
    if (!xg_vulkan_did(v->CreateImage(v->device, &info, NULL, &v->picture), "making an image", err))
        return false;
    v->GetImageMemoryRequirements(v->device, v->picture, &need);
    return xg_vulkan_allocate(v, &need, 0, &v->picture_memory, err) &&
           xg_vulkan_did(v->BindImageMemory(v->device, v->picture, v->picture_memory, 0),
                         "binding an image", err);
}

static bool load(struct xg_presenter *base, uint32_t width, uint32_t height, const uint8_t *rgba,
                 struct xg_error *err)
{
    struct xg_vulkan *v = (struct xg_vulkan *)base;
    size_t pixels = (size_t)width * height;
    if (width > v->max_side || height > v->max_side)
        return xg_fail(err, XG_E_INPUT, "Vulkan: the device has no pictures of %u x %u pixels",
                       width, height);
    if (!wait_for_last_paint(v, err))
        return false;
    if (width != v->width || height != v->height) {
        drop_picture(v);
        if (!make_staging(v, pixels * 4, err) || !make_picture(v, width, height, err))
            return false;
        v->width = width;
        v->height = height;
    }
    /* Alpha is forced to opaque: a desktop that blends windows would let it shine through. */
    for (size_t i = 0; i < pixels; i++) {
        const uint8_t *p = rgba + i * 4;
        const uint8_t opaque[4] = {p[0], p[1], p[2], 255};
        SDL_memcpy(&v->staged[i], opaque, sizeof opaque);
    }
    v->fresh = true;
    return true;
}

/* ---- one paint ---- */

/* Layout and access of an image before and after; UNDEFINED before: its content is not needed. */
struct change {
    VkImage image;
    VkImageLayout from, to;
    VkAccessFlags before, after;
    VkPipelineStageFlags source, target;
};

static void transition(struct xg_vulkan *v, const struct change *c)
{
    const VkImageMemoryBarrier barrier = {.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
                                          .srcAccessMask = c->before,
                                          .dstAccessMask = c->after,
                                          .oldLayout = c->from,
                                          .newLayout = c->to,
                                          .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                                          .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                                          .image = c->image,
                                          .subresourceRange = whole};
    v->CmdPipelineBarrier(v->commands, c->source, c->target, 0, 0, NULL, 0, NULL, 1, &barrier);
}

#define TRANSFER VK_PIPELINE_STAGE_TRANSFER_BIT

static void record_upload(struct xg_vulkan *v)
{
    const VkBufferImageCopy copy = {.imageSubresource = layer,
                                    .imageExtent = {v->width, v->height, 1}};
    transition(v, &(struct change){v->picture, VK_IMAGE_LAYOUT_UNDEFINED,
                                   VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 0,
                                   VK_ACCESS_TRANSFER_WRITE_BIT, TRANSFER, TRANSFER});
    v->CmdCopyBufferToImage(v->commands, v->staging, v->picture,
                            VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &copy);
    transition(v,
               &(struct change){v->picture, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, VK_ACCESS_TRANSFER_WRITE_BIT,
                                VK_ACCESS_TRANSFER_READ_BIT, TRANSFER, TRANSFER});
}

static void record_scaling(struct xg_vulkan *v, VkImage target)
{
    struct xg_fit f =
        xg_fit_scaled(&v->scale, v->width, v->height, v->extent.width, v->extent.height);
    const VkImageBlit blit = {
        .srcSubresource = layer,
        .srcOffsets = {{0, 0, 0}, {(int32_t)v->width, (int32_t)v->height, 1}},
        .dstSubresource = layer,
        .dstOffsets = {{f.x, f.y, 0}, {f.x + (int32_t)f.width, f.y + (int32_t)f.height, 1}}};
    v->CmdBlitImage(v->commands, v->picture, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, target,
                    VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &blit,
                    v->scale.filter == XG_FILTER_LINEAR ? VK_FILTER_LINEAR : VK_FILTER_NEAREST);
}

static bool record(struct xg_vulkan *v, VkImage target, struct xg_error *err)
{
    const VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                            .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
    const VkClearColorValue black = {.float32 = {0, 0, 0, 1}};
    if (!xg_vulkan_did(v->BeginCommandBuffer(v->commands, &begin), "recording a paint", err))
        return false;
    if (v->fresh)
        record_upload(v);
    transition(v, &(struct change){target, VK_IMAGE_LAYOUT_UNDEFINED,
                                   VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 0,
                                   VK_ACCESS_TRANSFER_WRITE_BIT, TRANSFER, TRANSFER});
    v->CmdClearColorImage(v->commands, target, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, &black, 1,
                          &whole);
    if (v->width) {
        transition(v, &(struct change){target, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                       VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                       VK_ACCESS_TRANSFER_WRITE_BIT, VK_ACCESS_TRANSFER_WRITE_BIT,
                                       TRANSFER, TRANSFER});
        record_scaling(v, target);
    }
    transition(v, &(struct change){target, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                   VK_IMAGE_LAYOUT_PRESENT_SRC_KHR, VK_ACCESS_TRANSFER_WRITE_BIT, 0,
                                   TRANSFER, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT});
    return xg_vulkan_did(v->EndCommandBuffer(v->commands), "recording a paint", err);
}

/* Shown, but perhaps scaled by the display: some are never content, so the size decides. */
static bool suboptimal(VkResult r)
{
    return r == VK_SUBOPTIMAL_KHR;
}

/* acquired: what getting the image said. *stale: the window has another size by now; the swapchain
 * must be made anew. */
static bool submit_and_present(struct xg_vulkan *v, uint32_t image, VkResult acquired, bool *stale,
                               struct xg_error *err)
{
    const VkPipelineStageFlags stage = TRANSFER;
    const VkSubmitInfo submit = {.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO,
                                 .waitSemaphoreCount = 1,
                                 .pWaitSemaphores = &v->acquired,
                                 .pWaitDstStageMask = &stage,
                                 .commandBufferCount = 1,
                                 .pCommandBuffers = &v->commands,
                                 .signalSemaphoreCount = 1,
                                 .pSignalSemaphores = &v->painted[image]};
    const VkPresentInfoKHR present = {.sType = VK_STRUCTURE_TYPE_PRESENT_INFO_KHR,
                                      .waitSemaphoreCount = 1,
                                      .pWaitSemaphores = &v->painted[image],
                                      .swapchainCount = 1,
                                      .pSwapchains = &v->swapchain,
                                      .pImageIndices = &image};
    if (!xg_vulkan_did(v->ResetFences(v->device, 1, &v->done), "resetting a fence", err) ||
        !xg_vulkan_did(v->QueueSubmit(v->queue, 1, &submit, v->done), "painting", err))
        return false;
    v->fresh = false;
    VkResult r = v->QueuePresentKHR(v->queue, &present);
    if (r == VK_SUCCESS)
        r = acquired;
    *stale = r == VK_ERROR_OUT_OF_DATE_KHR || (suboptimal(r) && !xg_vulkan_fits(v));
    return *stale || suboptimal(r) || xg_vulkan_did(r, "presenting", err);
}

/* *again: the swapchain did not fit the window any more and nothing was shown. */
static bool paint_once(struct xg_vulkan *v, bool *again, struct xg_error *err)
{
    uint32_t image = 0;
    *again = false;
    if (!wait_for_last_paint(v, err) || (!v->swapchain && !xg_vulkan_swapchain(v, err)))
        return false;
    if (!v->swapchain)
        return true; /* a window without area */
    VkResult r = v->AcquireNextImageKHR(v->device, v->swapchain, WAIT_NS, v->acquired,
                                        VK_NULL_HANDLE, &image);
    if (r == VK_TIMEOUT || r == VK_NOT_READY)
        return true; /* nobody sees it */
    if (r == VK_ERROR_OUT_OF_DATE_KHR) {
        *again = true;
        return xg_vulkan_drop_swapchain(v);
    }
    bool stale = false;
    if (!suboptimal(r) && !xg_vulkan_did(r, "getting an image of the window", err))
        return false;
    if (!record(v, v->images[image], err) || !submit_and_present(v, image, r, &stale, err))
        return false;
    *again = stale;
    return !stale || xg_vulkan_drop_swapchain(v);
}

static bool paint(struct xg_presenter *base, struct xg_error *err)
{
    struct xg_vulkan *v = (struct xg_vulkan *)base;
    /* While the user drags its edge, a window changes again and again: then the next paint,
     * which the resize asks for, brings the picture. */
    for (int i = 0; i < 4; i++) {
        bool again;
        if (!paint_once(v, &again, err))
            return false;
        if (!again)
            break;
    }
    return true;
}

static void destroy(struct xg_presenter *base)
{
    struct xg_vulkan *v = (struct xg_vulkan *)base;
    if (v->device) {
        v->DeviceWaitIdle(v->device);
        drop_picture(v);
    }
    xg_vulkan_close(v);
    free(v);
}

static const struct xg_presenter_ops ops = {destroy, load, paint};

struct xg_presenter *xg_presenter_vulkan_create(SDL_Window *window, const struct xg_scale *scale,
                                                bool software, struct xg_error *err)
{
    struct xg_vulkan *v = calloc(1, sizeof *v);
    if (!v) {
        xg_fail(err, XG_E_INPUT, "no Vulkan: out of memory");
        return NULL;
    }
    v->base.ops = &ops;
    v->window = window;
    v->scale = *scale;
    v->software = software;
    if (!xg_vulkan_open(v, err)) {
        destroy(&v->base);
        return NULL;
    }
    return &v->base;
}
