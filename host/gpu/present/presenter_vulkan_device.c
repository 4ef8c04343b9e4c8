/* The Vulkan presenter's instance, device and swapchain. */
#include "gpu/present/presenter_vulkan.h"

#include <SDL_vulkan.h>
#include <stdio.h>
#include <string.h>

#define MAX_DEVICES    16u
#define MAX_FAMILIES   32u
#define MAX_EXTENSIONS 512u

bool xg_vulkan_did(VkResult result, const char *what, struct xg_error *err)
{
    return result == VK_SUCCESS ||
           xg_fail(err, XG_E_INPUT, "Vulkan: %s failed (VkResult %d)", what, (int)result);
}

/* ---- instance ---- */

static bool create_instance(struct xg_vulkan *v, struct xg_error *err)
{
    PFN_vkGetInstanceProcAddr get;
    void *address = SDL_Vulkan_GetVkGetInstanceProcAddr();
    memcpy(&get, &address, sizeof get); /* ISO C has no cast from object to function pointer */
    const char *extensions[16];
    unsigned count = XG_COUNTOF(extensions);
    if (!get || !SDL_Vulkan_GetInstanceExtensions(v->window, &count, extensions))
        return xg_fail(err, XG_E_INPUT, "no Vulkan: %s", SDL_GetError());
    PFN_vkCreateInstance create = (PFN_vkCreateInstance)get(NULL, "vkCreateInstance");
    const VkApplicationInfo app = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                                   .pApplicationName = "xenogate",
                                   .apiVersion = VK_API_VERSION_1_0};
    const VkInstanceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                       .pApplicationInfo = &app,
                                       .enabledExtensionCount = count,
                                       .ppEnabledExtensionNames = extensions};
    if (!create)
        return xg_fail(err, XG_E_INPUT, "no Vulkan: the library has no vkCreateInstance");
    if (!xg_vulkan_did(create(&info, NULL, &v->instance), "making an instance", err)) {
        v->instance = VK_NULL_HANDLE;
        return false;
    }
#define LOAD(name)                                                                                 \
    v->name = (PFN_vk##name)get(v->instance, "vk" #name);                                          \
    if (!v->name)                                                                                  \
        return xg_fail(err, XG_E_INPUT, "no Vulkan: the library has no vk" #name);
    XG_VK_INSTANCE_FUNCTIONS(LOAD)
#undef LOAD
    if (!SDL_Vulkan_CreateSurface(v->window, v->instance, &v->surface))
        return xg_fail(err, XG_E_INPUT, "no Vulkan: %s", SDL_GetError());
    return true;
}

/* ---- the choice of a device ---- */

static bool has_swapchains(const struct xg_vulkan *v, VkPhysicalDevice d)
{
    static const char wanted[] = VK_KHR_SWAPCHAIN_EXTENSION_NAME;
    VkExtensionProperties all[MAX_EXTENSIONS];
    uint32_t count = MAX_EXTENSIONS;
    VkResult r = v->EnumerateDeviceExtensionProperties(d, NULL, &count, all);
    if (r != VK_SUCCESS && r != VK_INCOMPLETE)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!strcmp(all[i].extensionName, wanted))
            return true;
    return false;
}

/* The format of pictures must be a source of scaling. */
static bool can_scale(const struct xg_vulkan *v, VkPhysicalDevice d)
{
    VkFormatProperties f;
    VkFormatFeatureFlags need = VK_FORMAT_FEATURE_BLIT_SRC_BIT;
    if (v->scale.filter == XG_FILTER_LINEAR)
        need |= VK_FORMAT_FEATURE_SAMPLED_IMAGE_FILTER_LINEAR_BIT;
    v->GetPhysicalDeviceFormatProperties(d, VK_FORMAT_R8G8B8A8_UNORM, &f);
    return (f.optimalTilingFeatures & need) == need;
}

/* A queue that draws and presents. */
static bool find_family(const struct xg_vulkan *v, VkPhysicalDevice d, uint32_t *family)
{
    VkQueueFamilyProperties all[MAX_FAMILIES];
    uint32_t count = MAX_FAMILIES;
    v->GetPhysicalDeviceQueueFamilyProperties(d, &count, all);
    for (uint32_t i = 0; i < count; i++) {
        VkBool32 presents = VK_FALSE;
        if (all[i].queueFlags & VK_QUEUE_GRAPHICS_BIT &&
            v->GetPhysicalDeviceSurfaceSupportKHR(d, i, v->surface, &presents) == VK_SUCCESS &&
            presents) {
            *family = i;
            return true;
        }
    }
    return false;
}

