/*
 * The configuration of the image that is spoken of: `host_options` (kconfig/conf).
 */
#ifndef HOST_CONFIG_H
#define HOST_CONFIG_H

/* What Kconfig gives without a file: for probe, all that is known. */
void config_defaults(void);

/* On top of that a .config or a defconfig: 0, or -1 after a complaint. */
int config_load(const char *path);

/*
 * Loads the file, else what the board is configured by; a NULL is not given. *used is the file's name, NULL
 * where there is none. 0, or -1 after a complaint.
 */
int config_take(const char *board, const char *file, const char **used);

/* The folder of a board, or NULL after a complaint. */
const char *config_folder(const char *board);

/* The name of option number `index`; NULL behind the last one. */
const char *config_name(unsigned index);

/* The value of the bool option of that name, or NULL. */
const int *config_bool(const char *name);

#endif
