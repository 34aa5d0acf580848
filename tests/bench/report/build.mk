# bench-gate: have instruction counts grown since the baseline? bench-baseline: makes the counts of
# this tree the baseline. Meant to be committed with the change that moves them, so the tree may
# have changes; the baseline says so in its "commit".
BENCH_REPORT := $(BENCH_DIR)/report
BENCH_BASELINE := $(BENCH_DIR)/baseline/gate.json
BENCH_GATE_RESULTS := $(BENCH_O)/gate.json

.PHONY: bench-gate bench-baseline bench-gate-run bench-report lint-python
bench-gate-run: all guest $(BENCH_PROGRAMS) $(SITES_GUESTS)
	O=$(O) $(BENCH_DIR)/bench --set gate -o $(BENCH_GATE_RESULTS)
bench-gate: bench-gate-run
	$(BENCH_REPORT)/gate $(BENCH_GATE_RESULTS) $(BENCH_BASELINE)
bench-baseline: bench-gate-run
	$(BENCH_REPORT)/gate --renew $(BENCH_GATE_RESULTS) $(BENCH_BASELINE)
# The report of results that are there already.
bench_report = $(BENCH_REPORT)/report --baseline $(BENCH_BASELINE) $(BENCH_O)/results.json
bench-report:
	$(bench_report)
# What follows a run of all systems; the argument is its set.
bench_finish = O=$(O) $(BENCH_REPORT)/own --set $(1) $(BENCH_O)/results.json && $(bench_report)

check: $(SITES_GUESTS) $(SITES_SLOW)
check-long: $(SITES_GUESTS)

# Every Python file compiles without a warning and keeps to 100 columns. Nothing is written.
lint: lint-python
PYTHON_FILES = $(shell cd $(SRC) && git ls-files '*.py' && \
	git ls-files tests scripts | xargs grep -lE '^\#!/usr/bin/(env )?python3')
lint-python:
	@cd $(SRC) && /usr/bin/python3 -B -W error $(BENCH_REPORT)/lint $(PYTHON_FILES)