static int rank(const struct xg_vulkan *v, VkPhysicalDeviceType type)
{
    switch (type) {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU:
        return 4;
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU:
        return 3;
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU:
        return 2;
    default: /* lavapipe scales on the CPU, which SDL does with less effort */
        return v->software ? 1 : 0;
    }
}

static bool choose_device(struct xg_vulkan *v, struct xg_error *err)
{
    VkPhysicalDevice all[MAX_DEVICES];
    uint32_t count = MAX_DEVICES;
    int best = 0;
    VkResult r = v->EnumeratePhysicalDevices(v->instance, &count, all);
    if (r != VK_SUCCESS && r != VK_INCOMPLETE)
        return xg_vulkan_did(r, "looking for devices", err);
    for (uint32_t i = 0; i < count; i++) {
        VkPhysicalDeviceProperties p;
        uint32_t family;
        v->GetPhysicalDeviceProperties(all[i], &p);
        if (rank(v, p.deviceType) <= best || !has_swapchains(v, all[i]) || !can_scale(v, all[i]) ||
            !find_family(v, all[i], &family))
            continue;
        best = rank(v, p.deviceType);
        v->physical = all[i];
        v->family = family;
        v->max_side = p.limits.maxImageDimension2D;
        snprintf(v->base.name, sizeof v->base.name, "vulkan (%s)", p.deviceName);
    }
    return best || xg_fail(err, XG_E_INPUT,
                           "no Vulkan: none of its %u devices can present into this window", count);
}

static bool create_device(struct xg_vulkan *v, struct xg_error *err)
{
    static const char *const extensions[] = {VK_KHR_SWAPCHAIN_EXTENSION_NAME};
    const float priority = 1;
    const VkDeviceQueueCreateInfo queue = {.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                           .queueFamilyIndex = v->family,
                                           .queueCount = 1,
                                           .pQueuePriorities = &priority};
    const VkDeviceCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                     .queueCreateInfoCount = 1,
                                     .pQueueCreateInfos = &queue,
                                     .enabledExtensionCount = XG_COUNTOF(extensions),
                                     .ppEnabledExtensionNames = extensions};
    if (!xg_vulkan_did(v->CreateDevice(v->physical, &info, NULL, &v->device), "opening the device",
                       err)) {
        v->device = VK_NULL_HANDLE;
        return false;
    }
    /* Until all are there, nothing of the device may be destroyed by them. */
    bool complete = true;
#define LOAD(name)                                                                                 \
    v->name = (PFN_vk##name)v->GetDeviceProcAddr(v->device, "vk" #name);                           \
    complete &= v->name != NULL;
    XG_VK_DEVICE_FUNCTIONS(LOAD)
#undef LOAD
    if (!complete) {
        if (v->DestroyDevice)
            v->DestroyDevice(v->device, NULL);
        v->device = VK_NULL_HANDLE;
        return xg_fail(err, XG_E_INPUT, "no Vulkan: the device lacks functions");
    }
    v->GetDeviceQueue(v->device, v->family, 0, &v->queue);
    return true;
}

static bool create_objects(struct xg_vulkan *v, struct xg_error *err)
{
    const VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                          .flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT,
                                          .queueFamilyIndex = v->family};
    const VkFenceCreateInfo fence = {.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO,
                                     .flags = VK_FENCE_CREATE_SIGNALED_BIT};
    const VkSemaphoreCreateInfo semaphore = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
    if (!xg_vulkan_did(v->CreateCommandPool(v->device, &pool, NULL, &v->pool),
                       "making a command pool", err))
        return false;
    const VkCommandBufferAllocateInfo commands = {
        .sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
        .commandPool = v->pool,
        .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
        .commandBufferCount = 1};
    return xg_vulkan_did(v->AllocateCommandBuffers(v->device, &commands, &v->commands),
                         "making a command buffer", err) &&
           xg_vulkan_did(v->CreateFence(v->device, &fence, NULL, &v->done), "making a fence",
                         err) &&
           xg_vulkan_did(v->CreateSemaphore(v->device, &semaphore, NULL, &v->acquired),
                         "making a semaphore", err);
}

