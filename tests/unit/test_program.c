/* plan/program: the head of a file that may be init, made by hand. */
#include "plan/program.h"
#include "unit.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>

#if __SIZEOF_POINTER__ == 8
typedef Elf64_Ehdr elf_header;
typedef Elf64_Phdr elf_segment;
#define CLASS ELFCLASS64
#else
typedef Elf32_Ehdr elf_header;
typedef Elf32_Phdr elf_segment;
#define CLASS ELFCLASS32
#endif

#if defined(__x86_64__)
#define NATIVE EM_X86_64
#define COMPAT EM_386
#define FOREIGN EM_AARCH64
#elif defined(__aarch64__)
#define NATIVE EM_AARCH64
#define COMPAT EM_ARM
#define FOREIGN EM_X86_64
#elif defined(__arm__)
#define NATIVE EM_ARM
#define COMPAT EM_ARM
#define FOREIGN EM_AARCH64
#elif defined(__i386__)
#define NATIVE EM_386
#define COMPAT EM_386
#define FOREIGN EM_ARM
#endif

/* A program of two segments, of which the second names an interpreter at 0x200. */
static struct head {
	elf_header elf;
	elf_segment segments[2];
} dynamic;

#define NAME_AT 0x200UL
#define NAME_LENGTH 27U

static struct interpreter found;

/* The verdict on the first size bytes, which stand at the end of their memory. */
static int check(const void *head, size_t size)
{
	char *copy = malloc(size ? size : 1);
	int err;

	memcpy(copy, head, size);
	found = (struct interpreter){ 77, 77 };
	err = program_check(copy, size, &found);
	free(copy);
	return err;
}

static int setup(void **state)
{
	(void)state;
	dynamic = (struct head){
		.elf = {
			.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, CLASS, ELFDATA2LSB, 1 },
			.e_type = ET_EXEC,
			.e_machine = NATIVE,
			.e_phoff = offsetof(struct head, segments),
			.e_phentsize = sizeof(elf_segment),
			.e_phnum = 2,
		},
		.segments = {
			{ .p_type = PT_LOAD, .p_filesz = 4096 },
			{ .p_type = PT_INTERP, .p_offset = NAME_AT, .p_filesz = NAME_LENGTH + 1 },
		},
	};
	return 0;
}

#define assert_interpreter(at, n)                                              \
	do {                                                                   \
		assert_int_equal(found.length, n);                             \
		assert_int_equal(found.offset, at);                            \
	} while (0)

static void native(void **state)
{
	(void)state;
	assert_int_equal(check(&dynamic, sizeof(dynamic)), 0);
	assert_interpreter(NAME_AT, NAME_LENGTH);
	dynamic.elf.e_phnum = 1;
	assert_int_equal(check(&dynamic, sizeof(dynamic)), 0);
	assert_int_equal(found.length, 0);
	dynamic.elf.e_phnum = 0;
	assert_int_equal(check(&dynamic, sizeof(dynamic)), 0);
	assert_int_equal(found.length, 0);
}

static void other_cpus(void **state)
{
	(void)state;
	dynamic.elf.e_machine = FOREIGN;
	assert_int_equal(check(&dynamic, sizeof(dynamic)), -ENOEXEC);
	dynamic.elf.e_machine = 0;
	assert_int_equal(check(&dynamic, sizeof(dynamic)), -ENOEXEC);
	dynamic.elf.e_machine = NATIVE << 8 | NATIVE >> 8; /* of the other byte order */
	assert_int_equal(check(&dynamic, sizeof(dynamic)), -ENOEXEC);
	/* What a 64-bit kernel may run beside its own passes, its segments unread. */
	dynamic.elf.e_machine = COMPAT;
	assert_int_equal(check(&dynamic, sizeof(dynamic)), 0);
	if (COMPAT != NATIVE)
		assert_int_equal(found.length, 0);
}

static void every_truncation(void **state)
{
	const size_t second = offsetof(struct head, segments[1]);

	(void)state;
	for (size_t size = 0; size < sizeof(dynamic); size++) {
		int err = check(&dynamic, size);

		assert_int_equal(err, size < sizeof(elf_header) ? -ENOEXEC : 0);
		assert_int_equal(found.length, 0);
	}
	assert_true(second < sizeof(dynamic));
}

