/* Directories in chained clusters: plan/chain.c. */
#include "unit.h"
#include "plan/chain.h"

#define LINKS 64     /* offset of the table */
#define DATA 1024    /* of cluster 2 */
#define CLUSTER 64   /* two entries */

static unsigned char image[1 << 20];
static unsigned char names[64];
static unsigned count;
static struct reader reader;
static struct chain chain;

static int read_image(struct reader *r, void *buf, size_t size, unsigned long long offset)
{
	(void)r;
	memcpy(buf, image + offset, size);
	return 0;
}

/* Keeps the first byte of each; 'W' is wanted. */
static bool take(void *arg, const unsigned char *entry)
{
	assert_ptr_equal(arg, names);
	assert_true(count < sizeof(names) - 1);
	names[count++] = *entry;
	names[count] = 0;
	return *entry == 'W';
}

static int setup(void **state)
{
	(void)state;
	memset(image, 0, sizeof(image));
	count = names[0] = 0;
	reader = (struct reader){
		.read = read_image, .size = sizeof(image), .reads = READER_READS, .bytes = READER_BYTES,
	};
	chain = (struct chain){
		.reader = &reader, .links = LINKS, .data = DATA, .cluster_log = 6, .end = 10,
		.take = take, .arg = names, .pieces = 20,
	};
	return 0;
}

static void cluster(unsigned n, const char *entries, unsigned next)
{
	for (int i = 0; entries[i]; i++)
		image[DATA + (n - 2) * CLUSTER + (unsigned)i * 32] = (unsigned char)entries[i];
	for (int i = 0; i < 4; i++)
		image[LINKS + n * 4 + i] = (unsigned char)(next >> i * 8);
}

static void follows(void **state)
{
	(void)state;
	cluster(2, "ab", 0x50000009);
	cluster(9, "cd", 4);
	cluster(4, "e", 2);
	chain_walk(&chain, 2);
	assert_string_equal(names, "abcde");
	assert_int_equal(reader.reads, READER_READS - 5);
}

static void ends(void **state)
{
	static const unsigned next[] = { 0, 1, 10, 0xfffffff };

	for (size_t i = 0; i < COUNT(next); i++) {
		setup(state);
		cluster(2, "ab", next[i]);
		chain_walk(&chain, 2);
		assert_string_equal(names, "ab");
		chain_walk(&chain, next[i]);
		assert_string_equal(names, "ab");
	}
	setup(state);
	cluster(2, "aW", 3);
	cluster(3, "c", 0);
	chain_walk(&chain, 2);
	assert_string_equal(names, "aW");
}

static void loops_end(void **state)
{
	(void)state;
	cluster(2, "ab", 2);
	chain_walk(&chain, 2);
	assert_int_equal(count, 40);
	assert_int_equal(chain.pieces, 0);
	assert_int_equal(reader.reads, READER_READS - 40);
}

/* The first is a sector: a volume's name is most often the first entry. */
static void pieces(void **state)
{
	(void)state;
	memset(image, 'x', 3 * 4096);
	/* 512 bytes, a whole piece and a part */
	for (unsigned at = 0; at < 9000; at += 32)
		image[at] = 1;
	chain.pieces = 3;
	count = 0;
	image[0] = 'W';
	assert_false(chain_entries(&chain, 0, 8192 + 64));
	assert_int_equal(chain.pieces, 2);
	assert_int_equal(reader.bytes, READER_BYTES - 512);
	assert_false(chain_entries(&chain, sizeof(image) - 32, 64));
	assert_int_equal(chain.pieces, 2);
	image[sizeof(image) - 32] = 'z';
	assert_true(chain_entries(&chain, sizeof(image) - 32, 32));
	assert_int_equal(reader.bytes, READER_BYTES - 512 - 32);
	assert_true(chain_entries(&chain, 0, 0));
	/* wanted in the second piece, which is a whole one */
	chain.pieces = 3;
	image[0] = 1;
	image[512 + 32 * 20] = 'W';
	reader.bytes = READER_BYTES;
	assert_false(chain_entries(&chain, 0, 8192 + 64));
	assert_int_equal(chain.pieces, 1);
	assert_int_equal(reader.bytes, READER_BYTES - 512 - 4096);
	assert_int_equal(count, 2 + 16 + 21);
}

static void highest_numbers(void **state)
{
	(void)state;
	chain.end = ~0U;
	chain.cluster_log = 25;
	chain.data = chain.links = 4095ULL << 32;
	chain_walk(&chain, ~0U - 1);
	assert_int_equal(count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(follows, setup),
		cmocka_unit_test_setup(ends, setup),
		cmocka_unit_test_setup(loops_end, setup),
		cmocka_unit_test_setup(pieces, setup),
		cmocka_unit_test_setup(highest_numbers, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
