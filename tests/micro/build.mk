# The micro-guests: one small kernel for each folder that holds checks, linked with lib/, built by
# the annotating assembler as any guest kernel is. Files called user* are user programs: the kernel
# never executes them, so nothing in them is annotated. Nor is raw*: it checks what annotation did.
MICRO_DIR := $(SRC)/tests/micro
MICRO_O := $(O)/tests/micro
MICRO_GROUPS := $(filter-out lib,$(patsubst $(MICRO_DIR)/%/,%,$(wildcard $(MICRO_DIR)/*/)))
MICRO_GUESTS := $(MICRO_GROUPS:%=$(MICRO_O)/%.elf)

# -fno-toplevel-reorder: checks run in the order of the source.
MICRO_CFLAGS := -std=gnu11 -O2 -g $(WARN) -ffreestanding -fno-builtin -fno-pic -fno-pie \
	-mcmodel=kernel -mno-red-zone -mgeneral-regs-only -fno-stack-protector -fno-common \
	-fno-asynchronous-unwind-tables -fcf-protection=none -fno-toplevel-reorder -MMD -MP \
	-I$(MICRO_DIR)/lib

micro_sources = $(wildcard $(MICRO_DIR)/lib/*.[cS] $(MICRO_DIR)/$(1)/*.[cS])
micro_objects = $(patsubst $(MICRO_DIR)/%,$(MICRO_O)/%.o,$(call micro_sources,$(1)))

define micro_compile
@mkdir -p $(@D)
@echo "  CC      $(patsubst $(SRC)/%,%,$<)"
@$(CC) -B$(O)/libexec/afterburner $(MICRO_CFLAGS) \
	$(if $(filter user% raw%,$(notdir $<)),-Wa$(comma)--afterburn=off) -c $< -o $@
endef
comma := ,

$(MICRO_O)/%.c.o: $(MICRO_DIR)/%.c $(O)/libexec/afterburner/as
	$(micro_compile)

$(MICRO_O)/%.S.o: $(MICRO_DIR)/%.S $(O)/libexec/afterburner/as
	$(micro_compile)

define micro_link
$(MICRO_O)/$(1).elf: $(call micro_objects,$(1)) $(MICRO_DIR)/micro.lds
	@echo "  LD      $$(notdir $$@)"
	@$(LD) -static -nostdlib -z noexecstack --no-warn-rwx-segments --build-id=none \
		-z max-page-size=4096 -T $(MICRO_DIR)/micro.lds -o $$@ $$(filter %.o,$$^) 2>$$@.log || \
		{ cat $$@.log; exit 1; }
endef
$(foreach group,$(MICRO_GROUPS),$(eval $(call micro_link,$(group))))

.PHONY: micro
micro: $(MICRO_GUESTS)
check check-only: micro
