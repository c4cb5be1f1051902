# The tests, and what is compared with others.

unconfigured += check check-long check-lab matrix bench bench-coldplug bench-layers bench-ram

.PHONY: check check-long check-lab matrix bench bench-coldplug bench-layers bench-ram
check:
	$(Q)tests/run $@

check-long:
	$(Q)ALL=$(ALL) tests/run $@

check-lab:
	$(if $(LAB),,$(error LAB=FILE not given: how your board is reached; see boards/README.md))
	$(Q)LAB=$(call path,$(LAB)) tests/run $@

matrix:
	$(Q)$(PYTHON) tests/boot/matrix

bench:
	$(Q)tests/bench/bench

bench-coldplug:
	$(Q)tests/bench/coldplug

bench-layers:
	$(Q)tests/bench/layers

bench-ram:
	$(Q)tests/bench/ram
