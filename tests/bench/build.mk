# Benchmarks. bench: kernels on all systems by executed instructions, and those that have only the
# wall clock; bench-process: an i386 guest that runs as a process, beside the host itself;
# bench-process-stress: booting, idling, many guests and many forks. README.md here tells what they
# print and write.
BENCH_DIR := $(SRC)/tests/bench
BENCH_O := $(O)/bench
BENCH_WIDTHS := x86_64 i386
BENCH_PROGRAMS := $(BENCH_WIDTHS:%=$(BENCH_O)/%/bench-ops) $(BENCH_O)/i386/bench-tiny
BENCH_CFLAGS := -std=gnu11 -D_GNU_SOURCE $(WARN) -O2 -static -no-pie
BENCH_CFLAGS_x86_64 := -m64
BENCH_CFLAGS_i386 := -m32
BENCH_GUEST := $(O)/guest/i386/vmlinux $(O)/guest/i386/initrd.gz

define bench_width
$(BENCH_O)/$(1)/bench-ops: $(wildcard $(BENCH_DIR)/ops/*.c) $(BENCH_DIR)/ops/$(1)/operations.c \
		$(wildcard $(BENCH_DIR)/ops/*.h)
	@mkdir -p $$(@D)
	$(CC) $(BENCH_CFLAGS) $(BENCH_CFLAGS_$(1)) $$(filter %.c,$$^) -o $$@
endef
$(foreach width,$(BENCH_WIDTHS),$(eval $(call bench_width,$(width))))

$(BENCH_O)/i386/bench-tiny: $(BENCH_DIR)/ops/i386/tiny.c
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) -m32 -ffreestanding -fno-stack-protector -nostdlib $< -o $@

unit check check-only: $(BENCH_PROGRAMS)

.PHONY: bench bench-full bench-programs bench-process bench-process-stress
bench-programs: $(BENCH_PROGRAMS)
bench: all guest guest-plain $(BENCH_PROGRAMS)
	O=$(O) $(BENCH_DIR)/bench --set quick
	$(call bench_finish,quick)
bench-full: all guest guest-plain $(BENCH_PROGRAMS)
	O=$(O) $(BENCH_DIR)/bench --set full
	$(call bench_finish,full)
bench-process: all $(BENCH_PROGRAMS) $(BENCH_GUEST)
	O=$(O) $(BENCH_DIR)/process-bench
bench-process-stress: all $(BENCH_PROGRAMS) $(BENCH_GUEST)
	O=$(O) $(BENCH_DIR)/process-bench --stress

-include $(addprefix $(BENCH_DIR)/,jobs/build.mk sites/build.mk report/build.mk)
