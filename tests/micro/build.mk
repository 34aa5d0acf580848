# The micro-guests: one small kernel for each folder that holds checks and each width, linked with
# lib/, built by the annotating assembler as any guest kernel is. A folder called by a width holds
# what only that width has. x86_64-low is x86_64 with its kernel in the lower half, x86_64-far and
# x86_64-upper are x86_64 linked outside the last 2 GiB, the latter where the upper half of the address
# space begins; a folder called by one of them holds what it has besides. Files called user* are user
# programs: the kernel never executes them, so nothing in them is annotated. Nor is raw*: it checks
# what annotation did.
MICRO_DIR := $(SRC)/tests/micro
MICRO_O := $(O)/tests/micro
MICRO_WIDTHS := x86_64 i386 x86_64-low x86_64-far x86_64-upper
MICRO_GROUPS := $(filter-out lib $(if $(shell command -v g++),,inline),$(patsubst $(MICRO_DIR)/%/,%,$(wildcard $(MICRO_DIR)/*/)))
MICRO_GROUPS_x86_64 := $(MICRO_GROUPS)
MICRO_GROUPS_i386 := $(MICRO_GROUPS)
MICRO_GROUPS_x86_64-low := $(MICRO_GROUPS)
MICRO_GROUPS_x86_64-far := flags
MICRO_GROUPS_x86_64-upper := flags
MICRO_GUESTS := $(foreach width,$(MICRO_WIDTHS),$(MICRO_GROUPS_$(width):%=$(MICRO_O)/$(width)/%.elf))
# From 0xffff800000000000 to 0xffff87ffffffffff a paravirtual guest has Xen.
MICRO_FAR := 0xffff900000000000
MICRO_UPPER := 0xffff800000000000
# As Linux with guest-patches/linux-6.1/low-half.patch.
MICRO_LOW := 0x40000000
MICRO_LOW_USER := 0x20000000

# -fno-toplevel-reorder: checks run in the order of the source.
MICRO_CFLAGS := -std=gnu11 -O2 -g $(WARN) -ffreestanding -fno-builtin -fno-pic -fno-pie \
	-mgeneral-regs-only -fno-stack-protector -fno-common -fno-asynchronous-unwind-tables \
	-fcf-protection=none -fno-toplevel-reorder -MMD -MP -I$(MICRO_DIR)/lib \
	-I$(SRC)/afterburner/include
MICRO_CXXFLAGS := $(filter-out -std=% -Wstrict-prototypes -Wmissing-prototypes,$(MICRO_CFLAGS)) \
	-std=gnu++17 -fno-exceptions -fno-rtti
MICRO_CFLAGS_x86_64 := -mcmodel=kernel -mno-red-zone
MICRO_CFLAGS_x86_64-low := -mcmodel=kernel -mno-red-zone -DKERNEL_IN_LOWER_HALF \
	-DKERNEL_BASE=$(MICRO_LOW) -DUSER_BASE=$(MICRO_LOW_USER)
MICRO_CFLAGS_x86_64-far := -mcmodel=large -mno-red-zone -DKERNEL_BASE=$(MICRO_FAR)
MICRO_CFLAGS_x86_64-upper := -mcmodel=large -mno-red-zone -DKERNEL_BASE=$(MICRO_UPPER)
MICRO_CFLAGS_i386 := -m32 -march=i686 -mregparm=3
MICRO_LDFLAGS := -static -nostdlib -z noexecstack --no-warn-rwx-segments --build-id=none \
	-z max-page-size=4096
MICRO_LDFLAGS_x86_64 := -m elf_x86_64
MICRO_LDFLAGS_x86_64-low := -m elf_x86_64 --defsym=other_base=$(MICRO_LOW) \
	--defsym=other_user_base=$(MICRO_LOW_USER)
MICRO_LDFLAGS_x86_64-far := -m elf_x86_64 --defsym=other_base=$(MICRO_FAR)
MICRO_LDFLAGS_x86_64-upper := -m elf_x86_64 --defsym=other_base=$(MICRO_UPPER)
MICRO_LDFLAGS_i386 := -m elf_i386
$(foreach width,$(MICRO_WIDTHS),$(eval FLAGS_micro-$(width) := $(MICRO_CFLAGS) $(MICRO_CFLAGS_$(width)) \
	$(MICRO_LDFLAGS) $(MICRO_LDFLAGS_$(width))))
MICRO_LDFLAGS_sections := --gc-sections

# The folders of a width.
micro_width = $(firstword $(subst -, ,$(1)))
micro_folders = lib lib/$(micro_width) $(2) $(sort $(2)/$(micro_width) $(2)/$(1))
micro_sources = $(wildcard $(foreach folder,$(micro_folders),\
	$(MICRO_DIR)/$(folder)/*.[cS] $(MICRO_DIR)/$(folder)/*.cc))
micro_objects = $(patsubst $(MICRO_DIR)/%,$(MICRO_O)/$(1)/%.o,$(call micro_sources,$(1),$(2)))

define micro_compile
@mkdir -p $(@D)
@echo "  CC      $(patsubst $(SRC)/%,%,$<)"
@$(CC) -B$(O)/libexec/afterburner $(if $(filter %.cc,$<),$(MICRO_CXXFLAGS),$(MICRO_CFLAGS)) \
	$(MICRO_CFLAGS_$(1)) -I$(MICRO_DIR)/lib/$(micro_width) \
	-I$(<D)/$(micro_width) -I$(<D)/.. \
	$(if $(filter user% raw%,$(notdir $<)),-Wa$(comma)--afterburn=off) -c $< -o $@
endef
comma := ,

define micro_rules
$(MICRO_O)/$(1)/%.c.o: $(MICRO_DIR)/%.c $(O)/libexec/afterburner/as $(O)/flags/micro-$(1)
	$$(call micro_compile,$(1))

$(MICRO_O)/$(1)/%.cc.o: $(MICRO_DIR)/%.cc $(O)/libexec/afterburner/as $(O)/flags/micro-$(1)
	$$(call micro_compile,$(1))

$(MICRO_O)/$(1)/%.S.o: $(MICRO_DIR)/%.S $(O)/libexec/afterburner/as $(O)/flags/micro-$(1)
	$$(call micro_compile,$(1))
endef
$(foreach width,$(MICRO_WIDTHS),$(eval $(call micro_rules,$(width))))

define micro_link
$(MICRO_O)/$(1)/$(2).elf: $(call micro_objects,$(1),$(2)) $(MICRO_DIR)/lib/$(micro_width)/micro.lds
	@echo "  LD      $(1)/$$(notdir $$@)"
	@$(LD) $(MICRO_LDFLAGS_$(1)) $(MICRO_LDFLAGS) $(MICRO_LDFLAGS_$(2)) -T $(MICRO_DIR)/lib/$(micro_width)/micro.lds -o $$@ \
		$$(filter %.o,$$^) 2>$$@.log || { cat $$@.log; exit 1; }
endef
$(foreach width,$(MICRO_WIDTHS),$(foreach group,$(MICRO_GROUPS_$(width)),\
	$(eval $(call micro_link,$(width),$(group)))))

.PHONY: micro
micro: $(MICRO_GUESTS)
check check-only: micro
