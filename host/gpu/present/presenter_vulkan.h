/* Shared by the Vulkan presenter's two files: presenter_vulkan.c (pictures, painting) and
 * presenter_vulkan_device.c (instance, device, swapchain). */
#ifndef XG_GPU_PRESENT_PRESENTER_VULKAN_H
#define XG_GPU_PRESENT_PRESENTER_VULKAN_H

#include "gpu/present/presenter.h"

#define VK_NO_PROTOTYPES
#include <vulkan/vulkan.h>

/* Functions are looked up at run time: the program starts on machines without libvulkan. */
#define XG_VK_INSTANCE_FUNCTIONS(X)                                                                \
    X(DestroyInstance)                                                                             \
    X(DestroySurfaceKHR)                                                                           \
    X(EnumeratePhysicalDevices)                                                                    \
    X(EnumerateDeviceExtensionProperties)                                                          \
    X(GetPhysicalDeviceProperties)                                                                 \
    X(GetPhysicalDeviceFormatProperties)                                                           \
    X(GetPhysicalDeviceMemoryProperties)                                                           \
    X(GetPhysicalDeviceQueueFamilyProperties)                                                      \
    X(GetPhysicalDeviceSurfaceSupportKHR)                                                          \
    X(GetPhysicalDeviceSurfaceCapabilitiesKHR)                                                     \
    X(GetPhysicalDeviceSurfaceFormatsKHR)                                                          \
    X(GetPhysicalDeviceSurfacePresentModesKHR)                                                     \
    X(CreateDevice)                                                                                \
    X(GetDeviceProcAddr)
#define XG_VK_DEVICE_FUNCTIONS(X)                                                                  \
    X(DestroyDevice)                                                                               \
    X(DeviceWaitIdle)                                                                              \
    X(GetDeviceQueue)                                                                              \
    X(CreateCommandPool)                                                                           \
    X(DestroyCommandPool)                                                                          \
    X(AllocateCommandBuffers)                                                                      \
    X(BeginCommandBuffer)                                                                          \
    X(EndCommandBuffer)                                                                            \
    X(CmdPipelineBarrier)                                                                          \
    X(CmdCopyBufferToImage)                                                                        \
    X(CmdClearColorImage)                                                                          \
    X(CmdBlitImage)                                                                                \
    X(QueueSubmit)                                                                                 \
    X(QueuePresentKHR)                                                                             \
    X(CreateFence)                                                                                 \
    X(DestroyFence)                                                                                \
    X(WaitForFences)                                                                               \
    X(ResetFences)                                                                                 \
    X(CreateSemaphore)                                                                             \
    X(DestroySemaphore)                                                                            \
    X(CreateSwapchainKHR)                                                                          \
    X(DestroySwapchainKHR)                                                                         \
    X(GetSwapchainImagesKHR)                                                                       \
    X(AcquireNextImageKHR)                                                                         \
    X(CreateImage)                                                                                 \
    X(DestroyImage)                                                                                \
    X(GetImageMemoryRequirements)                                                                  \
    X(BindImageMemory)                                                                             \
    X(CreateBuffer)                                                                                \
    X(DestroyBuffer)                                                                               \
    X(GetBufferMemoryRequirements)                                                                 \
    X(BindBufferMemory)                                                                            \
    X(AllocateMemory)                                                                              \
    X(FreeMemory)                                                                                  \
    X(MapMemory)

#define XG_VK_MAX_IMAGES 8u

struct xg_vulkan {
    struct xg_presenter base;
    SDL_Window *window;
    struct xg_scale scale;
    bool software;
#define XG_VK_MEMBER(name) PFN_vk##name name;
    XG_VK_INSTANCE_FUNCTIONS(XG_VK_MEMBER)
    XG_VK_DEVICE_FUNCTIONS(XG_VK_MEMBER)
#undef XG_VK_MEMBER
    VkInstance instance;
    VkSurfaceKHR surface;
    VkPhysicalDevice physical;
    uint32_t family; /* of the queue that draws and presents */
    uint32_t max_side;
    VkDevice device;
    VkQueue queue;
    VkCommandPool pool;
    VkCommandBuffer commands;
    VkFence done; /* signalled: the commands are not in use */
    VkSemaphore acquired;

    VkSwapchainKHR swapchain; /* NULL: to be made at the next paint */
    VkExtent2D extent;
    uint32_t image_count;
    VkImage images[XG_VK_MAX_IMAGES];
    VkSemaphore painted[XG_VK_MAX_IMAGES];

    /* The picture: host memory that the device reads, and an image of the same size. */
    uint32_t width, height; /* 0 before the first */
    bool fresh;             /* the image does not hold it yet */
    VkBuffer staging;
    VkDeviceMemory staging_memory, picture_memory;
    uint32_t *staged;
    VkImage picture;
};

/* Instance, surface, device, queue, the objects that one paint uses. The caller destroys what
 * is there after a failure too. */
bool xg_vulkan_open(struct xg_vulkan *v, struct xg_error *err);
void xg_vulkan_close(struct xg_vulkan *v);
/* Makes a swapchain for the window as it is now, in place of the old one. A window without
 * area has none: true, with v->swapchain NULL. */
bool xg_vulkan_swapchain(struct xg_vulkan *v, struct xg_error *err);
/* The swapchain has the size of the window. */
bool xg_vulkan_fits(const struct xg_vulkan *v);
/* Destroys it; true. */
bool xg_vulkan_drop_swapchain(struct xg_vulkan *v);
/* Memory of a kind with all of `flags`. */
bool xg_vulkan_allocate(struct xg_vulkan *v, const VkMemoryRequirements *need,
                        VkMemoryPropertyFlags flags, VkDeviceMemory *out, struct xg_error *err);
/* True for VK_SUCCESS; else err says which step failed and how. */
bool xg_vulkan_did(VkResult result, const char *what, struct xg_error *err);

#endif
