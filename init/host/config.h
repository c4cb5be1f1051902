/*
 * The configuration of the image that is spoken of: `options` (kconfig/conf).
 */
#ifndef HOST_CONFIG_H
#define HOST_CONFIG_H

/* What Kconfig gives without a file: for probe, all that is known. */
void config_defaults(void);

/* On top of that a .config or a defconfig: 0, or -1 after a complaint. */
int config_load(const char *path);

/* The same for the board in the tree around us; says in *used which file that was. */
int config_load_board(const char *board, const char **used);

#endif
