# The scripts behind `afterburn run` and `afterburn make`, put where the `afterburn` binary execs
# them; installing; Debian packages; looking at the style; the demonstration.
LIBEXEC_SCRIPTS := $(patsubst $(SRC)/scripts/%,%,$(wildcard \
	$(addprefix $(SRC)/scripts/,commands/* platform/*.sh dom0/*)))
LIBEXEC_RESULTS := $(addprefix $(O)/libexec/afterburner/,$(LIBEXEC_SCRIPTS))

$(LIBEXEC_RESULTS): $(O)/libexec/afterburner/%: $(SRC)/scripts/%
	@mkdir -p $(@D)
	cp $< $@

ALL += $(LIBEXEC_RESULTS)

# The RAM disks of guests whose root is a folder of the host: one program without a C library.
ROOT_INIT_SRC := $(addprefix $(SRC)/scripts/root-init/,start.S init.c exec.c streams.c system.c)
ROOT_INIT_CFLAGS := -std=c11 -O2 $(WARN) -ffreestanding -fno-builtin -fno-stack-protector -fno-pie -fcf-protection=none \
	-fno-asynchronous-unwind-tables -idirafter /usr/include/$(shell $(CC) -print-multiarch)
ROOT_INIT_LDFLAGS := -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack -s
ROOT_INIT_x86_64 := -m64
ROOT_INIT_i386 := -m32
ROOT_DISKS := $(patsubst %,$(O)/libexec/afterburner/root/%.cpio,x86_64 i386)

$(ROOT_DISKS): $(O)/libexec/afterburner/root/%.cpio: $(ROOT_INIT_SRC) $(wildcard $(SRC)/scripts/root-init/*.h) \
		$(SRC)/scripts/dom0/cpio
	@mkdir -p $(@D) $(O)/root-init/$*
	@echo "  CC      root-init ($*)"
	@$(CC) $(ROOT_INIT_CFLAGS) $(ROOT_INIT_$*) $(ROOT_INIT_LDFLAGS) $(ROOT_INIT_SRC) -o $(O)/root-init/$*/init
	@$(SRC)/scripts/dom0/cpio $(O)/root-init/$* >$@

ALL += $(ROOT_DISKS)

# The installed tree has the same shape as $(O): every part finds the others by relative paths.
PREFIX ?= /usr/local
INSTALLED := $(DESTDIR)$(PREFIX)
INCLUDES := $(wildcard $(SRC)/afterburner/include/afterburn/*)
MAN_PAGES = $(wildcard $(SRC)/afterburner/man/*.1 $(SRC)/scripts/man/*.1)
COMPLETIONS = $(wildcard $(SRC)/scripts/completion/*)

.PHONY: install lint demo packages packages-long all-process
# All but Xen's wedge: this needs neither Xen's headers nor an emulator.
all-process: $(filter-out $(WEDGE_XEN_X86_64),$(ALL))
install: all
	install -d "$(INSTALLED)/bin" "$(INSTALLED)/libexec/afterburner/commands" \
		"$(INSTALLED)/libexec/afterburner/platform" "$(INSTALLED)/libexec/afterburner/dom0" \
		"$(INSTALLED)/lib/afterburner" "$(INSTALLED)/include/afterburn"
	install $(O)/bin/afterburn "$(INSTALLED)/bin/"
	install $(O)/libexec/afterburner/as "$(INSTALLED)/libexec/afterburner/"
	for f in $(LIBEXEC_SCRIPTS); do \
		install -m $$(stat -c %a $(SRC)/scripts/$$f) $(SRC)/scripts/$$f \
			"$(INSTALLED)/libexec/afterburner/$$f" || exit 1; done
	install -d "$(INSTALLED)/libexec/afterburner/root"
	install -m 644 $(ROOT_DISKS) "$(INSTALLED)/libexec/afterburner/root/"
	install -m 644 $(wildcard $(O)/lib/afterburner/*.elf) "$(INSTALLED)/lib/afterburner/"
	install -m 644 $(INCLUDES) "$(INSTALLED)/include/afterburn/"
	$(if $(MAN_PAGES),install -d "$(INSTALLED)/share/man/man1")
	$(if $(MAN_PAGES),install -m 644 $(MAN_PAGES) "$(INSTALLED)/share/man/man1/")
	$(if $(COMPLETIONS),install -d "$(INSTALLED)/share/bash-completion/completions")
	$(if $(COMPLETIONS),install -m 644 $(COMPLETIONS) \
		"$(INSTALLED)/share/bash-completion/completions/")

# Debian packages of all that, in $(O)/deb.
.PHONY: deb
deb: all
	$(SRC)/scripts/debian/build $(O)

# git knows which files are ours.
C_FILES = $(shell cd $(SRC) && git ls-files '*.c' '*.h')
SCRIPTS = $(shell cd $(SRC) && git ls-files | xargs grep -lE '^\#!/bin/(ba)?sh')
lint: lint-includes lint-format lint-c lint-shell lint-tour
.PHONY: lint-includes lint-format lint-c lint-shell lint-tour tour
lint-tour:
	@$(SRC)/scripts/tour --check
tour:
	@$(SRC)/scripts/tour
lint-includes:
	@$(SRC)/scripts/check-includes
lint-format:
	@cd $(SRC) && clang-format --dry-run -Werror $(C_FILES)
# Suppressed: headers of the host; pointers to linker symbols are compared, which is what they are for.
lint-c:
	@cd $(SRC) && cppcheck --library=$(SRC)/scripts/cppcheck.cfg --quiet --error-exitcode=1 --inline-suppr --std=c11 \
		--enable=warning,portability -I afterburner/include -I afterburner -I wedge/include \
		--suppress=missingInclude --suppress=unknownMacro --suppress=preprocessorErrorDirective \
		--suppress=comparePointers --suppress=subtractPointers --suppress=autoVariables \
		$(filter %.c,$(C_FILES))
# Switched off: warnings about files named at run time, and about names that another file uses.
lint-shell:
	@cd $(SRC) && shellcheck -x \
		-e SC1090,SC1091,SC2034,SC2154,SC2054,SC2013,SC2015,SC2016,SC2317,SC2031,SC2030 $(SCRIPTS)

packages:
	$(SRC)/scripts/packages
packages-long:
	$(SRC)/scripts/packages long

demo:
	$(SRC)/scripts/demo $(O)
