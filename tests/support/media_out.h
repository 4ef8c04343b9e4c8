/* Shared by the writers of media. */
#ifndef TESTS_SUPPORT_MEDIA_OUT_H
#define TESTS_SUPPORT_MEDIA_OUT_H

#include "media.h"

int media_create(const char *path, uint64_t size); /* file of zeros, a hole */
void media_put(int fd, uint64_t at, const void *bytes, size_t size);
void media_close(int fd);
void *media_grab(size_t n);
/* At most size characters, without a NUL: names of media have none. */
void media_text(uint8_t *to, const char *text, size_t size);
/* The header that packages share, up to where the data begins (0xB000). */
void media_put_header(int fd, const char *magic, const char *title, uint32_t layout,
                      const uint8_t descriptor[0x24], uint32_t data_files);
#define MEDIA_HEADER 0xB000u

#endif
