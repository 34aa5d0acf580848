# The wedges: one for each platform and width of the guest. Core, devices and architecture are the
# same sources; a variant adds its width (arch/x86/<width>) and its back end (backend/<platform>,
# backend/<platform>/<width>). Which files these are, sources.mk says.

include wedge/sources.mk
-include wedge/dev/build.mk wedge/launch/build.mk

WEDGE_CFLAGS := -std=c11 -O2 -g $(WARN) -ffreestanding -fno-builtin -fvisibility=hidden \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none -fno-common \
	-mgeneral-regs-only -fno-jump-tables -I$(SRC)/wedge/include -I$(SRC)/afterburner/include
# Code that may be linked anywhere, even above 4 GiB, and runs on the stack that it is called on.
WEDGE_CFLAGS_64 := $(WEDGE_CFLAGS) -m64 -fPIE -mcmodel=small -mno-red-zone
# Code at a fixed address of a space that has no more than 4 GiB.
WEDGE_CFLAGS_32 := $(WEDGE_CFLAGS) -m32 -fno-pie

# Headers that the build chooses: the traits of a width and of a platform.
wedge_headers = -I$(SRC)/wedge/arch/x86/$(2)/include -I$(SRC)/wedge/backend/$(1)/include \
	-I$(SRC)/wedge/backend/$(1)/$(2)/include

# Xen's public headers alone, not all of /usr/include (package libxen-dev).
XEN_HEADERS ?= /usr/include/xen
$(O)/include/xen/xen.h:
	@test -e $(XEN_HEADERS)/xen.h || { echo "$(XEN_HEADERS)/xen.h: not there; install libxen-dev"; exit 1; }
	@mkdir -p $(O)/include
	@rm -rf $(O)/include/xen
	ln -s $(XEN_HEADERS) $(O)/include/xen

# Of which width the code is, if it is not the guest's: in a process a 64-bit wedge holds a 32-bit kernel.
wedge_code_x86_64 := 64
wedge_code_i386 := 32
wedge_code_linux_i386 := 64
# $(call wedge_code,PLATFORM,WIDTH): 64 or 32.
wedge_code = $(or $(wedge_code_$(1)_$(2)),$(wedge_code_$(2)))

# What the code of a platform's wedge is compiled with, and needs to be there before.
wedge_flags_xen := -D__XEN_INTERFACE_VERSION__=0x00040e00 -I$(O)/include
wedge_flags_xen_i386 := -mregparm=3
wedge_needs_xen := $(O)/include/xen/xen.h
wedge_flags_linux :=
wedge_needs_linux :=
wedge_flags_l4 :=
wedge_flags_l4_i386 := -mregparm=3
wedge_needs_l4 :=

# $(call wedge_objects,FOLDER,SOURCES): where a folder of $(O)/wedge has its object files.
wedge_objects = $(patsubst $(SRC)/%,$(O)/wedge/$(1)/%.o,$(2))

# $(call wedge_compile,FOLDER,NEEDS): the rules for these objects, by FLAGS_wedge_FOLDER.
define wedge_compile
$$(O)/wedge/$(1)/%.c.o: $$(SRC)/%.c $(2) $$(O)/flags/wedge_$(1)
	@mkdir -p $$(@D)
	@echo "  CC      $$(patsubst $$(SRC)/%,%,$$<) ($(1))"
	@$$(CC) $$(FLAGS_wedge_$(1)) -MMD -MP -c $$< -o $$@

$$(O)/wedge/$(1)/%.S.o: $$(SRC)/%.S $$(O)/wedge/$(1)/vcpu_offsets.h $(2) $$(O)/flags/wedge_$(1)
	@mkdir -p $$(@D)
	@echo "  CC      $$(patsubst $$(SRC)/%,%,$$<) ($(1))"
	@$$(CC) $$(FLAGS_wedge_$(1)) -MMD -MP -c $$< -o $$@

# The vCPU's layout for assembler files, as the C compiler knows it.
$$(O)/wedge/$(1)/vcpu_offsets.h: $$(WEDGE_OFFSETS) $$(O)/flags/wedge_$(1)
	@mkdir -p $$(@D)
	@echo "  GEN     $$(patsubst $$(O)/%,%,$$@)"
	@$$(CC) $$(FLAGS_wedge_$(1)) -MMD -MP -MF $$@.d -MT $$@ -S -o - $$< | \
		sed -n 's/^@@\([A-Z_0-9]*\) \$$$$\([0-9]*\)$$$$/#define \1 \2/p' > $$@
endef

# $(call wedge_variant,PLATFORM,WIDTH): the rules of $(O)/lib/afterburner/wedge-PLATFORM-WIDTH.elf
define wedge_variant
FLAGS_wedge_$(1)-$(2) := $$(WEDGE_CFLAGS_$(call wedge_code,$(1),$(2))) $$(wedge_flags_$(1)) $$(wedge_flags_$(1)_$(2)) -I$$(O)/wedge/$(1)-$(2) \
	$$(call wedge_headers,$(1),$(2))
$$(eval $$(call wedge_compile,$(1)-$(2),$$(wedge_needs_$(1))))

wedge_objs_$(1)_$(2) := $$(call wedge_objects,$(1)-$(2),$$(WEDGE_SHARED) $$(wedge_width_$(2)) \
	$$(wedge_platform_$(1)) $$(wedge_platform_$(1)_$(2)))
