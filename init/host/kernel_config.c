#include "kernel_config.h"
#include "complain.h"
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* No kernel's is as large; what is read may be anything. */
#define CONFIG_MAX (16 << 20)

/* All that comes from fd, behind a newline, ended by a NUL; *size: with both. NULL: errno says why. */
static char *read_all(int fd, size_t *size)
{
	char *text = checked(malloc(CONFIG_MAX + 2));
	size_t at = 1;
	ssize_t n;

	*text = '\n';
	while ((n = read(fd, text + at, CONFIG_MAX + 1 - at)) > 0)
		at += (size_t)n;
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[at++] = '\0';
	*size = at;
	return text;
}

/* What gzip makes of the file that is open. NULL after a complaint. */
static char *unpack(int fd, const char *path, size_t *size)
{
	int ends[2], null, status = -1;
	char *text = NULL;
	pid_t child;

	if (pipe(ends) || (child = fork()) < 0) {
		complain("%s: gzip: %s", path, strerror(errno));
		return NULL;
	}
	if (!child) {
		null = open("/dev/null", O_WRONLY);
		dup2(fd, 0);
		dup2(ends[1], 1);
		dup2(null, 2);
		close(ends[0]);
		execlp("gzip", "gzip", "-dc", (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	text = read_all(ends[0], size);
	close(ends[0]);
	waitpid(child, &status, 0);
	if (text && !status)
		return text;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		complain("%s: packed by gzip, which is not installed here", path);
	else
		complain("%s: damaged: gzip cannot unpack it; copy it again", path);
	free(text);
	return NULL;
}

static char *read_text(int fd, const char *path, size_t *size)
{
	unsigned char magic[2] = { 0 };
	char *text;

	if (pread(fd, magic, 2, 0) == 2 && magic[0] == 0x1f && magic[1] == 0x8b)
		return unpack(fd, path, size);
	text = read_all(fd, size);
	if (!text)
		complain("%s: %s: not a kernel's .config, /boot/config-VERSION or /proc/config.gz", path,
			 strerror(errno));
	return text;
}

/* The title in the first lines: "Linux/arm 6.12.1". NULL: none. */
static char *title(const char *text)
{
	static const char begin[] = "\n# Linux/", end[] = " Kernel Configuration\n";

	for (const char *at = text; (at = strstr(at, begin)); at++) {
		const char *name = at + strlen("\n# "), *line_end = strchr(name, '\n');
		size_t length = line_end ? (size_t)(line_end + 1 - name) : 0, tail = strlen(end);

		if (length > tail && !memcmp(line_end + 1 - tail, end, tail))
			return copyf("%.*s", (int)(length - tail), name);
	}
	return NULL;
}

static bool is_blank(const char *text)
{
	return !text[strspn(text, " \t\r\n")];
}

int kernel_config_read(struct kernel_config *config, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t size;
	char *text = fd < 0 ? NULL : read_text(fd, path, &size);

	if (fd < 0)
		complain("%s: %s: not a kernel's .config, /boot/config-VERSION or /proc/config.gz", path,
			 strerror(errno));
	else
		close(fd);
	if (!text)
		return -1;
	config->text = text;
	config->name = strlen(text) + 1 == size ? title(text) : NULL;
	if (!config->name && size == strlen(text) + 1 && is_blank(text))
		complain("%s: empty: a kernel's whole configuration is wanted", path);
	else if (!config->name)
		complain("%s: no line `# Linux/... Kernel Configuration`: a kernel's whole configuration is wanted (of a "
			 "defconfig: `make x_defconfig` there first)", path);
	else if (text[size - 2] != '\n')
		complain("%s: its last line has no end, so it was cut short; copy it again", path);
	else
		return 0;
	return -1;
}

/* What is behind the = of the last line that sets the symbol, or NULL. */
static const char *value_of(const struct kernel_config *config, const char *symbol)
{
	char *line = copyf("\nCONFIG_%s=", symbol);
	size_t length = strlen(line);
	const char *found = NULL;

	for (const char *at = config->text; (at = strstr(at, line)); at += length)
		found = at + length;
	free(line);
	return found;
}

char kernel_config_value(const struct kernel_config *config, const char *symbol)
{
	const char *value = value_of(config, symbol);

	return value && (*value == 'y' || *value == 'm') && value[1] == '\n' ? *value : '\0';
}

char *kernel_config_string(const struct kernel_config *config, const char *symbol)
{
	const char *value = value_of(config, symbol);
	size_t length = value ? strcspn(value, "\n") : 0;

	if (length < 3 || value[0] != '"' || value[length - 1] != '"')
		return NULL;
	return copyf("%.*s", (int)length - 2, value + 1);
}
