# The wedges. One for each platform and width: core, devices and architecture are the same sources.

-include wedge/dev/build.mk

WEDGE_CFLAGS := -std=c11 -O2 -g $(WARN) -ffreestanding -fno-builtin -fPIE -fvisibility=hidden \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none -fno-common \
	-mno-red-zone -mgeneral-regs-only -mcmodel=small -fno-jump-tables -MMD -MP \
	-I$(SRC)/wedge/include -I$(SRC)/afterburner/include

WEDGE_CORE := $(wildcard $(SRC)/wedge/core/*.c $(SRC)/wedge/lib/*.c $(SRC)/wedge/dev/*.c \
	$(SRC)/wedge/arch/x86/*.c) $(SRC)/afterburner/insn/table.c $(SRC)/afterburner/insn/match.c
WEDGE_X86_64 := $(filter-out %/offsets.c,$(wildcard $(SRC)/wedge/arch/x86/x86_64/*.[cS]))
WEDGE_XEN := $(wildcard $(SRC)/wedge/backend/xen/*.[cS])

WEDGE_XEN_X86_64 := $(O)/lib/afterburner/wedge-xen-x86_64.elf
wedge_xen_objs := $(patsubst $(SRC)/%,$(O)/wedge/xen-x86_64/%.o,$(WEDGE_CORE) $(WEDGE_X86_64) \
	$(WEDGE_XEN))

# Xen's public headers alone, not all of /usr/include (package libxen-dev).
XEN_HEADERS ?= /usr/include/xen
$(O)/include/xen/xen.h:
	@mkdir -p $(O)/include
	cp -r $(XEN_HEADERS) $(O)/include/
	@touch $@

$(O)/wedge/xen-x86_64/%.o: WEDGE_VARIANT := -m64 -D__XEN_INTERFACE_VERSION__=0x00040e00 \
	-I$(O)/include -I$(O)/wedge/xen-x86_64 -I$(SRC)/wedge/backend/xen/include

$(O)/wedge/xen-x86_64/%.c.o: $(SRC)/%.c $(O)/include/xen/xen.h
	@mkdir -p $(@D)
	@echo "  CC      $(patsubst $(SRC)/%,%,$<)"
	@$(CC) $(WEDGE_CFLAGS) $(WEDGE_VARIANT) -c $< -o $@

$(O)/wedge/xen-x86_64/%.S.o: $(SRC)/%.S $(O)/wedge/xen-x86_64/vcpu_offsets.h $(O)/include/xen/xen.h
	@mkdir -p $(@D)
	@echo "  CC      $(patsubst $(SRC)/%,%,$<)"
	@$(CC) $(WEDGE_CFLAGS) $(WEDGE_VARIANT) -c $< -o $@

# The vCPU's layout for assembler files, out of the C compiler's own mouth.
$(O)/wedge/xen-x86_64/vcpu_offsets.h: $(SRC)/wedge/arch/x86/x86_64/offsets.c
	@mkdir -p $(@D)
	$(CC) $(WEDGE_CFLAGS) -MF $@.d -MT $@ -S -o - $< | \
		sed -n 's/^@@\([A-Z_0-9]*\) \$$\([0-9]*\)$$/#define \1 \2/p' > $@

$(WEDGE_XEN_X86_64): $(wedge_xen_objs) $(SRC)/wedge/arch/x86/x86_64/wedge.lds
	@mkdir -p $(@D)
	@echo "  LD      $(notdir $@)"
	@$(LD) -static -nostdlib -z noexecstack --no-warn-rwx-segments --build-id=none \
		-T $(SRC)/wedge/arch/x86/x86_64/wedge.lds -o $@ $(wedge_xen_objs)

.PHONY: wedge
wedge: $(WEDGE_XEN_X86_64)
ALL += $(WEDGE_XEN_X86_64)
