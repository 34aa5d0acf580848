# Afterburner: `make demo` shows everything, `make check` tests everything.
#
#   make            tools and wedges into $(O) (default build/)
#   make guest      the example guest: Linux 6.1 through our assembler
#   make demo       installs, builds, boots one Linux on bare metal and Xen, one in a process
#   make check      all tests; make unit: those that boot nothing; make check-long: more kernels, versions of Xen; make lint: style
#   make install    DESTDIR= PREFIX=
#   make deb        Debian packages of the tools
#   make O=DIR ...  another output folder
#
# Each part brings its own rules in a build.mk; this file only holds what they share.

O ?= build
override O := $(abspath $(O))
SRC := $(CURDIR)
# make splits words at blanks: there can be no rule for a file below such a folder.
ifneq ($(words x$(SRC)$(O)x),1)
$(error the source and O= need a path without blanks: '$(SRC)', '$(O)')
endif

CC ?= gcc
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes
CFLAGS ?= -O2 -g
HOSTED_CFLAGS := -std=c11 -D_GNU_SOURCE $(WARN) -I$(SRC)/afterburner/include $(CFLAGS) -MMD -MP

# Objects depend on a file with the flags that they are made with, and are made again when these
# change: $(O)/flags/NAME holds FLAGS_NAME.
FLAGS_hosted := $(HOSTED_CFLAGS)
.PRECIOUS: $(O)/flags/%
$(O)/flags/%: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(FLAGS_$*)' | cmp -s - $@ || printf '%s\n' '$(FLAGS_$*)' >$@
.PHONY: FORCE

.DEFAULT_GOAL := all
.PHONY: all clean
.DELETE_ON_ERROR:
.SUFFIXES:

include $(wildcard afterburner/*/build.mk wedge/build.mk guest-patches/build.mk tests/build.mk scripts/build.mk)

# Parts add their results to ALL.
all: $(ALL)

clean:
	rm -rf $(O)

# The guest's folder holds a whole kernel source: not ours to read.
-include $(shell find $(O) -path $(O)/guest -prune -o -type f -name '*.d' -print 2>/dev/null)
