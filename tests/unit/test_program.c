/* plan/program: files that may be init, made by hand. */
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
#define FOREIGN EM_386
#elif defined(__aarch64__)
#define NATIVE EM_AARCH64
#define FOREIGN EM_ARM
#elif defined(__arm__)
#define NATIVE EM_ARM
#define FOREIGN EM_AARCH64
#elif defined(__i386__)
#define NATIVE EM_386
#define FOREIGN EM_X86_64
#elif defined(__riscv)
#define NATIVE EM_RISCV
#define FOREIGN EM_AARCH64
#endif

#define INTERPRETER "/lib/ld-musl-x86_64.so.1"
#define SEGMENTS_AT 0x400

/* A program whose second segment names an interpreter; its table is far from its head. */
static struct file {
	elf_header elf;
	char gap[SEGMENTS_AT - sizeof(elf_header)];
	elf_segment segments[2];
	char name[PATH_MAX + 1];
} dynamic;

static char found[PROGRAM_TEXT];

/* What the first size bytes of a file are; `found` is the interpreter. Each piece stands at the end of its memory. */
static int check(const void *file, size_t size)
{
	struct piece piece = { 0, PROGRAM_HEAD };
	int step = PROGRAM_UNREAD;
	char *text = malloc(PROGRAM_TEXT);

	memset(text, 'x', PROGRAM_TEXT);
	found[0] = '\0';
	for (unsigned steps = 0; step >= PROGRAM_UNREAD; steps++) {
		size_t there = piece.offset < size ? size - piece.offset : 0;
		unsigned n = (unsigned)(there < piece.length ? there : piece.length);

		assert_in_range(piece.length, 1, PROGRAM_TEXT - 1);
		assert_in_range(steps, 0, 2);
		memcpy(text, (const char *)file + (n ? piece.offset : 0), n);
		text[n] = '\0';
		step = program_step(step, text, n, &piece);
	}
	if (step > PROGRAM_STATIC)
		strcpy(found, text + piece.offset);
	free(text);
	return step;
}

static int check_dynamic(void)
{
	return check(&dynamic, sizeof(dynamic));
}

static int setup(void **state)
{
	(void)state;
	dynamic = (struct file){
		.elf = {
			.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, CLASS, ELFDATA2LSB, 1 },
			.e_type = ET_EXEC,
			.e_machine = NATIVE,
			.e_phoff = SEGMENTS_AT,
			.e_phentsize = sizeof(elf_segment),
			.e_phnum = 2,
		},
		.segments = {
			{ .p_type = PT_LOAD, .p_filesz = 4096 },
			{ .p_type = PT_INTERP, .p_offset = offsetof(struct file, name), .p_filesz = sizeof(INTERPRETER) },
		},
		.name = INTERPRETER,
	};
	return 0;
}

static void native(void **state)
{
	(void)state;
	assert_int_equal(check_dynamic(), PROGRAM_DYNAMIC);
	assert_string_equal(found, INTERPRETER);
	dynamic.elf.e_type = ET_DYN;
	assert_int_equal(check_dynamic(), PROGRAM_DYNAMIC);
	dynamic.elf.e_phnum = 1;
	assert_int_equal(check_dynamic(), PROGRAM_STATIC);
}

/* The kernel does not look at these: neither do we. */
static void does_not_matter(void **state)
{
	(void)state;
	dynamic.elf.e_ident[EI_CLASS] = 77;
	dynamic.elf.e_ident[EI_DATA] = 77;
	dynamic.elf.e_ident[EI_OSABI] = 77;
	dynamic.elf.e_version = 77;
	assert_int_equal(check_dynamic(), PROGRAM_DYNAMIC);
}