bool xg_vulkan_open(struct xg_vulkan *v, struct xg_error *err)
{
    return create_instance(v, err) && choose_device(v, err) && create_device(v, err) &&
           create_objects(v, err);
}

void xg_vulkan_close(struct xg_vulkan *v)
{
    if (v->device) {
        xg_vulkan_drop_swapchain(v);
        v->DestroySemaphore(v->device, v->acquired, NULL);
        v->DestroyFence(v->device, v->done, NULL);
        v->DestroyCommandPool(v->device, v->pool, NULL);
        v->DestroyDevice(v->device, NULL);
    }
    if (v->surface)
        v->DestroySurfaceKHR(v->instance, v->surface, NULL);
    if (v->instance && v->DestroyInstance)
        v->DestroyInstance(v->instance, NULL);
}

bool xg_vulkan_allocate(struct xg_vulkan *v, const VkMemoryRequirements *need,
                        VkMemoryPropertyFlags flags, VkDeviceMemory *out, struct xg_error *err)
{
    VkPhysicalDeviceMemoryProperties p;
    v->GetPhysicalDeviceMemoryProperties(v->physical, &p);
    for (uint32_t i = 0; i < p.memoryTypeCount; i++) {
        if (!(need->memoryTypeBits >> i & 1) || (p.memoryTypes[i].propertyFlags & flags) != flags)
            continue;
        const VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                           .allocationSize = need->size,
                                           .memoryTypeIndex = i};
        return xg_vulkan_did(v->AllocateMemory(v->device, &info, NULL, out),
                             "allocating memory for a picture", err);
    }
    return xg_fail(err, XG_E_INPUT, "Vulkan: the device has no memory that pictures can use");
}

/* ---- swapchain ---- */

/* One that stores bytes as they are: pictures are not converted. */
static bool choose_format(const struct xg_vulkan *v, VkSurfaceFormatKHR *out, struct xg_error *err)
{
    VkSurfaceFormatKHR all[64];
    uint32_t count = XG_COUNTOF(all);
    VkResult r = v->GetPhysicalDeviceSurfaceFormatsKHR(v->physical, v->surface, &count, all);
    if (r != VK_SUCCESS && r != VK_INCOMPLETE)
        return xg_vulkan_did(r, "asking for formats", err);
    for (uint32_t i = 0; i < count; i++) {
        VkFormatProperties f;
        *out = all[i];
        if (out->format == VK_FORMAT_UNDEFINED) /* any */
            out->format = VK_FORMAT_B8G8R8A8_UNORM;
        if (out->format != VK_FORMAT_B8G8R8A8_UNORM && out->format != VK_FORMAT_R8G8B8A8_UNORM)
            continue;
        v->GetPhysicalDeviceFormatProperties(v->physical, out->format, &f);
        if (f.optimalTilingFeatures & VK_FORMAT_FEATURE_BLIT_DST_BIT)
            return true;
    }
    return xg_fail(err, XG_E_INPUT, "Vulkan: the window has no plain format of 8 bits a colour");
}

/* Guest time paces, so the display need not; a newer picture replaces one that waits. */
static VkPresentModeKHR choose_mode(const struct xg_vulkan *v)
{
    VkPresentModeKHR all[16];
    uint32_t count = XG_COUNTOF(all);
    VkResult r = v->GetPhysicalDeviceSurfacePresentModesKHR(v->physical, v->surface, &count, all);
    for (uint32_t i = 0; (r == VK_SUCCESS || r == VK_INCOMPLETE) && i < count; i++)
        if (all[i] == VK_PRESENT_MODE_MAILBOX_KHR)
            return all[i];
    return VK_PRESENT_MODE_FIFO_KHR;
}

static VkExtent2D window_extent(const struct xg_vulkan *v, const VkSurfaceCapabilitiesKHR *c)
{
    VkExtent2D e = c->currentExtent;
    if (e.width != UINT32_MAX)
        return e;
    int width = 0, height = 0;
    SDL_Vulkan_GetDrawableSize(v->window, &width, &height);
    e.width = SDL_clamp((uint32_t)width, c->minImageExtent.width, c->maxImageExtent.width);
    e.height = SDL_clamp((uint32_t)height, c->minImageExtent.height, c->maxImageExtent.height);
    return width > 0 && height > 0 ? e : (VkExtent2D){0, 0};
}

