/*
 * ISO 9660 and its Joliet extension: ECMA-119, linux include/uapi/linux/iso_fs.h.
 * Labels as libblkid joins them.
 */
#include "format.h"
#include "../bytes.h"

#include <errno.h>

#define SECTOR 2048
#define DESCRIPTORS 16
#define PRIMARY 1       /* types of descriptors */
#define SUPPLEMENTARY 2
#define CD00 0x30304443 /* "CD00" of CD001 */
#define NSR 0x3052534e /* "NSR0": UDF, of which the ISO 9660 is but the other half */
#define SMALL 0x20U     /* the bit in which 'a' differs from 'A' */
#define ID 40           /* the volume's, its label */
#define ID_LENGTH 32
#define CREATED 813
#define MODIFIED 830

/* YYYYMMDDhhmmsscc and a zone; "0...0" and zone 0 are none. As YYYY-MM-DD-hh-mm-ss-cc. */
static bool date(char *uuid, const unsigned char *digits)
{
	unsigned any = digits[16];

	for (int i = 0; i < 16; i++) {
		if (i >= 4 && !(i & 1))
			*uuid++ = '-';
		*uuid++ = (char)digits[i];
		any |= digits[i] ^ '0';
	}
	*uuid = '\0';
	return any;
}

/*
 * Joliet's label has 16 UTF-16 units, the primary one 32 bytes, in capitals and
 * with '_' for what is not ASCII. Where the one begins the other they are joined:
 * little endian and with a NUL, into out. False when they differ.
 */
static bool join(unsigned char *out, const unsigned char *wide, const unsigned char *narrow)
{
	const unsigned char *wide_end = wide + ID_LENGTH, *narrow_end = narrow + ID_LENGTH;
	unsigned last = 0, c, n;

	do {
		c = '_';
		if (wide < wide_end) {
			c = be16(wide);
			wide += 2;
		}
		/* the '_' for a surrogate pair has gone with its first unit */
		n = '_';
		if (c >> 10 != 0xdc00 >> 10 || last >> 10 != 0xd800 >> 10)
			n = *narrow++;
		if (c == '_')
			c = n;
		else if (n != '_' && (c ^ n) & ~SMALL)
			return false;
		else if (n != '_')
			c |= n; /* the small one of two letters */
		*out++ = (unsigned char)c;
		*out++ = (unsigned char)(c >> 8);
		last = c;
	} while (narrow < narrow_end);
	out[0] = out[1] = 0;
	return true;
}

static void keep(unsigned char *to, const unsigned char *id)
{
	for (int i = 0; i < ID_LENGTH; i++)
		to[i] = id[i];
}

static int check(struct super *s)
{
	unsigned char primary[ID_LENGTH], joliet[ID_LENGTH], joined[ID_LENGTH * 3];
	bool has_primary = false, has_joliet = false;

	for (unsigned i = 0; i < DESCRIPTORS; i++) {
		const unsigned char *d = format_read(s, SECTOR, (16 + i) * SECTOR);
		unsigned id;

		/* they stand one behind the other: "CD001", "BEA01", "NSR02", "TEA01" */
		if (!d || d[4] != '0')
			break;
		id = le32(d + 1);
		if (id == NSR)
			return -EINVAL;
		if (id == CD00 && *d == PRIMARY && !has_primary) {
			has_primary = true;
			keep(primary, d + ID);
			s->size = (unsigned long long)le32(d + 80) * SECTOR;
			if (!date(s->id->uuid, d + MODIFIED) && !date(s->id->uuid, d + CREATED))
				*s->id->uuid = '\0';
			if (s->wish->by_name)
				return 0;
		}
		/* escape sequences that say UCS-2 */
		if (id == CD00 && *d == SUPPLEMENTARY && le16(d + 88) == 0x2f25 && !has_joliet) {
			has_joliet = true;
			keep(joliet, d + ID);
		}
	}
	if (!has_primary)
		return -EINVAL;
	if (!has_joliet) {
		format_label(s->id, primary, ID_LENGTH);
		return 0;
	}
	if (join(joined, joliet, primary)) {
		format_label_utf16(s->id, joined, sizeof(joined) / 2);
		return 0;
	}
	/* it is big endian */
	for (int i = 0; i < ID_LENGTH; i++)
		joined[i] = joliet[i ^ 1];
	format_label_utf16(s->id, joined, ID_LENGTH / 2);
	return 0;
}

FORMAT(iso9660, .type = "iso9660", .magic = "CD001", .magic_at = 1, .magic_length = 5,
       .base = 16 * SECTOR, .far = SECTOR, .check = check, .owns = 2);
