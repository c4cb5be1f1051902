#include "program.h"
#include "../lib/str.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>

#if defined(__x86_64__)
#define NATIVE EM_X86_64
#define COMPAT EM_386
#elif defined(__aarch64__)
#define NATIVE EM_AARCH64
#define COMPAT EM_ARM
#elif defined(__arm__)
#define NATIVE EM_ARM
#define COMPAT EM_ARM
#elif defined(__i386__)
#define NATIVE EM_386
#define COMPAT EM_386
#endif

#if __SIZEOF_POINTER__ == 8
typedef Elf64_Ehdr elf_header;
typedef Elf64_Phdr elf_segment;
#else
typedef Elf32_Ehdr elf_header;
typedef Elf32_Phdr elf_segment;
#endif

static int check_script(const char *head, size_t size, struct interpreter *interpreter)
{
	size_t start = 2, end;

	while (start < size && (head[start] == ' ' || head[start] == '\t'))
		start++;
	for (end = start; end < size && (unsigned char)head[end] > ' '; end++)
		;
	interpreter->offset = start;
	interpreter->length = (unsigned)(end - start);
	return end > start ? 0 : -ENOEXEC;
}

/* Segments outside of the head are left to execve(): no linker puts them there. */
static void find_interpreter(const char *head, size_t size, struct interpreter *interpreter)
{
	const elf_header *elf = (const void *)head;
	size_t at = elf->e_phoff;

	for (unsigned i = 0; i < elf->e_phnum; i++, at += sizeof(elf_segment)) {
		const elf_segment *segment;

		if (at > size - sizeof(*segment) || at % _Alignof(elf_segment))
			return;
		segment = (const void *)(head + at);
		if (segment->p_type != PT_INTERP)
			continue;
		if (segment->p_filesz > 1 && segment->p_filesz <= PATH_MAX) {
			interpreter->offset = segment->p_offset;
			interpreter->length = (unsigned)segment->p_filesz - 1;
		}
		return;
	}
}

int program_check(const void *head, size_t size, struct interpreter *interpreter)
{
	const elf_header *elf = head;

	interpreter->length = 0;
	if (size > 2 && str_after(head, "#!"))
		return check_script(head, size, interpreter);
	if (size < sizeof(*elf) || !str_after(head, ELFMAG))
		return -ENOEXEC;
	if (elf->e_machine == NATIVE)
		find_interpreter(head, size, interpreter);
	else if (elf->e_machine != COMPAT)
		return -ENOEXEC;
	return 0;
}
