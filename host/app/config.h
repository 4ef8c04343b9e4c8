/* The configuration file: lines `key = value`; docs/window.md. What the command line says wins. */
#ifndef XG_APP_CONFIG_H
#define XG_APP_CONFIG_H

#include "base/error.h"
#include "input/map.h"

struct xg_config;

/* All defaults. NULL when out of memory. */
struct xg_config *xg_config_create(void);
void xg_config_destroy(struct xg_config *c); /* NULL: nothing */

/* $XDG_CONFIG_HOME/xenogate/config, or ~/.config/xenogate/config. false: neither variable
 * names an absolute path, or it is too long. */
bool xg_config_path(char *path, size_t size, struct xg_error *err);

/* Takes the values of a file; one that is not there changes nothing. A line that is none, a key
 * that does not exist or is there twice, a bad value: XG_E_INPUT, naming file and line. */
bool xg_config_load(struct xg_config *c, const char *path, struct xg_error *err);
/* The defaults and then the file at xg_config_path(). NULL: err says why. */
struct xg_config *xg_config_open(struct xg_error *err);

/* false: err names key and reason. */
bool xg_config_set(struct xg_config *c, const char *key, const char *value, struct xg_error *err);
/* NULL: no such key. The text is the config's until the next set. */
const char *xg_config_get(const struct xg_config *c, const char *key);
bool xg_config_yes(const struct xg_config *c, const char *key); /* a yes/no key */
long xg_config_number(const struct xg_config *c, const char *key);
/* "1280x720" as two numbers. */
void xg_config_size(const struct xg_config *c, const char *key, uint32_t *width, uint32_t *height);
/* The keys `key.CONTROL`. */
void xg_config_key_map(const struct xg_config *c, struct xg_key_map *map);

/* All keys in order: for i = 0, 1, ... until NULL. *help is one line for people. */
const char *xg_config_key(const struct xg_config *c, size_t i, const char **help);

/* Sets one key in the file, which is made (with its folder) when it is not there; all other
 * lines stay as they are. The file is replaced in one step. */
bool xg_config_store(const char *path, const char *key, const char *value, struct xg_error *err);

#endif
