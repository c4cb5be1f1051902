/*
 * lookup DIRECTORY: the modules that libkmod finds for each line of stdin, a module's name or an
 * alias, on one line; none that is built in.
 */
#include <libkmod.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	const char *const no_config = NULL;
	struct kmod_ctx *kmod = kmod_new(argc > 1 ? argv[1] : NULL, &no_config);
	char *wanted = NULL;
	size_t size = 0;

	kmod_set_log_priority(kmod, 0);
	if (!kmod || kmod_load_resources(kmod))
		return 1;
	while (getline(&wanted, &size, stdin) > 0) {
		struct kmod_list *found = NULL, *item;

		wanted[strcspn(wanted, "\n")] = '\0';
		if (kmod_module_new_from_lookup(kmod, wanted, &found))
			return 2;
		kmod_list_foreach(item, found) {
			struct kmod_module *module = kmod_module_get_module(item);

			if (kmod_module_get_path(module))
				printf("%s ", kmod_module_get_name(module));
			kmod_module_unref(module);
		}
		putchar('\n');
		kmod_module_unref_list(found);
	}
	return 0;
}
