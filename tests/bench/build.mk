# bench-process: what operations cost in an i386 guest that runs as a process, beside the host
# itself; bench-process-stress: booting, idling, many guests and many forks. Neither judges by the
# clock; README.md here tells what they print and write.
BENCH_DIR := $(SRC)/tests/bench
BENCH_O := $(O)/bench
BENCH_PROGRAMS := $(BENCH_O)/bench-ops $(BENCH_O)/bench-tiny
BENCH_CFLAGS := -std=gnu11 -D_GNU_SOURCE $(WARN) -O2 -m32 -static -no-pie
BENCH_GUEST := $(O)/guest/i386/vmlinux $(O)/guest/i386/initrd.gz

$(BENCH_O)/bench-ops: $(filter-out %/tiny.c,$(wildcard $(BENCH_DIR)/ops/*.c)) $(BENCH_DIR)/ops/bench.h
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) $(filter %.c,$^) -o $@

$(BENCH_O)/bench-tiny: $(BENCH_DIR)/ops/tiny.c
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) -ffreestanding -fno-stack-protector -nostdlib $< -o $@

unit check check-only: $(BENCH_PROGRAMS)

.PHONY: bench-programs bench-process bench-process-stress
bench-programs: $(BENCH_PROGRAMS)
bench-process: all $(BENCH_PROGRAMS) $(BENCH_GUEST)
	O=$(O) $(BENCH_DIR)/process-bench
bench-process-stress: all $(BENCH_PROGRAMS) $(BENCH_GUEST)
	O=$(O) $(BENCH_DIR)/process-bench --stress
