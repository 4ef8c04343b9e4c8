/* What the optional headers of a XEX2 file say, for people. */
#ifndef XG_APP_INFO_OPTIONS_H
#define XG_APP_INFO_OPTIONS_H

#include "loader/loader.h"

/* "LAN key", or "unknown". */
const char *xg_info_option_name(uint32_t id);
/* Its content as a text of at most `size` bytes, "" when the value says it all. */
void xg_info_option_text(const struct xg_xex *xex, uint32_t id, uint32_t value, char *text,
                         size_t size);
/* Names of the privileges, separated by commas. */
void xg_info_privileges(uint32_t privileges, char *text, size_t size);

#endif
