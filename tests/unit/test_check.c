/* boot/check over files of this machine, whose own kernel says what it would run; and over a machine of our own. */
#include "boot/check.c"
#include "lib/str.h"
#include "unit.h"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#if __SIZEOF_POINTER__ == 8
typedef Elf64_Ehdr elf_header;
typedef Elf64_Phdr elf_segment;
#else
typedef Elf32_Ehdr elf_header;
typedef Elf32_Phdr elf_segment;
#endif

/* ---- the machine: real files, below a folder of the test's own ---- */

static char folder[64];
static unsigned open_files;
static int open_error, type_error, read_error, apart_status;
static unsigned root_magic;
static char said[1024], refusal[1024]; /* what was said at level err; what was refused */

static const char *inside(char *buf, const char *path)
{
	snprintf(buf, PATH_MAX * 2, "%s%s", *path == '/' && strncmp(path, folder, strlen(folder)) ? folder : "", path);
	return buf;
}

unsigned sys_now(void)
{
	return 0;
}

int sys_mode(const char *path, int flags)
{
	char buf[PATH_MAX * 2];
	struct statx st;

	return statx(AT_FDCWD, inside(buf, path), flags, STATX_BASIC_STATS, &st) ? -errno : st.stx_mode;
}

int sys_open(const char *path, int flags)
{
	char buf[PATH_MAX * 2];
	int fd = open_error ? -1 : open(inside(buf, path), flags);

	open_files += fd >= 0;
	return open_error ? open_error : fd < 0 ? -errno : fd;
}

void sys_close(int fd)
{
	if (!close(fd))
		open_files--;
}

int sys_read_at(int fd, void *buf, size_t size, unsigned long long offset)
{
	long n = pread(fd, buf, size, (off_t)offset);

	return read_error ? read_error : n < 0 ? -errno : (int)n;
}

int sys_fs_type(int fd, unsigned *magic)
{
	assert_true(fd >= 0);
	*magic = root_magic;
	return type_error;
}

int sys_chdir(const char *path)
{
	assert_string_equal(path, NEW_ROOT);
	return 0;
}

int sys_chroot(const char *path)
{
	assert_string_equal(path, ".");
	return 0;
}

/* The child is not run where there is a status already. */
int sys_apart(void (*run)(void *), void *arg)
{
	if (apart_status == SIGTRAP)
		run(arg);
	return apart_status;
}

int sys_stop_at_exec(void)
{
	return -EPERM;
}

int sys_exec(const char *path, char **argv, char **envp)
{
	(void)path, (void)argv, (void)envp;
	fail_msg("a program would have run");
	return 0;
}

int sys_write(int fd, const void *buf, size_t size)
{
	(void)fd, (void)buf;
	return (int)size;
}

void say(char at, const char *format, ...)
{
	va_list args;

	if (at != LOG_ERR)
		return;
	va_start(args, format);
	str_vprint(strchr(said, '\0'), sizeof(said) - strlen(said), format, args);
	va_end(args);
}

void give_up(struct boot *b)
{
	(void)b;
	longjmp(refused_here, REFUSED);
}

void refuse(struct boot *b, const char *format, ...)
{
	va_list args;

	(void)b;
	va_start(args, format);
	str_vprint(refusal, sizeof(refusal), format, args);
	va_end(args);
	longjmp(refused_here, REFUSED);
}

/* ---- what files are made of ---- */

static void put(const char *name, int mode, const void *data, size_t size)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0700);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	assert_int_equal(fchmod(fd, (mode_t)mode), 0);
	close(fd);
}

/* A '@' is the folder. */
static void script(const char *name, const char *text)
{
	char out[PATH_MAX], *to = out;

	for (; *text; text++)
		to = *text == '@' ? to + sprintf(to, "%s", folder) : (*to = *text, to + 1);
	put(name, 0755, out, (size_t)(to - out));
}