bool xg_vulkan_fits(const struct xg_vulkan *v)
{
    VkSurfaceCapabilitiesKHR c;
    if (v->GetPhysicalDeviceSurfaceCapabilitiesKHR(v->physical, v->surface, &c) != VK_SUCCESS)
        return false;
    VkExtent2D e = window_extent(v, &c);
    return e.width == v->extent.width && e.height == v->extent.height;
}

bool xg_vulkan_drop_swapchain(struct xg_vulkan *v)
{
    v->DeviceWaitIdle(v->device);
    for (uint32_t i = 0; i < v->image_count; i++)
        v->DestroySemaphore(v->device, v->painted[i], NULL);
    v->image_count = 0;
    if (v->swapchain)
        v->DestroySwapchainKHR(v->device, v->swapchain, NULL);
    v->swapchain = VK_NULL_HANDLE;
    return true;
}

static bool get_images(struct xg_vulkan *v, struct xg_error *err)
{
    uint32_t count = XG_VK_MAX_IMAGES;
    VkResult r = v->GetSwapchainImagesKHR(v->device, v->swapchain, &count, v->images);
    if (r == VK_INCOMPLETE)
        return xg_fail(err, XG_E_INPUT, "Vulkan: a swapchain of more than %u images",
                       XG_VK_MAX_IMAGES);
    if (!xg_vulkan_did(r, "asking for the swapchain's images", err))
        return false;
    for (; v->image_count < count; v->image_count++) {
        const VkSemaphoreCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
        if (!xg_vulkan_did(v->CreateSemaphore(v->device, &info, NULL, &v->painted[v->image_count]),
                           "making a semaphore", err))
            return false;
    }
    return true;
}

static VkCompositeAlphaFlagBitsKHR choose_alpha(const VkSurfaceCapabilitiesKHR *c)
{
    VkCompositeAlphaFlagsKHR all = c->supportedCompositeAlpha;
    if (all & VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR)
        return VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR;
    return (VkCompositeAlphaFlagBitsKHR)(all & (~all + 1)); /* the lowest; pictures are opaque */
}

bool xg_vulkan_swapchain(struct xg_vulkan *v, struct xg_error *err)
{
    VkSurfaceCapabilitiesKHR c;
    VkSurfaceFormatKHR format = {0};
    xg_vulkan_drop_swapchain(v);
    if (!xg_vulkan_did(v->GetPhysicalDeviceSurfaceCapabilitiesKHR(v->physical, v->surface, &c),
                       "asking for the window's size", err))
        return false;
    v->extent = window_extent(v, &c);
    if (!v->extent.width || !v->extent.height)
        return true;
    if (!(c.supportedUsageFlags & VK_IMAGE_USAGE_TRANSFER_DST_BIT))
        return xg_fail(err, XG_E_INPUT, "Vulkan: the window's images cannot be copied into");
    if (!choose_format(v, &format, err))
        return false;
    uint32_t images = c.minImageCount + 1;
    const VkSwapchainCreateInfoKHR info = {
        .sType = VK_STRUCTURE_TYPE_SWAPCHAIN_CREATE_INFO_KHR,
        .surface = v->surface,
        .minImageCount = c.maxImageCount && images > c.maxImageCount ? c.maxImageCount : images,
        .imageFormat = format.format,
        .imageColorSpace = format.colorSpace,
        .imageExtent = v->extent,
        .imageArrayLayers = 1,
        .imageUsage = VK_IMAGE_USAGE_TRANSFER_DST_BIT,
        .imageSharingMode = VK_SHARING_MODE_EXCLUSIVE,
        .preTransform = c.currentTransform,
        .compositeAlpha = choose_alpha(&c),
        .presentMode = choose_mode(v),
        .clipped = VK_TRUE};
    if (!xg_vulkan_did(v->CreateSwapchainKHR(v->device, &info, NULL, &v->swapchain),
                       "making a swapchain", err)) {
        v->swapchain = VK_NULL_HANDLE;
        return false;
    }
    return get_images(v, err);
}
