# Benchmarks. bench: kernels on all systems by executed instructions, and those that have only the
# wall clock; bench-process: guests that run as a process, and their disks and networks, beside the host itself,
# User-mode Linux and QEMU's emulation; bench-process-stress: booting, idling, many guests and many forks. README.md here
# tells what they print and write.
BENCH_DIR := $(SRC)/tests/bench
BENCH_O := $(O)/bench
BENCH_WIDTHS := x86_64 i386
BENCH_PROGRAMS := $(foreach width,$(BENCH_WIDTHS),$(BENCH_O)/$(width)/bench-ops $(BENCH_O)/$(width)/bench-tiny)
BENCH_CFLAGS := -std=gnu11 -D_GNU_SOURCE $(WARN) -O2 -static -no-pie
BENCH_CFLAGS_x86_64 := -m64
BENCH_CFLAGS_i386 := -m32
BENCH_GUEST_x86_64 := $(O)/guest/x86_64-low/vmlinux $(O)/guest/x86_64-low/initrd.gz
BENCH_GUEST_i386 := $(O)/guest/i386/vmlinux $(O)/guest/i386/initrd.gz

define bench_width
$(BENCH_O)/$(1)/bench-ops: $(wildcard $(BENCH_DIR)/ops/*.c) $(BENCH_DIR)/ops/$(1)/operations.c \
		$(wildcard $(BENCH_DIR)/ops/*.h)
	@mkdir -p $$(@D)
	$(CC) $(BENCH_CFLAGS) $(BENCH_CFLAGS_$(1)) $$(filter %.c,$$^) -o $$@

$(BENCH_O)/$(1)/bench-tiny: $(BENCH_DIR)/ops/$(1)/tiny.c
	@mkdir -p $$(@D)
	$(CC) $(BENCH_CFLAGS) $(BENCH_CFLAGS_$(1)) -ffreestanding -fno-stack-protector -nostdlib $$< -o $$@
endef
$(foreach width,$(BENCH_WIDTHS),$(eval $(call bench_width,$(width))))

# On L4 no program has thread-local storage.
BENCH_L4 := $(BENCH_O)/i386-no-tls/bench-ops
$(BENCH_L4): $(wildcard $(BENCH_DIR)/ops/*.c) $(BENCH_DIR)/ops/i386/operations.c $(wildcard $(BENCH_DIR)/ops/*.h) \
		$(O)/guest/i386/initrd-no-tls.gz
	@mkdir -p $(@D)
	$(GUEST_DIR)/no-tls/cc $(NO_TLS) $(filter-out -static -no-pie,$(BENCH_CFLAGS)) $(filter %.c,$^) -o $@
	$(GUEST_DIR)/no-tls/check-segments $@

unit check check-only check-long: $(BENCH_PROGRAMS)

.PHONY: bench bench-full bench-programs bench-process bench-process-stress
bench-programs: $(BENCH_PROGRAMS)
bench: all guest guest-plain l4 $(BENCH_PROGRAMS) $(BENCH_L4)
	O=$(O) $(BENCH_DIR)/bench --set quick
	$(call bench_finish,quick)
	O=$(O) $(BENCH_DIR)/process-bench --io --width x86_64 --rounds 3 || [ $$? = 3 ]
bench-full: all guest guest-plain l4 $(BENCH_PROGRAMS) $(BENCH_L4)
	O=$(O) $(BENCH_DIR)/bench --set full
	$(call bench_finish,full)
# One width after the other, all CPUs for one of them. Without 32-bit code no i386 kernel is built;
# what else the host lacks process-bench finds out, and says (exit code 3).
BENCH_PROCESS_WIDTHS = x86_64 $(shell $(SRC)/scripts/host-runs-32-bit && echo i386)
bench-process bench-process-stress: all $(BENCH_PROGRAMS)
	$(MAKE) $(foreach width,$(BENCH_PROCESS_WIDTHS),$(BENCH_GUEST_$(width)))
	@code=0; $(foreach width,$(BENCH_PROCESS_WIDTHS),$(foreach what,$(if $(filter %-stress,$@),--stress,'' --io),\
		O=$(O) $(BENCH_DIR)/process-bench --width $(width) $(filter-out '',$(what)) || [ $$? = 3 ] || code=1;)) exit $$code

-include $(addprefix $(BENCH_DIR)/,jobs/build.mk sites/build.mk report/build.mk)
