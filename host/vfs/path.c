/* Names and paths, by text alone. */
#include "vfs/device.h"

#include <string.h>

static unsigned char fold(char c)
{
    return c >= 'a' && c <= 'z' ? (unsigned char)(c - 32) : (unsigned char)c;
}

int xg_vfs_compare(const char *a, const char *b)
{
    while (*a && fold(*a) == fold(*b)) {
        a++;
        b++;
    }
    return (int)fold(*a) - (int)fold(*b);
}

bool xg_vfs_match(const char *pattern, const char *name)
{
    if (!pattern || !*pattern || strcmp(pattern, "*.*") == 0)
        return true;
    const char *star = NULL, *resume = NULL;
    while (*name) {
        if (*pattern == '*') {
            star = ++pattern;
            resume = name;
        } else if (*pattern == '?' || (*pattern && fold(*pattern) == fold(*name))) {
            pattern++;
            name++;
        } else if (star) { /* let the last star take one byte more */
            pattern = star;
            name = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

bool xg_name_usable(const char *name, size_t length)
{
    if (length == 0 || length >= XG_VFS_NAME || (name[0] == '.' && length == 1) ||
        (name[0] == '.' && name[1] == '.' && length == 2))
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c < 0x20 || c == 0x7F || c == '\\' || c == '/' || c == ':')
            return false;
    }
    return true;
}

static bool is_separator(char c)
{
    return c == '\\' || c == '/';
}

/* Drops the last component of out; false at the root. */
static bool climb(char *out, size_t *n)
{
    if (*n == 0)
        return false;
    while (*n > 0 && out[*n - 1] != '\\')
        (*n)--;
    if (*n > 0)
        (*n)--;
    out[*n] = 0;
    return true;
}

enum xg_vfs_status xg_path_clean(const char *path, char out[XG_VFS_PATH])
{
    size_t n = 0;
    out[0] = 0;
    while (*path) {
        if (is_separator(*path)) {
            path++;
            continue;
        }
        size_t length = 0;
        while (path[length] && !is_separator(path[length])) {
            if ((unsigned char)path[length] < 0x20)
                return XG_VFS_BAD_NAME;
            length++;
        }
        if (length == 2 && path[0] == '.' && path[1] == '.') {
            if (!climb(out, &n))
                return XG_VFS_BAD_NAME;
        } else if (length != 1 || path[0] != '.') {
            if (length >= XG_VFS_NAME || n + length + 2 > XG_VFS_PATH)
                return XG_VFS_BAD_NAME;
            if (n)
                out[n++] = '\\';
            memcpy(out + n, path, length);
            n += length;
            out[n] = 0;
        }
        path += length;
    }
    return XG_VFS_OK;
}

const char *xg_path_first(const char *path, char name[XG_VFS_NAME])
{
    size_t n = strcspn(path, "\\");
    size_t keep = n < XG_VFS_NAME ? n : XG_VFS_NAME - 1;
    memcpy(name, path, keep);
    name[keep] = 0;
    return path[n] ? path + n + 1 : path + n;
}
