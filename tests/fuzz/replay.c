/*
 * replay FOLDER: a target without the fuzzer, over the inputs of a folder.
 */
#include "fuzz.h"

#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <unistd.h>

static void replay(const char *path)
{
	static uint8_t data[1 << 20];
	FILE *file = fopen(path, "r");

	if (!file)
		err(1, "%s", path);
	LLVMFuzzerTestOneInput(data, fread(data, 1, sizeof(data), file));
	fclose(file);
}

int main(int argc, char **argv)
{
	DIR *folder = argc == 2 && !chdir(argv[1]) ? opendir(".") : NULL;
	struct dirent *entry;

	if (!folder)
		err(1, "usage: replay FOLDER");
	while ((entry = readdir(folder)))
		if (*entry->d_name != '.')
			replay(entry->d_name);
	return 0;
}