static void every_magic_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < SELFMAG; i++) {
		dynamic.elf.e_ident[i] ^= 1;
		assert_int_equal(check(&dynamic, sizeof(dynamic)), -ENOEXEC);
		dynamic.elf.e_ident[i] ^= 1;
	}
}

/* Wherever the header says that the segments are, only what was read is read. */
static void hostile_tables(void **state)
{
	static const unsigned long long offsets[] = {
		1, sizeof(struct head) - sizeof(elf_segment) + 1, sizeof(struct head), 1024, 1ULL << 31,
		0xffffffffULL, 0x100000000ULL, 1ULL << 63, -1ULL, -56ULL, -57ULL, -32ULL, -64ULL,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(offsets); i++)
		for (unsigned n = 1; n <= 0xffff; n += 0x3fff) {
			dynamic.elf.e_phoff = (__typeof__(dynamic.elf.e_phoff))offsets[i];
			dynamic.elf.e_phnum = (unsigned short)n;
			assert_int_equal(check(&dynamic, sizeof(dynamic)), 0);
		}
	setup(NULL);
	dynamic.elf.e_phnum = 0xffff;
	dynamic.segments[1].p_type = PT_LOAD;
	assert_int_equal(check(&dynamic, sizeof(dynamic)), 0);
	assert_int_equal(found.length, 0);
}

/* A name's place is passed on as it is, but never a length that no path has. */
static void hostile_names(void **state)
{
	static const struct {
		unsigned long size;
		unsigned length;
	} rows[] = {
		{ 0, 0 }, { 1, 0 }, { 2, 1 }, { PATH_MAX, PATH_MAX - 1 }, { PATH_MAX + 1, 0 },
		{ -1UL, 0 }, { 1UL << 31, 0 },
	};

	(void)state;
	dynamic.segments[1].p_offset = (__typeof__(dynamic.segments[1].p_offset))-1;
	for (size_t i = 0; i < COUNT(rows); i++) {
		dynamic.segments[1].p_filesz = rows[i].size;
		assert_int_equal(check(&dynamic, sizeof(dynamic)), 0);
		assert_int_equal(found.length, rows[i].length);
		if (found.length)
			assert_int_equal(found.offset, (unsigned long)-1);
	}
}

static void scripts(void **state)
{
	static const struct {
		const char *text;
		int err;
		unsigned long at;
		unsigned length;
	} rows[] = {
		{ "#!/bin/sh\n", 0, 2, 7 },
		{ "#!/bin/sh", 0, 2, 7 },
		{ "#! \t /bin/sh -e\necho", 0, 5, 7 },
		{ "#!/bin/sh\t-e\n", 0, 2, 7 },
		{ "#!x", 0, 2, 1 },
		{ "#!/\xc3\xa9/sh\n", 0, 2, 6 },
		{ "#!\n/bin/sh\n", -ENOEXEC, 0, 0 },
		{ "#!  \n", -ENOEXEC, 0, 0 },
		{ "#!  ", -ENOEXEC, 0, 0 },
		{ "#!", -ENOEXEC, 0, 0 },
		{ "#", -ENOEXEC, 0, 0 },
		{ "", -ENOEXEC, 0, 0 },
		{ " #!/bin/sh\n", -ENOEXEC, 0, 0 },
		{ "echo hello\n", -ENOEXEC, 0, 0 },
		{ "\x7f" "ELF", -ENOEXEC, 0, 0 },
	};
	char long_name[PROGRAM_HEAD];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		row_is(i, rows[i].text);
		assert_int_equal(check(rows[i].text, strlen(rows[i].text)), rows[i].err);
		if (!rows[i].err)
			assert_interpreter(rows[i].at, rows[i].length);
	}
	assert_int_equal(check("#!/a\0b", 6), 0);
	assert_interpreter(2, 2);
	memset(long_name, 'x', sizeof(long_name));
	memcpy(long_name, "#!", 2);
	assert_int_equal(check(long_name, sizeof(long_name)), 0);
	assert_interpreter(2, PROGRAM_HEAD - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(native, setup),
		cmocka_unit_test_setup(other_cpus, setup),
		cmocka_unit_test_setup(every_truncation, setup),
		cmocka_unit_test_setup(every_magic_byte, setup),
		cmocka_unit_test_setup(hostile_tables, setup),
		cmocka_unit_test_setup(hostile_names, setup),
		cmocka_unit_test_setup(scripts, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
