/*
 * Numbers as media store them, byte by byte: no alignment, any host.
 */
#ifndef PLAN_BYTES_H
#define PLAN_BYTES_H

/* Inlined each becomes the one load that it is; the compiler counts before it sees that. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

static ALWAYS_INLINE unsigned le16(const unsigned char *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

static ALWAYS_INLINE unsigned le32(const unsigned char *p)
{
	return le16(p) | le16(p + 2) << 16;
}

static ALWAYS_INLINE unsigned long long le64(const unsigned char *p)
{
	return le32(p) | (unsigned long long)le32(p + 4) << 32;
}

static ALWAYS_INLINE unsigned be16(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static ALWAYS_INLINE unsigned be32(const unsigned char *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static ALWAYS_INLINE unsigned long long be64(const unsigned char *p)
{
	return (unsigned long long)be32(p) << 32 | be32(p + 4);
}

/* A power of two: sizes of sectors and blocks are. */
static inline int is_power(unsigned value)
{
	return value && !(value & (value - 1));
}

#endif
