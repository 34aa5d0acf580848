# The wedges: one for each platform and width of the guest. Core, devices and architecture are the
# same sources; a variant adds its width (arch/x86/<width>) and its back end (backend/<platform>).

-include wedge/dev/build.mk wedge/launch/build.mk

WEDGE_CFLAGS := -std=c11 -O2 -g $(WARN) -ffreestanding -fno-builtin -fPIE -fvisibility=hidden \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none -fno-common \
	-mno-red-zone -mgeneral-regs-only -mcmodel=small -fno-jump-tables -MMD -MP \
	-I$(SRC)/wedge/include -I$(SRC)/afterburner/include

WEDGE_CORE := $(wildcard $(SRC)/wedge/base/*.c $(SRC)/wedge/core/*.c $(SRC)/wedge/lib/*.c $(SRC)/wedge/dev/*.c) \
	$(filter-out %/offsets.c,$(wildcard $(SRC)/wedge/arch/x86/*.c)) \
	$(SRC)/afterburner/insn/table.c $(SRC)/afterburner/insn/match.c

# Headers that the build chooses: the traits of a width and of a platform.
wedge_headers = -I$(SRC)/wedge/arch/x86/$(2)/include -I$(SRC)/wedge/backend/$(1)/include

# Xen's public headers alone, not all of /usr/include (package libxen-dev).
XEN_HEADERS ?= /usr/include/xen
$(O)/include/xen/xen.h:
	@mkdir -p $(O)/include
	cp -r $(XEN_HEADERS) $(O)/include/
	@touch $@

# What the code of a platform's wedge is compiled with, and needs to be there before.
wedge_flags_xen := -m64 -D__XEN_INTERFACE_VERSION__=0x00040e00 -I$(O)/include
wedge_needs_xen := $(O)/include/xen/xen.h
# A 64-bit process around a 32-bit kernel.
wedge_flags_linux := -m64
wedge_needs_linux :=

# $(call wedge_variant,PLATFORM,WIDTH): the rules of $(O)/lib/afterburner/wedge-PLATFORM-WIDTH.elf
define wedge_variant
wedge_objs_$(1)_$(2) := $$(patsubst $$(SRC)/%,$$(O)/wedge/$(1)-$(2)/%.o,$$(WEDGE_CORE) \
	$$(wildcard $$(SRC)/wedge/arch/x86/$(2)/*.[cS] $$(SRC)/wedge/backend/$(1)/*.[cS]))

$$(O)/wedge/$(1)-$(2)/%: WEDGE_VARIANT := $$(wedge_flags_$(1)) -I$$(O)/wedge/$(1)-$(2) \
	$$(call wedge_headers,$(1),$(2))

$$(O)/wedge/$(1)-$(2)/%.c.o: $$(SRC)/%.c $$(wedge_needs_$(1))
	@mkdir -p $$(@D)
	@echo "  CC      $$(patsubst $$(SRC)/%,%,$$<) ($(1)-$(2))"
	@$$(CC) $$(WEDGE_CFLAGS) $$(WEDGE_VARIANT) -c $$< -o $$@

$$(O)/wedge/$(1)-$(2)/%.S.o: $$(SRC)/%.S $$(O)/wedge/$(1)-$(2)/vcpu_offsets.h $$(wedge_needs_$(1))
	@mkdir -p $$(@D)
	@echo "  CC      $$(patsubst $$(SRC)/%,%,$$<) ($(1)-$(2))"
	@$$(CC) $$(WEDGE_CFLAGS) $$(WEDGE_VARIANT) -c $$< -o $$@

# The vCPU's layout for assembler files, out of the C compiler's own mouth.
$$(O)/wedge/$(1)-$(2)/vcpu_offsets.h: $$(SRC)/wedge/arch/x86/offsets.c
	@mkdir -p $$(@D)
	$$(CC) $$(WEDGE_CFLAGS) $$(WEDGE_VARIANT) -MF $$@.d -MT $$@ -S -o - $$< | \
		sed -n 's/^@@\([A-Z_0-9]*\) \$$$$\([0-9]*\)$$$$/#define \1 \2/p' > $$@

$$(O)/lib/afterburner/wedge-$(1)-$(2).elf: $$(wedge_objs_$(1)_$(2)) $$(SRC)/wedge/backend/$(1)/wedge.lds
	@mkdir -p $$(@D)
	@echo "  LD      $$(notdir $$@)"
	@$$(LD) -static -nostdlib -z noexecstack --no-warn-rwx-segments --build-id=none \
		-T $$(SRC)/wedge/backend/$(1)/wedge.lds -o $$@ $$(wedge_objs_$(1)_$(2))

# A back end without linker script is being written: its parts must compile.
WEDGES += $$(if $$(wildcard $$(SRC)/wedge/backend/$(1)/wedge.lds), \
	$$(O)/lib/afterburner/wedge-$(1)-$(2).elf,$$(wedge_objs_$(1)_$(2)))
endef

$(eval $(call wedge_variant,xen,x86_64))
$(eval $(call wedge_variant,linux,i386))

WEDGE_XEN_X86_64 := $(O)/lib/afterburner/wedge-xen-x86_64.elf
WEDGE_LINUX_I386 := $(O)/lib/afterburner/wedge-linux-i386.elf

.PHONY: wedge
wedge: $(WEDGES)
ALL += $(WEDGES)
