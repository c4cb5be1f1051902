#include "chain.h"
#include "bytes.h"

#define ENTRY 32
#define PIECE 4096
#define SECTOR 512

bool chain_entries(struct chain *c, unsigned long long offset, unsigned size)
{
	unsigned char piece[PIECE];
	/* a volume's name is most often the first entry */
	unsigned most = SECTOR;

	for (; size; most = PIECE) {
		unsigned length = size < most ? size : most;

		if (!c->pieces || !reader_get(c->reader, piece, length, offset))
			return false;
		c->pieces--;
		for (unsigned at = 0; at < length; at += ENTRY)
			if (!piece[at] || c->take(c->arg, piece + at))
				return false;
		offset += length;
		size -= length;
	}
	return true;
}

/* Bounded, loop or not: each step reads a piece at least. */
void chain_walk(struct chain *c, unsigned cluster)
{
	unsigned char link[4];

	while (cluster >= 2 && cluster < c->end &&
	       chain_entries(c, c->data + ((cluster - 2ULL) << c->cluster_log),
			     1U << c->cluster_log) &&
	       reader_get(c->reader, link, sizeof(link), c->links + cluster * 4ULL))
		cluster = le32(link) & CHAIN_LINK;
}