/* ELF of this machine, or one whose header was changed; with the name of an interpreter of so many bytes. */
static struct file {
	elf_header elf;
	elf_segment segments[256];
	char name[PATH_MAX];
} program;

static void new_program(const char *interpreter)
{
	static const elf_header *self;

	if (!self) {
		int fd = open("/proc/self/exe", O_RDONLY);
		static elf_header head;

		assert_int_equal(read(fd, &head, sizeof(head)), sizeof(head));
		close(fd);
		self = &head;
	}
	memset(&program, 0, sizeof(program));
	program.elf = *self;
	program.elf.e_phoff = offsetof(struct file, segments);
	program.elf.e_phnum = 2;
	program.segments[0] = (elf_segment){ .p_type = PT_LOAD, .p_flags = PF_R, .p_filesz = 64, .p_memsz = 64 };
	program.segments[1] = (elf_segment){ .p_type = PT_NULL };
	if (interpreter) {
		int n = snprintf(program.name, sizeof(program.name), "%s/%s", folder, interpreter);

		program.segments[1] = (elf_segment){
			.p_type = PT_INTERP, .p_offset = offsetof(struct file, name), .p_filesz = (unsigned)n + 1,
		};
	}
}

static void elf(const char *name)
{
	put(name, 0755, &program, sizeof(program));
}

/* Does this kernel run it? 0, or the error of its execve(), before any of its instructions. */
static int kernel(const char *path)
{
	int status;
	pid_t child = fork();

	if (!child) {
		char *argv[] = { "x", NULL };

		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execve(path, argv, argv + 1);
		_exit(errno);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSTOPPED(status)) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		return 0;
	}
	/* killed: behind execve()'s point of no return */
	return WIFEXITED(status) ? -WEXITSTATUS(status) : 0;
}

/* ---- the tests ---- */

static int make(void **state)
{
	char path[PATH_MAX], name[300];

	(void)state;
	strcpy(folder, "/tmp/kindling-check-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/directory", folder);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/dangling", folder);
	assert_int_equal(symlink("none", path), 0);
	snprintf(path, sizeof(path), "%s/loop", folder);
	assert_int_equal(symlink("loop", path), 0);

	new_program(NULL);
	elf("static");
	put("no-x", 0644, &program, sizeof(program));
	put("only-x", 0111, &program, sizeof(program));
	put("cut-header", 0755, &program, sizeof(elf_header) - 1);
	put("cut-segments", 0755, &program, sizeof(elf_header) + sizeof(elf_segment));
	program.elf.e_phnum = PROGRAM_TABLE / sizeof(elf_segment);
	elf("page");
	program.elf.e_phnum = 0;
	elf("no-segments");
	program.elf.e_phnum = 2;
	program.elf.e_phentsize = sizeof(elf_segment) + 8;
	elf("other-segments");
	new_program(NULL);
	program.elf.e_machine = 0xfeed;
	elf("foreign");
	new_program(NULL);
	program.elf.e_type = ET_REL;
	elf("object");
	put("empty", 0755, "", 0);
	script("text", "echo hello\n");

	new_program("static");
	elf("dynamic");
	program.name[program.segments[1].p_filesz - 1] = 'x';
	elf("no-nul");
	program.segments[1].p_filesz = 1;
	elf("short-name");
	new_program("none");
	elf("dynamic-none");
	new_program("dynamic-none");
	elf("dynamic-dynamic");
	new_program("script");
	elf("dynamic-script");
	new_program("foreign");
	elf("dynamic-foreign");
	new_program("no-x");
	elf("dynamic-no-x");
	new_program("directory");
	elf("dynamic-directory");

	script("script", "#!@/static -x\n");
	script("script-dynamic", "#! @/dynamic\n");
	script("script-dynamic-none", "#! @/dynamic-none\n");
	script("script-crlf", "#!@/static\r\n");
	script("script-none", "#!@/none\n");
	script("script-no-x", "#!@/no-x\n");
	script("script-directory", "#!@/directory\n");
	script("script-foreign", "#!@/foreign\n");
	script("script-empty", "#!@/empty\n");
	script("script-text", "#!@/text\n");
	script("script-itself", "#!@/script-itself\n");
	script("script-dangling", "#!@/dangling\n");
	script("script-loop", "#!@/loop\n");
	script("script-nothing", "#!\n");
	script("script-below", "#!@/static/x\n");
	memset(name, 'n', 256);
	name[256] = '\0';
	snprintf(path, sizeof(path), "#!/%.236s\n", name);
	script("script-long-none", path);
	snprintf(path, sizeof(path), "#!/%s\n", name);
	script("script-cut", path);
	script("scripts-1", "#!@/script\n");
	script("scripts-2", "#!@/scripts-1\n");
	script("scripts-3", "#!@/scripts-2\n");
	script("scripts-4", "#!@/scripts-3\n");
	script("scripts-5", "#!@/scripts-4\n");
	return 0;
}

