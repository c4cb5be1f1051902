# Pages that a command writes anew: the README's size table, the words of other systems, the options.

unconfigured += readme words options

.PHONY: readme words options
readme:
	$(Q)mkdir -p build
	$(Q)image/table >build/table.md
	$(Q)sed -i -e '/^<!-- sizes -->/,/^<!-- end/{//!d}' -e '/^<!-- sizes -->/r build/table.md' README.md

words:
	$(Q)init/host/words >WORDS.md.tmp
	$(Q)mv WORDS.md.tmp WORDS.md

options:
	$(Q)$(kconf) page OPTIONS.md
