/*
 * The two CRC-32 of file systems and partition tables, bits reflected.
 */
#ifndef PLAN_CRC_H
#define PLAN_CRC_H

#include <stddef.h>

#define CRC32 0xedb88320U  /* IEEE 802.3: GPT, f2fs, nilfs2, UBI ... */
#define CRC32C 0x82f63b78U /* Castagnoli: ext4, xfs, btrfs, erofs */

/* The CRC by that polynomial, from the start value crc on, not inverted at the end. */
unsigned crc(unsigned polynomial, unsigned crc, const void *data, size_t size);

/* The same of data that holds its own CRC at `hole`, as if those four bytes were zero; size >= hole + 4. */
unsigned crc_hole(unsigned polynomial, unsigned crc, const void *data, size_t size, size_t hole);

#endif
