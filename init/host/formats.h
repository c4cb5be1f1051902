/*
 * Which formats an image knows: all are linked into the host tool, but `host_options`
 * may be those of an image with fewer.
 */
#ifndef HOST_FORMATS_H
#define HOST_FORMATS_H

#include "../plan/super.h"

/* Those of file systems, as in "ext, vfat"; to be freed. */
char *formats_known(void);

/* Of two file systems that fit: the one that such an image knows alone, or NULL. */
const char *formats_other(const struct contents *contents);

/*
 * Takes out what an image without some formats does not see. Returns the file
 * system that it held, if that is of a format which is not in this image.
 */
const char *formats_forget(struct super *super);

/* Is there a format of that type at all, in this image or not? */
bool format_exists(const char *type);

#endif
