# The tests, and what is compared with others.

unconfigured += check check-long matrix bench bench-coldplug bench-ram

.PHONY: check check-long matrix bench bench-coldplug bench-ram
check check-long:
	$(Q)tests/run $@

matrix:
	$(Q)$(PYTHON) tests/boot/matrix

bench:
	$(Q)tests/bench/bench

bench-coldplug:
	$(Q)tests/bench/coldplug

bench-ram:
	$(Q)tests/bench/ram
