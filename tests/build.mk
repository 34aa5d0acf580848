# Tests: every tests/<area>/*.t script, and the compiled ones that the parts list in TESTS.
#
#   make check   everything but what takes very long
#   make check-long   that: tests/long
#   make unit    what needs no kernel and no QEMU
#   make check-only T="tests/as/..."   named ones
include $(wildcard $(SRC)/tests/*/build.mk)

LONG_TESTS := $(sort $(wildcard $(SRC)/tests/long/*.t))
SHELL_TESTS := $(filter-out $(LONG_TESTS),$(sort $(wildcard $(SRC)/tests/*/*.t)))
# Tests that need the built guest, or boot something.
GUEST_TESTS := $(filter $(SRC)/tests/boot/% $(SRC)/tests/guest/% $(SRC)/tests/isolation/% $(SRC)/tests/l4/% $(SRC)/tests/micro/% $(SRC)/tests/bench/gate.t,$(SHELL_TESTS))
UNIT_TESTS = $(sort $(TESTS)) $(filter-out $(GUEST_TESTS),$(SHELL_TESTS))
# Of the compiled ones, those that execute 32-bit code: skipped where the host runs none.
RUN_TESTS = env O=$(O) TOP=$(SRC) TESTS_32_BIT="$(strip $(TESTS_32_BIT))" $(SRC)/tests/run

.PHONY: check unit check-only check-long
check: all guest $(TESTS)
	$(RUN_TESTS) $(UNIT_TESTS) $(GUEST_TESTS)

unit: all $(TESTS)
	$(RUN_TESTS) $(UNIT_TESTS)

# One after another: many of them keep all processors busy with a kernel's build.
check-long: all guest micro
	TEST_JOBS=1 $(RUN_TESTS) $(LONG_TESTS)

check-only: all $(filter $(O)/%,$(abspath $(T)))
	$(RUN_TESTS) $(abspath $(T))
