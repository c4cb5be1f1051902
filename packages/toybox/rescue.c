// Parts of the C library that a rescue prompt can do without: the linker takes these instead,
// and the image is 12 kB smaller (gzip, x86-64). What is lost: names of users and groups, time
// zones, characters wider than a column, syslog, fractions in scanf, and memory given back
// before a command ends.

#include <grp.h>
#include <langinfo.h>
#include <locale.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <syslog.h>
#include <time.h>
#include <wchar.h>

// Memory is cut from pieces of 64 kB; only the last block cut can be reused. Commands are short.
struct block {
	_Alignas(16) size_t size;
	_Alignas(16) char bytes[];
};
static char *at, *end;

void *malloc(size_t size)
{
	struct block *block;
	size_t need, piece;

	if (size > PTRDIFF_MAX - (1 << 20))
		return 0;
	need = sizeof(*block) + ((size + 15) & -16);
	if (need > (size_t)(end - at)) {
		piece = (need + 0xffff) & ~(size_t)0xffff;
		at = mmap(0, piece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (at == MAP_FAILED) {
			at = end = 0;
			return 0;
		}
		end = at + piece;
	}
	block = (struct block *)at;
	block->size = need - sizeof(*block);
	at += need;
	return block->bytes;
}

void free(void *p)
{
	struct block *block = (struct block *)p - 1;

	if (p && block->bytes + block->size == at)
		at = (char *)block;
}

void *calloc(size_t count, size_t size)
{
	size_t total;
	void *p;

	if (__builtin_mul_overflow(count, size, &total))
		return 0;
	p = malloc(total);
	// what was freed and is cut again is not empty
	return p ? memset(p, 0, total) : 0;
}

void *realloc(void *p, size_t size)
{
	struct block *block = (struct block *)p - 1;
	void *new;

	if (p && size <= block->size)
		return p;
	new = malloc(size);
	if (new && p)
		memcpy(new, p, block->size);
	return new;
}

// A rescue image has neither /etc/passwd nor /etc/group: ids are shown as numbers.
struct passwd *getpwuid(uid_t id)
{
	return 0;
}

struct passwd *getpwnam(const char *name)
{
	return 0;
}

int getpwnam_r(const char *name, struct passwd *pw, char *buf, size_t size, struct passwd **result)
{
	*result = 0;
	return 0;
}

int getpwuid_r(uid_t id, struct passwd *pw, char *buf, size_t size, struct passwd **result)
{
	*result = 0;
	return 0;
}

struct group *getgrgid(gid_t id)
{
	return 0;
}

struct group *getgrnam(const char *name)
{
	return 0;
}

int getgrnam_r(const char *name, struct group *gr, char *buf, size_t size, struct group **result)
{
	*result = 0;
	return 0;
}

int getgrgid_r(gid_t id, struct group *gr, char *buf, size_t size, struct group **result)
{
	*result = 0;
	return 0;
}

int getgrouplist(const char *user, gid_t gid, gid_t *groups, int *count)
{
	return *count = 0;
}

// Times are UTC. musl's own conversion, without what reads time zones.
int __secs_to_tm(long long seconds, struct tm *tm);

struct tm *localtime_r(const time_t *seconds, struct tm *tm)
{
	return __secs_to_tm(*seconds, tm) ? 0 : tm;
}

struct tm *localtime(const time_t *seconds)
{
	static struct tm tm;

	return localtime_r(seconds, &tm);
}

void tzset(void)
{
}

// ls -l is the only caller, with " %F %H:%M"
size_t strftime(char *buf, size_t size, const char *format, const struct tm *tm)
{
	return snprintf(buf, size, " %d-%02d-%02d %02d:%02d", tm->tm_year + 1900, tm->tm_mon + 1,
		tm->tm_mday, tm->tm_hour, tm->tm_min);
}

int wcwidth(wchar_t c)
{
	return c != 0;
}

char *setlocale(int category, const char *name)
{
	return "C.UTF-8";
}

locale_t newlocale(int mask, const char *name, locale_t base)
{
	return 0;
}

locale_t uselocale(locale_t new)
{
	return 0;
}

char *nl_langinfo(nl_item item)
{
	return "UTF-8";
}

// scanf's floating point, behind its back: no command here reads any
long double __floatscan(FILE *f, int precision, int pushback)
{
	return 0;
}

void openlog(const char *name, int options, int facility)
{
}

void closelog(void)
{
}

void syslog(int priority, const char *format, ...)
{
}

void vsyslog(int priority, const char *format, va_list args)
{
}