static void other_kinds(void **state)
{
	static const unsigned short machines[] = { FOREIGN, 0, NATIVE << 8 | NATIVE >> 8 },
				    types[] = { ET_NONE, ET_REL, ET_CORE, 0xfe00, 0xffff },
				    sizes[] = { 0, sizeof(elf_segment) - 1, sizeof(elf_segment) == 56 ? 32 : 56 };

	(void)state;
	for (size_t i = 0; i < COUNT(machines); i++) {
		dynamic.elf.e_machine = machines[i];
		assert_int_equal(check_dynamic(), -ENOEXEC);
	}
	setup(NULL);
	for (size_t i = 0; i < COUNT(types); i++) {
		dynamic.elf.e_type = types[i];
		assert_int_equal(check_dynamic(), -ENOEXEC);
	}
	setup(NULL);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		dynamic.elf.e_phentsize = sizes[i];
		assert_int_equal(check_dynamic(), -ENOEXEC);
	}
}

static void every_truncation(void **state)
{
	const size_t end = offsetof(struct file, name) + sizeof(INTERPRETER);

	(void)state;
	for (size_t size = 0; size < end; size++)
		assert_int_equal(check(&dynamic, size), -ENOEXEC);
	assert_int_equal(check(&dynamic, end), PROGRAM_DYNAMIC);
}

static void every_magic_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < SELFMAG; i++) {
		dynamic.elf.e_ident[i] ^= 1;
		assert_int_equal(check_dynamic(), -ENOEXEC);
		dynamic.elf.e_ident[i] ^= 1;
	}
}

/* Wherever the header says that the segments are, only what was read is read. */
static void hostile_tables(void **state)
{
	static const unsigned long long offsets[] = {
		sizeof(struct file) - sizeof(elf_segment) + 1, sizeof(struct file), 1ULL << 31,
		0xffffffffULL, 1ULL << 63, -1ULL, -56ULL, -57ULL, -32ULL, -64ULL,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(offsets); i++)
		for (unsigned n = 1; n <= 0xffff; n += 0x3fff) {
			dynamic.elf.e_phoff = (__typeof__(dynamic.elf.e_phoff))offsets[i];
			dynamic.elf.e_phnum = (unsigned short)n;
			assert_int_equal(check_dynamic(), -ENOEXEC);
		}
}

/* No table, or more than a page: the kernel refuses both. */
static void sizes_of_tables(void **state)
{
	const unsigned most = PROGRAM_TABLE / sizeof(elf_segment);

	(void)state;
	dynamic.segments[1].p_type = PT_LOAD;
	dynamic.elf.e_phnum = 0;
	assert_int_equal(check_dynamic(), -ENOEXEC);
	dynamic.elf.e_phnum = (unsigned short)most;
	assert_int_equal(check_dynamic(), PROGRAM_STATIC);
	dynamic.elf.e_phnum = (unsigned short)(most + 1);
	assert_int_equal(check_dynamic(), -ENOEXEC);
	dynamic.elf.e_phnum = 0xffff;
	assert_int_equal(check_dynamic(), -ENOEXEC);
}

static void names(void **state)
{
	static const struct {
		unsigned long size;
		int kind;
	} rows[] = {
		{ 0, -ENOEXEC }, { 1, -ENOEXEC }, { 2, PROGRAM_DYNAMIC }, { PATH_MAX, PROGRAM_DYNAMIC },
		{ PATH_MAX + 1, -ENOEXEC }, { -1UL, -ENOEXEC }, { 1UL << 31, -ENOEXEC },
#if __SIZEOF_POINTER__ == 8
		{ (1UL << 32) + 2, -ENOEXEC },
#endif
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned long last = rows[i].size - 1;

		memset(dynamic.name, 'y', sizeof(dynamic.name));
		dynamic.segments[1].p_filesz = rows[i].size;
		/* without a NUL at its end it is none */
		assert_int_equal(check_dynamic(), -ENOEXEC);
		if (last < sizeof(dynamic.name))
			dynamic.name[last] = '\0';
		assert_int_equal(check_dynamic(), rows[i].kind);
		if (rows[i].kind == PROGRAM_DYNAMIC)
			assert_int_equal(strlen(found), last);
	}
	/* what stands behind a NUL is no part of it */
	setup(NULL);
	dynamic.name[4] = '\0';
	assert_int_equal(check_dynamic(), PROGRAM_DYNAMIC);
	assert_string_equal(found, "/lib");
	dynamic.segments[1].p_offset = (__typeof__(dynamic.segments[1].p_offset))-1;
	assert_int_equal(check_dynamic(), -ENOEXEC);
}

