/*
 * A kernel's configuration: its .config, /boot/config-VERSION, or /proc/config.gz.
 */
#ifndef HOST_KERNEL_CONFIG_H
#define HOST_KERNEL_CONFIG_H

struct kernel_config {
	char *name; /* as in "Linux/arm 6.12.1" */
	char *text; /* all lines, each behind a newline */
};

/* Reads it: 0, or -1 after a complaint. */
int kernel_config_read(struct kernel_config *config, const char *path);

/* The value of a symbol, without CONFIG_: 'y', 'm', or 0. */
char kernel_config_value(const struct kernel_config *config, const char *symbol);

/* That of a string; NULL when it is empty or not there. */
char *kernel_config_string(const struct kernel_config *config, const char *symbol);

#endif
