#include "program.h"
#include "../lib/str.h"

#include <elf.h>
#include <errno.h>

#if defined(__x86_64__)
#define NATIVE EM_X86_64
#elif defined(__aarch64__)
#define NATIVE EM_AARCH64
#elif defined(__arm__)
#define NATIVE EM_ARM
#elif defined(__i386__)
#define NATIVE EM_386
#elif defined(__riscv)
#define NATIVE EM_RISCV
#endif

#if __SIZEOF_POINTER__ == 8
typedef Elf64_Ehdr elf_header;
typedef Elf64_Phdr elf_segment;
#else
typedef Elf32_Ehdr elf_header;
typedef Elf32_Phdr elf_segment;
#endif

/* The name ends at a blank, the line or the file; a carriage return is a part of it. */
static int find_script(char *head, struct piece *piece)
{
	char *name = head + 2, *end;

	str_change(name, '\n', '\0');
	str_change(name, '\t', ' ');
	while (*name == ' ')
		name++;
	end = str_find(name, ' ');
	if (end == head + PROGRAM_HEAD)
		return -ENAMETOOLONG;
	*end = '\0';
	piece->offset = (unsigned long)(name - head);
	return *name ? PROGRAM_SCRIPT : -ENOEXEC;
}

/* The size of a segment also tells 32 bits from 64. */
static int find_segments(const char *head, unsigned size, struct piece *piece)
{
	const elf_header *elf = (const void *)head;

	piece->offset = elf->e_phoff;
	piece->length = elf->e_phnum * (unsigned)sizeof(elf_segment);
	return size >= sizeof(*elf) && str_after(head, ELFMAG) && elf->e_machine == NATIVE &&
	       (elf->e_type == ET_EXEC || elf->e_type == ET_DYN) &&
	       elf->e_phentsize == sizeof(elf_segment) &&
	       piece->length - 1 < PROGRAM_TABLE ? PROGRAM_SEGMENTS : -ENOEXEC;
}

static int find_interpreter(const char *table, struct piece *piece)
{
	const elf_segment *segment = (const void *)table;

	for (unsigned left = piece->length; left; left -= (unsigned)sizeof(*segment), segment++)
		if (segment->p_type == PT_INTERP) {
			piece->offset = segment->p_offset;
			piece->length = (unsigned)segment->p_filesz;
			return segment->p_filesz - 2 <= PATH_MAX - 2 ? PROGRAM_NAME : -ENOEXEC;
		}
	return PROGRAM_STATIC;
}

int program_step(int last, char *text, unsigned size, struct piece *piece)
{
	if (last == PROGRAM_UNREAD)
		return str_after(text, "#!") ? find_script(text, piece) : find_segments(text, size, piece);
	if (size < piece->length)
		return -ENOEXEC;
	if (last == PROGRAM_SEGMENTS)
		return find_interpreter(text, piece);
	piece->offset = 0;
	return text[size - 1] ? -ENOEXEC : PROGRAM_DYNAMIC;
}
