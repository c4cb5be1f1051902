/*
 * A command line: the input is its text.
 */
#include "fuzz.h"
#include "plan/cmdline.h"
#include "plan/mountopts.h"
#include "plan/params.h"

/* Is it a text that starts and ends inside of this one? */
static bool inside(const char *part, const char *text, size_t size)
{
	return part >= text && part <= text + size && strlen(part) <= (size_t)(text + size - part);
}

static void words(char *text, size_t size)
{
	char *rest = text, *before = text;
	struct word word;

	for (; cmdline_next(&rest, &word); before = rest) {
		assert(inside(word.name, text, size) && inside(rest, text, size));
		assert(rest > before);
		assert(!word.value || (inside(word.value, text, size) && word.value > word.name));
		/* what a name is compared with has no space */
		assert(strchr(word.name, ' ') || cmdline_same_name(word.name, word.name));
	}
}

static const struct params_lock locks[] = {
	{ "", "" }, { "", "init rd.break root" }, { "rootwait modules", "mod.x" },
};

/* What is said is text: the sanitizer sees that it ends. */
static void hear(const char *name, const char *value, const char *text)
{
	assert(strlen(name) && strlen(text) && (!value || strlen(value) < SIZE_MAX));
}

static void params(char *text, size_t size)
{
	struct params p = PARAMS_NONE;

	params_parse(&p, text, &locks[size % 3], hear);
	assert(!(size % 3) || (!p.root && !p.rootfstype && !p.rootflags && !p.fallback[0] && !p.refused && !p.init &&
			       !p.shell && !p.stage && p.emergency == NOT_GIVEN));
	assert(!p.refused || (inside(p.refused, text, size) && strlen(p.refused)));
	assert(!p.root || inside(p.root, text, size));
	assert(!p.rootfstype || inside(p.rootfstype, text, size));
	assert(!p.rootflags || inside(p.rootflags, text, size));
	assert(!p.init || inside(p.init, text, size));
	assert(p.rootwait >= NOT_GIVEN && p.rootwait <= SECONDS_MAX);
	assert(p.rootdelay >= NOT_GIVEN && p.rootdelay <= SECONDS_MAX);
	assert(p.panic >= NOT_GIVEN && p.panic <= SECONDS_MAX);
	for (int i = 0; i < FALLBACKS_MAX; i++)
		assert(!p.fallback[i] || inside(p.fallback[i], text, size));
	params_wait(&p);
	if (p.rootflags) {
		size_t length = strlen(p.rootflags);

		mountopts_split(p.rootflags, 0);
		assert(strlen(p.rootflags) <= length);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_of(data, size);

	words(text, size);
	free(text);
	text = text_of(data, size);
	params(text, size);
	free(text);
	return 0;
}