static int clean(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

/* The verdict on each, the link that is named, and that this kernel thinks so too. */
static void as_the_kernel(void **state)
{
	static const struct {
		const char *name;
		int err;
		const char *link; /* NULL: the first */
	} rows[] = {
		{ "static", 0, NULL },
		{ "only-x", 0, NULL },
		{ "page", 0, NULL },
		{ "dynamic", 0, "static" },
		{ "dynamic-dynamic", 0, "dynamic-none" },
		{ "script", 0, "static" },
		{ "script-dynamic", 0, "static" },
		{ "scripts-4", 0, "static" },
		{ "none", -ENOENT, NULL },
		{ "dangling", -ENOENT, NULL },
		{ "loop", -ELOOP, NULL },
		{ "static/x", -ENOTDIR, NULL },
		{ "directory", -EISDIR, NULL },
		{ "no-x", -EACCES, NULL },
		{ "cut-header", -ENOEXEC, NULL },
		{ "cut-segments", -ENOEXEC, NULL },
		{ "no-segments", -ENOEXEC, NULL },
		{ "other-segments", -ENOEXEC, NULL },
		{ "foreign", -ENOEXEC, NULL },
		{ "object", -ENOEXEC, NULL },
		{ "empty", -ENOEXEC, NULL },
		{ "text", -ENOEXEC, NULL },
		{ "no-nul", -ENOEXEC, NULL },
		{ "short-name", -ENOEXEC, NULL },
		{ "dynamic-none", -ENOENT, "none" },
		{ "dynamic-script", -ENOEXEC, "script" },
		{ "dynamic-foreign", -ENOEXEC, "foreign" },
		{ "dynamic-no-x", -EACCES, "no-x" },
		{ "dynamic-directory", -EISDIR, "directory" },
		{ "script-dynamic-none", -ENOENT, "none" },
		{ "script-crlf", -ENOENT, "static\r" },
		{ "script-none", -ENOENT, "none" },
		{ "script-no-x", -EACCES, "no-x" },
		{ "script-directory", -EISDIR, "directory" },
		{ "script-foreign", -ENOEXEC, "foreign" },
		{ "script-empty", -ENOEXEC, "empty" },
		{ "script-text", -ENOEXEC, "text" },
		{ "script-itself", -ELOOP, "script-itself" },
		{ "script-dangling", -ENOENT, "dangling" },
		{ "script-loop", -ELOOP, "loop" },
		{ "script-nothing", -ENOEXEC, NULL },
		{ "script-below", -ENOTDIR, "static/x" },
		{ "script-cut", -ENAMETOOLONG, NULL },
		{ "scripts-5", -ELOOP, "script" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *link = "", *end;
		char path[PATH_MAX];

		row_is(i, rows[i].name);
		snprintf(path, sizeof(path), "%s/%s", folder, rows[i].name);
		assert_int_equal(check_chain(path, &link), rows[i].err);
		end = strrchr(link, '/');
		if (rows[i].link)
			assert_true(end && str_after(link, folder) && str_same(str_after(link, folder) + 1, rows[i].link));
		else
			assert_string_equal(link, "");
		assert_int_equal(!kernel(path), !rows[i].err);
		assert_int_equal(open_files, 0);
	}
}

static const char *chosen(const char *init)
{
	static struct boot boot;
	int image = boot.image;

	boot = (struct boot){ .params = PARAMS_NONE, .image = image };
	strcpy(boot.node, "/dev/x");
	boot.params.init = (char *)init;
	said[0] = refusal[0] = '\0';
	return runs(check, &boot) ? NULL : boot.init;
}

static int clear(void **state)
{
	(void)state;
	open_error = type_error = read_error = 0;
	apart_status = SIGTRAP;
	root_magic = RAMFS_MAGIC;
	return 0;
}

/* What is kept open is the image, once, however many roots are refused. */
static void words_and_descriptors(void **state)
{
	static const struct {
		const char *init, *words;
	} rows[] = {
		{ "/script-crlf", "init=/script-crlf: its interpreter " },
		{ "/script-crlf", "/static\r: not found" },
		{ "/none", "init=/none: not found" },
		{ "/foreign", "init=/foreign: no program for this CPU" },
		{ NULL, "no init in /dev/x" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_null(chosen(rows[i].init));
		assert_non_null(strstr(refusal, rows[i].words));
		assert_int_equal(open_files, 1);
	}
	assert_string_equal(chosen("/static"), "/static");
	assert_int_equal(open_files, 1);
}

static void what_is_there_is_said(void **state)
{
	(void)state;
	assert_null(chosen(NULL));
	assert_string_equal(refusal, "no init in /dev/x");
	assert_string_equal(said, "");

	assert_int_equal(mkdir(strcat(strcpy((char[80]){ 0 }, folder), "/bin"), 0755), 0);
	script("bin/init", "#!@/static\n");
	assert_string_equal(chosen(NULL), "/bin/init");
	read_error = -EIO;
	assert_null(chosen(NULL));
	assert_non_null(str_after(said, "init /bin/init: read error; trying the next"));
	assert_string_equal(refusal, "no init in /dev/x");
}

static void the_image(void **state)
{
	(void)state;
	type_error = -EIO;
	assert_null(chosen("/static"));
	assert_string_equal(refusal, "open /: read error");
	type_error = 0;
	root_magic = 0xef53;
	assert_null(chosen("/static"));
	assert_string_equal(refusal, "/ is no ramfs or tmpfs");
	root_magic = TMPFS_MAGIC;
	assert_non_null(chosen("/static"));
}

static void the_child(void **state)
{
	(void)state;
	apart_status = -ENODEV;
	assert_null(chosen("/static"));
	assert_string_equal(refusal, "check in a child: unknown to this kernel");
	apart_status = 0;
	assert_null(chosen("/static"));
	assert_string_equal(refusal, "check in a child: error 0");
	/* it has said why */
	apart_status = 1;
	assert_null(chosen("/static"));
	assert_string_equal(refusal, "");
}

/* The first that is asked: nothing is open yet. */
static void without_an_image(void **state)
{
	(void)state;
	open_error = -EIO;
	assert_null(chosen("/static"));
	assert_string_equal(refusal, "open /: read error");
	assert_int_equal(open_files, 0);
}

int main(int argc, char **argv, char **envp)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(without_an_image, clear),
		cmocka_unit_test_setup(as_the_kernel, clear),
		cmocka_unit_test_setup(words_and_descriptors, clear),
		cmocka_unit_test_setup(what_is_there_is_said, clear),
		cmocka_unit_test_setup(the_image, clear),
		cmocka_unit_test_setup(the_child, clear),
	};

	(void)argc, (void)argv, (void)envp;
	return cmocka_run_group_tests(tests, make, clean);
}
