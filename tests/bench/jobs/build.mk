# The programs of the macro jobs, per width and static: they run in a guest that has no C library.
JOBS_DIR := $(BENCH_DIR)/jobs
JOBS_O := $(BENCH_O)/jobs
JOBS_SOURCES := $(wildcard $(JOBS_DIR)/*.c)
JOBS_PROGRAMS := $(foreach width,$(BENCH_WIDTHS),$(JOBS_SOURCES:$(JOBS_DIR)/%.c=$(JOBS_O)/$(width)/%))
# Clock and counters are those of the operations.
JOBS_SHARED := $(addprefix $(BENCH_DIR)/ops/,timing.c counters.c)
JOBS_HEADERS := $(wildcard $(BENCH_DIR)/ops/*.h)

define jobs_width
$(JOBS_O)/$(1)/%: $(JOBS_DIR)/%.c $(JOBS_SHARED) $(JOBS_HEADERS)
	@mkdir -p $$(@D)
	$(CC) $(BENCH_CFLAGS) $(BENCH_CFLAGS_$(1)) $$(filter %.c,$$^) -o $$@
endef
$(foreach width,$(BENCH_WIDTHS),$(eval $(call jobs_width,$(width))))

bench-programs bench bench-full unit check check-only check-long: $(JOBS_PROGRAMS)
