/*
 * Numbers as media store them, byte by byte: no alignment, any host.
 */
#ifndef PLAN_BYTES_H
#define PLAN_BYTES_H

static inline unsigned le16(const unsigned char *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

static inline unsigned le32(const unsigned char *p)
{
	return le16(p) | le16(p + 2) << 16;
}

static inline unsigned long long le64(const unsigned char *p)
{
	return le32(p) | (unsigned long long)le32(p + 4) << 32;
}

static inline unsigned be16(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static inline unsigned be32(const unsigned char *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static inline unsigned long long be64(const unsigned char *p)
{
	return (unsigned long long)be32(p) << 32 | be32(p + 4);
}

#endif