wedge_script_$(1)_$(2) := $$(SRC)/wedge/backend/$(1)/$(2)/wedge.lds

$$(O)/lib/afterburner/wedge-$(1)-$(2).elf: $$(wedge_objs_$(1)_$(2)) $$(wedge_script_$(1)_$(2))
	@mkdir -p $$(@D)
	@echo "  LD      $$(notdir $$@)"
	@$$(LD) $$(WEDGE_LDFLAGS) $$(WEDGE_LDFLAGS_$(call wedge_code,$(1),$(2))) -T $$(wedge_script_$(1)_$(2)) -o $$@ $$(wedge_objs_$(1)_$(2))

# A back end without linker script is being written: its parts must compile.
WEDGES += $$(if $$(wildcard $$(wedge_script_$(1)_$(2))), \
	$$(O)/lib/afterburner/wedge-$(1)-$(2).elf,$$(wedge_objs_$(1)_$(2)))
endef

WEDGE_LDFLAGS := -static -nostdlib -z noexecstack --no-warn-rwx-segments --build-id=none
WEDGE_LDFLAGS_32 := -m elf_i386
WEDGE_LDFLAGS_64 := -m elf_x86_64

$(eval $(call wedge_variant,xen,i386))
$(eval $(call wedge_variant,xen,x86_64))
$(eval $(call wedge_variant,l4,i386))
$(eval $(call wedge_variant,linux,i386))
$(eval $(call wedge_variant,linux,x86_64))

WEDGE_XEN_I386 := $(O)/lib/afterburner/wedge-xen-i386.elf
# What L4's boot loader starts: a program of its own, linked elsewhere.
FLAGS_wedge_l4-root := $(WEDGE_CFLAGS_32) $(call wedge_headers,l4,i386) -I$(O)/wedge/l4-root
$(eval $(call wedge_compile,l4-root,))
L4_ROOT := $(O)/lib/afterburner/l4-root.elf
$(L4_ROOT): $(call wedge_objects,l4-root,$(WEDGE_L4_ROOT)) $(SRC)/wedge/backend/l4/root/root.lds
	@mkdir -p $(@D)
	@echo "  LD      $(@F)"
	@$(LD) $(WEDGE_LDFLAGS) $(WEDGE_LDFLAGS_32) -T $(filter %.lds,$^) -o $@ $(filter %.o,$^)

WEDGE_XEN_X86_64 := $(O)/lib/afterburner/wedge-xen-x86_64.elf
WEDGE_LINUX_I386 := $(O)/lib/afterburner/wedge-linux-i386.elf
WEDGE_LINUX_X86_64 := $(O)/lib/afterburner/wedge-linux-x86_64.elf

.PHONY: wedge
wedge: $(WEDGES) $(L4_ROOT)
ALL += $(WEDGES) $(L4_ROOT)

# ---- lint: nothing of a compiler's library ----

# What 32-bit code that all wedges share asks for in the end is a back end and its gates. (A wedge that
# is linked shows that itself.)
$(O)/wedge/l4-i386/shared.o: $(call wedge_objects,l4-i386,$(WEDGE_SHARED) $(wedge_width_i386))
	@$(LD) -m elf_i386 -r -o $@ $^
	@! nm -u $@ | grep -v '^ *U \(backend\|gate\|wedge\)_'

.PHONY: lint-m32
lint: lint-m32
lint-m32: $(O)/wedge/l4-i386/shared.o

# ---- lint: headers stand alone ----

# $(call wedge_own_headers,FOLDERS): all headers there but those for the assembler.
wedge_own_headers = $(filter-out %_asm.h,$(wildcard $(foreach f,$(1),$(SRC)/wedge/$(f)/*.h)))
WEDGE_HEADERS := $(call wedge_own_headers,include/wedge include/wedge/* boot arch/x86)
# $(call wedge_alone,PLATFORM,WIDTH): each header compiles with nothing in front of it.
wedge_alone = $(CC) $(FLAGS_wedge_$(1)-$(2)) -fsyntax-only -xc $(WEDGE_HEADERS) \
	$(call wedge_own_headers,arch/x86/$(2) arch/x86/$(2)/include/wedge backend/$(1) \
		backend/$(1)/front backend/$(1)/include/wedge backend/$(1)/$(2) backend/$(1)/$(2)/include/wedge)

.PHONY: lint-headers
lint: lint-headers
lint-headers: $(wedge_needs_xen)
	@$(call wedge_alone,xen,i386)
	@$(call wedge_alone,xen,x86_64)
	@$(call wedge_alone,l4,i386)
	@$(call wedge_alone,linux,i386)
	@$(call wedge_alone,linux,x86_64)
	@$(CC) $(filter-out -MMD -MP,$(HOSTED_CFLAGS)) -I$(SRC)/wedge/include -I$(SRC)/afterburner -fsyntax-only -xc \
		$(wildcard $(SRC)/wedge/launch/*.h $(SRC)/wedge/launch/*/*.h $(SRC)/afterburner/*/*.h $(SRC)/afterburner/include/*/*.h)

# ---- documents ----

# `make documents` after changing the table of processor features; a test compares.
.PHONY: document-features
documents: document-features
document-features:
	$(SRC)/scripts/document-features >$(O)/cpuid.md
	mv $(O)/cpuid.md $(SRC)/wedge/doc/cpuid.md
