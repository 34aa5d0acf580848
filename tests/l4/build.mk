# tests/l4: programs for an X.2 kernel: the conformance root task, and a small kernel of the tests' own
# with its loader and sigma0. The names in $(L4_O) are those of Pistachio's files.
L4_DIR := $(SRC)/tests/l4
L4_O := $(O)/tests/l4
L4_OBJECTS := $(O)/tests/l4/objects
L4_CFLAGS := -std=gnu11 -m32 -march=i686 -O2 -g $(WARN) -ffreestanding -fno-builtin -fno-pic -fno-pie \
	-mgeneral-regs-only -fno-stack-protector -fno-common -fno-asynchronous-unwind-tables \
	-fno-strict-aliasing -fcf-protection=none -MMD -MP
L4_LDFLAGS := -m elf_i386 -static -nostdlib -z noexecstack --no-warn-rwx-segments --build-id=none \
	-z max-page-size=4096
FLAGS_l4 := $(L4_CFLAGS) $(L4_LDFLAGS)

$(L4_OBJECTS)/%.c.o: $(L4_DIR)/%.c $(O)/flags/l4
	@mkdir -p $(@D)
	@echo "  CC      tests/l4/$*.c"
	@$(CC) $(L4_CFLAGS) -c $< -o $@

$(L4_OBJECTS)/%.S.o: $(L4_DIR)/%.S $(O)/flags/l4
	@mkdir -p $(@D)
	@$(CC) $(L4_CFLAGS) -c $< -o $@

l4_objects = $(patsubst $(L4_DIR)/%,$(L4_OBJECTS)/%.o,$(wildcard $(foreach folder,$(1),$(L4_DIR)/$(folder)/*.[cS])))

$(L4_O)/conformance: $(call l4_objects,lib task) $(L4_DIR)/lib/program.lds
	@echo "  LD      tests/l4/conformance"
	@$(LD) $(L4_LDFLAGS) --defsym=program_base=0x02000000 -T $(L4_DIR)/lib/program.lds -o $@ $(filter %.o,$^)

$(L4_O)/x86-kernel: $(call l4_objects,kernel) $(L4_DIR)/kernel/kernel.lds
	@echo "  LD      tests/l4/x86-kernel"
	@$(LD) $(L4_LDFLAGS) -T $(L4_DIR)/kernel/kernel.lds -o $@ $(filter %.o,$^)

$(L4_O)/kickstart: $(call l4_objects,kickstart) $(L4_DIR)/kickstart/kickstart.lds
	@echo "  LD      tests/l4/kickstart"
	@$(LD) $(L4_LDFLAGS) -T $(L4_DIR)/kickstart/kickstart.lds -o $@ $(filter %.o,$^)

$(L4_O)/sigma0: $(call l4_objects,lib sigma0) $(L4_DIR)/lib/program.lds
	@echo "  LD      tests/l4/sigma0"
	@$(LD) $(L4_LDFLAGS) --defsym=program_base=0x00020000 -T $(L4_DIR)/lib/program.lds -o $@ $(filter %.o,$^)

.PHONY: l4
l4: $(addprefix $(L4_O)/,conformance kickstart x86-kernel sigma0)
check check-only: l4
