# bench/sites: a micro-guest for each width that measures what single instructions cost, linked with
# the library of tests/micro and compiled as those guests are; and wedges that are slow on purpose.
SITES_DIR := $(SRC)/tests/bench/sites
SITES_O := $(O)/bench/sites
SITES_GUESTS := $(SITES_O)/x86_64/sites.elf $(SITES_O)/i386/sites.elf

define sites_width
SITES_LIB_$(1) := $(patsubst $(SRC)/tests/micro/%,$(O)/tests/micro/$(1)/%.o, \
	$(wildcard $(SRC)/tests/micro/lib/*.[cS] $(SRC)/tests/micro/lib/$(1)/*.[cS]))
SITES_OBJECTS_$(1) := $(patsubst $(SITES_DIR)/%,$(SITES_O)/$(1)/%.o, \
	$(wildcard $(SITES_DIR)/*.[cS] $(SITES_DIR)/$(1)/*.[cS]))

$(SITES_O)/$(1)/%.o: $(SITES_DIR)/% $(O)/libexec/afterburner/as
	$$(call micro_compile,$(1))

$(SITES_O)/$(1)/sites.elf: $$(SITES_OBJECTS_$(1)) $$(SITES_LIB_$(1)) \
		$(SRC)/tests/micro/lib/$(1)/micro.lds
	@echo "  LD      bench/sites ($(1))"
	@$(LD) $$(MICRO_LDFLAGS_$(1)) $$(MICRO_LDFLAGS) -T $(SRC)/tests/micro/lib/$(1)/micro.lds \
		-o $$@ $$(filter %.o,$$^) 2>$$@.log || { cat $$@.log; exit 1; }
endef
$(foreach width,x86_64 i386,$(eval $(call sites_width,$(width))))

# A wedge for Xen whose emulation of one class of sites is slow, which the gate must catch:
# slow/CLASS.c wraps emulate_CLASS.
SITES_SLOW := $(patsubst $(SITES_DIR)/slow/%.c,$(SITES_O)/wedge-slow-%.elf,$(wildcard $(SITES_DIR)/slow/*.c))

.SECONDARY: $(patsubst $(SITES_DIR)/slow/%.c,$(SITES_O)/slow/%.o,$(wildcard $(SITES_DIR)/slow/*.c))
$(SITES_O)/slow/%.o: $(SITES_DIR)/slow/%.c $(wedge_needs_xen)
	@mkdir -p $(@D)
	@echo "  CC      $(patsubst $(SRC)/%,%,$<)"
	@$(CC) $(FLAGS_wedge_xen-x86_64) -I$(SRC)/wedge -MMD -MP -c $< -o $@

$(SITES_O)/wedge-slow-%.elf: $(SITES_O)/slow/%.o $(wedge_objs_xen_x86_64) $(wedge_script_xen_x86_64)
	@echo "  LD      $(notdir $@)"
	@$(LD) $(WEDGE_LDFLAGS) --wrap=emulate_$* -T $(wedge_script_xen_x86_64) -o $@ $(filter %.o,$^)

.PHONY: bench-sites
bench-sites: $(SITES_GUESTS) $(SITES_SLOW)
bench-programs bench bench-full: $(SITES_GUESTS)
