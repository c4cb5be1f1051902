/*
 * What is there: the lines that tell a missing driver from a wrong name, a
 * device under another name, and a damaged one.
 */
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "../plan/judge.h"
#include "../plan/modules.h"
#include "coldplug.h"
#include "device.h"

/* More are not named: the console of a board may be slow. */
#define DEVICES_MAX 64

static char line[2048], *line_end;
static unsigned seen;

/* Appends to the line, or nothing when it does not fit. */
__attribute__((format(printf, 1, 2))) static void add(const char *format, ...)
{
	char *end;
	va_list args;

	va_start(args, format);
	end = str_vprint(line_end, sizeof(line) - (size_t)(line_end - line), format, args);
	va_end(args);
	if (end)
		line_end = end;
	*line_end = '\0';
}

/* What is on it, and whether that is what was meant. */
static void add_tags(const struct boot *b, const struct parttable_id *part)
{
	const struct contents *c = &b->super.contents;
	const char *meant = NULL, *type = c->member ? c->member : c->fs;

	if (c->damaged)
		add(" damaged %s", c->damaged);
	if (type)
		add(" %s", type);
	if (c->second)
		add(" or %s", c->second);
	for (unsigned tag = 0; tag < TAGS; tag++) {
		const char *value = judge_value(tag, &b->super, part);

		if (*value)
			add(" %s=%s", rootspec_tags[tag], value);
		/* root that was found, and does not mount, was meant */
		if (!meant && b->device < 0 && rootspec_near(&b->root, tag, value))
			meant = rootspec_tags[tag];
	}
	if (meant)
		add("; did you mean this %s?", meant);
}

/* A disk whose partitions are not there, and why. */
static void add_fault(int fd)
{
	struct reader r;
	unsigned other;

	device_reader(&r, fd);
	other = r.sector;
	switch (parttable_fault(&r, &other)) {
	case PARTTABLE_UNPROTECTED:
		add("; its GPT has no protective MBR: boot with gpt");
		break;
	case PARTTABLE_BACKUP_ONLY:
		add("; primary GPT is damaged, backup is good: boot with gpt, repair with sgdisk -e");
		break;
	case PARTTABLE_CUT:
		add("; its GPT is for a larger disk");
		break;
	case PARTTABLE_OTHER_SECTOR:
		add("; GPT is for %u-byte sectors, disk has %u", other, r.sector);
		break;
	default:
		break;
	}
}

/* Is it this device's number? */
static bool is_number(const void *arg, unsigned number, const struct parttable_id *id)
{
	(void)id;
	return number == ((const struct device *)arg)->partition;
}

static int report(void *arg, const char *name)
{
	struct boot *b = arg;
	char path[sizeof(b->node)];
	struct parttable_hit hit;
	long long sectors = device_number(name, "size");
	struct device d;
	int fd, err;

	/* the many that nothing is set up behind: loop, nbd, zram; drives without a medium too */
	if (device_look(&d, DEVICE_BY_NAME, name) || sectors <= 0)
		return 0;
	line_end = line;
	add("%s (%u MiB, %s)", name, (unsigned)(sectors >> 11), d.bus);
	fd = device_open(name, path);
	err = fd < 0 ? fd : device_super(b, fd, false);
	if (err)
		add(": %d", err);
	else if (CONFIG_PROBE && d.partition)
		add_tags(b, device_table(d.disk, is_number, &d, &hit, 1) == 1 && !device_is_hit(name, &hit) ? &hit.id : NULL);
	else if (CONFIG_PROBE) {
		add_tags(b, NULL);
		if (!b->super.contents.fs)
			add_fault(fd);
	}
	if (fd >= 0)
		sys_close(fd);
	say(LOG_ERR, "seen: %s", line);
	return ++seen == DEVICES_MAX;
}

/*
 * What root is never behind, and an image has no driver for: screens, sound, keys, the bridges to memory and
 * to ISA, SMBus.
 */
static const char beside[] = " of:N*hdmi* of:Ngpu* of:N*display* of:N*audio* of:N*sound*"
			     " pci:*bc0[34]* pci:*bc06sc0[01]* pci:*bc0Csc05* usb:*ic03*";

/* A device that nobody drives: its modalias is the name of the module that is missing. */
static void report_driverless(void *arg, const struct uevent *event)
{
	static unsigned said[DEVICES_MAX]; /* a hash of each: equal ones are said once */
	const char *modalias = uevent_value(event, "MODALIAS=");
	unsigned hash = 0;

	(void)arg;
	if (!modalias || uevent_value(event, "DRIVER="))
		return;
	for (const char *p = beside; *p; p = str_find(p + 1, ' '))
		if (modules_match(p + 1, modalias))
			return;
	for (const char *c = modalias; *c; c++)
		hash = hash * 31 + (unsigned char)*c;
	for (unsigned i = 0; i < seen; i++)
		if (said[i] == hash)
			return;
	if (seen == DEVICES_MAX)
		return;
	said[seen++] = hash;
	say(LOG_ERR, "seen: no driver for %s", modalias);
}

void report_devices(struct boot *b, bool drivers)
{
	int err;

	seen = 0;
	/* on those buses there is nothing but what stands on another one too */
	if (CONFIG_MODULES && drivers)
		coldplug_each(b, "acpi cpu hid serio", report_driverless);
	seen = 0;
	err = devices_each(report, b);
	if (err < 0)
		say(LOG_ERR, "read /sys: %d", err);
	else if (!seen)
		say(LOG_ERR, "seen: no block device; is its driver in this kernel or image?");
}