static void scripts(void **state)
{
	static const struct {
		const char *text;
		const char *name; /* NULL: none */
	} rows[] = {
		{ "#!/bin/sh\n", "/bin/sh" },
		{ "#!/bin/sh", "/bin/sh" },
		{ "#! \t /bin/sh -e\necho", "/bin/sh" },
		{ "#!/bin/sh\t-e\n", "/bin/sh" },
		{ "#!x", "x" },
		{ "#!/\xc3\xa9/sh\n", "/\xc3\xa9/sh" },
		{ "#!/bin/sh\r\n", "/bin/sh\r" },
		{ "#!/bin/sh\v-e\n", "/bin/sh\v-e" },
		{ "#!/bin/sh\f\n", "/bin/sh\f" },
		{ "#!\r\n", "\r" },
		{ "#!\n/bin/sh\n", NULL },
		{ "#! \t\n/bin/sh\n", NULL },
		{ "#!  \n", NULL },
		{ "#!  ", NULL },
		{ "#!", NULL },
		{ "#", NULL },
		{ "", NULL },
		{ " #!/bin/sh\n", NULL },
		{ "\xef\xbb\xbf#!/bin/sh\n", NULL },
		{ "echo hello\n", NULL },
		{ "\x7f" "ELF", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		row_is(i, rows[i].text);
		assert_int_equal(check(rows[i].text, strlen(rows[i].text)),
				 rows[i].name ? PROGRAM_SCRIPT : -ENOEXEC);
		if (rows[i].name)
			assert_string_equal(found, rows[i].name);
	}
	assert_int_equal(check("#!/a\0b\n", 7), PROGRAM_SCRIPT);
	assert_string_equal(found, "/a");
	assert_int_equal(check("#!\0/a\n", 6), -ENOEXEC);
}

/* The name and what ends it must be in the head; an argument may be cut. */
static void long_names(void **state)
{
	static const char ends[] = "\n \t";
	char text[PROGRAM_HEAD + 8];

	(void)state;
	for (unsigned length = 1; length < sizeof(text) - 2; length++) {
		int kind = 2 + length < PROGRAM_HEAD ? PROGRAM_SCRIPT : -ENAMETOOLONG;

		for (size_t i = 0; i < sizeof(ends); i++) {
			memset(text, 'x', sizeof(text));
			memcpy(text, "#!", 2);
			text[2 + length] = ends[i];
			assert_int_equal(check(text, sizeof(text)), kind);
			if (kind == PROGRAM_SCRIPT)
				assert_int_equal(strlen(found), length);
		}
		/* the end of the file ends it too */
		assert_int_equal(check(text, 2 + length), kind);
	}
	memset(text, ' ', sizeof(text));
	memcpy(text, "#!", 2);
	assert_true(check(text, sizeof(text)) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(native, setup),
		cmocka_unit_test_setup(does_not_matter, setup),
		cmocka_unit_test_setup(other_kinds, setup),
		cmocka_unit_test_setup(every_truncation, setup),
		cmocka_unit_test_setup(every_magic_byte, setup),
		cmocka_unit_test_setup(hostile_tables, setup),
		cmocka_unit_test_setup(sizes_of_tables, setup),
		cmocka_unit_test_setup(names, setup),
		cmocka_unit_test_setup(scripts, setup),
		cmocka_unit_test_setup(long_names, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
