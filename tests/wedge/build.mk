# The wedge's core, library and architecture on the build machine, against a fake back end, under
# the address and undefined-behaviour sanitizers: for each width of the guest. Tests in this folder
# are compiled for both, those in a width's folder for that one.
WEDGE_TEST := $(O)/tests/wedge
WEDGE_TEST_SAN := -fsanitize=address,undefined -fno-sanitize-recover=all
wedge_test_cmocka := -lcmocka -lZydis

# The large model: addresses of the gates are far from a process's own code.
WEDGE_TEST_CFLAGS := -std=c11 -D_GNU_SOURCE $(WARN) -O1 -g -fno-pie -mcmodel=large -MMD -MP \
	-I$(SRC)/tests/wedge -I$(SRC)/wedge/include -I$(SRC)/afterburner/include $(WEDGE_TEST_SAN)

# What knows nothing of widths, and is compiled once.
WEDGE_TEST_LIB := $(patsubst $(SRC)/%.c,$(WEDGE_TEST)/obj/%.o,$(wildcard $(SRC)/wedge/lib/*.c \
	$(SRC)/wedge/dev/*.c $(SRC)/afterburner/insn/*.c))
WEDGE_TEST_LIB_NAMES := string

# The library's functions under names of their own: the sanitizer watches the C library's.
$(WEDGE_TEST)/obj/wedge/lib/string.o $(WEDGE_TEST)/obj/tests/wedge/string_test.o: \
	WEDGE_TEST_CFLAGS += $(foreach f,memcpy memmove memset memcmp strlen,-D$(f)=wedge_$(f))

$(WEDGE_TEST)/obj/%.o: $(SRC)/%.c
	@mkdir -p $(@D)
	@echo "  CC      $(patsubst $(SRC)/%,%,$<) (test)"
	@$(CC) $(WEDGE_TEST_CFLAGS) -c $< -o $@

$(WEDGE_TEST_LIB_NAMES:%=$(WEDGE_TEST)/%.t): $(WEDGE_TEST)/%.t: \
		$(WEDGE_TEST)/obj/tests/wedge/%_test.o \
		$(WEDGE_TEST)/obj/wedge/lib/string.o
	@echo "  LD      $(patsubst $(O)/%,%,$@)"
	@$(CC) -no-pie $(WEDGE_TEST_SAN) $(filter %.o,$^) -o $@ -lcmocka

TESTS += $(WEDGE_TEST_LIB_NAMES:%=$(WEDGE_TEST)/%.t)

# The library as 32-bit code, where there is no cmocka.
$(WEDGE_TEST)/lib32.t: $(addprefix $(SRC)/,tests/wedge/lib32.c wedge/lib/format.c wedge/lib/string.c)
	@mkdir -p $(@D)
	@echo "  CC      $(patsubst $(SRC)/%,%,$<) (test)"
	@$(CC) -m32 -std=c11 $(WARN) -I$(SRC)/wedge/include $(CFLAGS) -c $(SRC)/wedge/lib/string.c \
		$(foreach f,memcpy memmove memset memcmp strlen,-D$(f)=wedge_$(f)) -o $@.string.o
	@$(CC) -m32 -std=c11 $(WARN) -I$(SRC)/wedge/include $(CFLAGS) \
		$(filter-out %/string.c,$^) $@.string.o -o $@

TESTS += $(WEDGE_TEST)/lib32.t

# $(call wedge_test,WIDTH): objects in obj-WIDTH, programs in WIDTH.
define wedge_test
wedge_test_names_$(1) := $$(patsubst %_test.c,%,$$(notdir $$(wildcard \
	$$(SRC)/tests/wedge/*_test.c $$(SRC)/tests/wedge/$(1)/*_test.c)))
wedge_test_names_$(1) := $$(filter-out $$(WEDGE_TEST_LIB_NAMES),$$(wedge_test_names_$(1)))

wedge_test_parts_$(1) := $$(wildcard $$(SRC)/wedge/base/*.c $$(SRC)/wedge/core/*.c $$(SRC)/wedge/arch/x86/$(1)/*.c) \
	$$(filter-out %/offsets.c,$$(wildcard $$(SRC)/wedge/arch/x86/*.c)) \
	$$(addprefix $$(SRC)/tests/wedge/,fake_backend.c guest.c encodings.c sample.c \
		$(1)/guest_width.c)
wedge_test_objs_$(1) := $$(WEDGE_TEST_LIB) \
	$$(patsubst $$(SRC)/%.c,$$(WEDGE_TEST)/obj-$(1)/%.o,$$(wedge_test_parts_$(1)))

$$(WEDGE_TEST)/obj-$(1)/%.o: $$(SRC)/%.c
	@mkdir -p $$(@D)
	@echo "  CC      $$(patsubst $$(SRC)/%,%,$$<) (test, $(1))"
	@$$(CC) -I$$(SRC)/tests/wedge/$(1)/include -I$$(SRC)/wedge/arch/x86/$(1)/include \
		$$(WEDGE_TEST_CFLAGS) -c $$< -o $$@

# As the width's gate_addresses.h says.
wedge_test_gates_$(1) := $$(shell sed -n \
	's/^.define AT_\(GATE_[A-Z0-9_]*\)[ \t]*\(0x[0-9a-f]*\)ull$$$$/\L\1=\2/p' \
	$$(SRC)/tests/wedge/$(1)/include/gate_addresses.h)

# A test of both widths, or of one.
wedge_test_object_$(1) = $$(WEDGE_TEST)/obj-$(1)/tests/wedge/$$(if $$(wildcard \
	$$(SRC)/tests/wedge/$$(1)_test.c),,$(1)/)$$(1)_test.o
$$(foreach t,$$(wedge_test_names_$(1)),$$(eval \
	$$(WEDGE_TEST)/$(1)/$$(t).t: $$(call wedge_test_object_$(1),$$(t))))

$$(wedge_test_names_$(1):%=$$(WEDGE_TEST)/$(1)/%.t): $$(wedge_test_objs_$(1))
	@mkdir -p $$(@D)
	@echo "  LD      $$(patsubst $$(O)/%,%,$$@)"
	@$$(CC) -no-pie $$(WEDGE_TEST_SAN) \
		$$(foreach f,wedge_fatal machine_io_read machine_io_write,-Wl,--wrap=$$(f)) \
		$$(wedge_test_gates_$(1):%=-Wl,--defsym=%) $$(filter %.o,$$^) -o $$@ \
		$$(wedge_test_cmocka)

TESTS += $$(wedge_test_names_$(1):%=$$(WEDGE_TEST)/$(1)/%.t)
endef

$(eval $(call wedge_test,x86_64))
$(eval $(call wedge_test,i386))

# The gates themselves run on a vCPU that a process can map (gates/wedge/vcpu.h): its offsets for the
# assembler are moved from the top of the address space to there.
$(WEDGE_TEST)/gates/vcpu_offsets.h: $(O)/wedge/xen-x86_64/vcpu_offsets.h
	@mkdir -p $(@D)
	@sed 's/^#define .*/& + 0x10100000/' $< >$@

$(WEDGE_TEST)/gates.t: $(addprefix $(SRC)/tests/wedge/gates/,gates.c caller.S wedge/vcpu.h) \
		$(SRC)/wedge/arch/x86/x86_64/gates.S $(WEDGE_TEST)/gates/vcpu_offsets.h \
		$(wildcard $(SRC)/wedge/include/wedge/vcpu.h $(SRC)/wedge/include/wedge/counters.* $(SRC)/wedge/arch/x86/x86_64/include/wedge/*.h)
	@echo "  LD      $(patsubst $(O)/%,%,$@)"
	@$(CC) -std=c11 -D_GNU_SOURCE $(WARN) -O1 -g -no-pie -I$(SRC)/tests/wedge/gates \
		-I$(SRC)/wedge/include -I$(SRC)/afterburner/include -I$(WEDGE_TEST)/gates \
		$(call wedge_headers,xen,x86_64) \
		$(filter %.c %.S,$^) -o $@ -lcmocka

# Those of 32-bit kernels run where they run: below 4 GiB, the vCPU where it is.
$(WEDGE_TEST)/gates32.t: $(addprefix $(SRC)/tests/wedge/gates/,gates32.c caller32.S) \
		$(SRC)/wedge/arch/x86/i386/gates.S $(O)/wedge/linux-i386/vcpu_offsets.h \
		$(wildcard $(SRC)/wedge/include/wedge/vcpu.h $(SRC)/wedge/include/wedge/counters.* $(SRC)/wedge/arch/x86/i386/include/wedge/*.h)
	@mkdir -p $(@D)
	@echo "  LD      $(patsubst $(O)/%,%,$@)"
	@$(CC) -std=c11 -D_GNU_SOURCE $(WARN) -O1 -g -no-pie -I$(SRC)/wedge/include \
		-I$(SRC)/afterburner/include -I$(O)/wedge/linux-i386 \
		$(call wedge_headers,linux,i386) $(filter %.c %.S,$^) -o $@ -lcmocka

TESTS += $(WEDGE_TEST)/gates.t $(WEDGE_TEST)/gates32.t
TESTS_32_BIT += $(WEDGE_TEST)/gates32.t

# The Linux back end's parts that know the guest's tables, against a model of the host. They see the
# i386 guest of the tests above, and its architecture.
WEDGE_TEST_LINUX := $(patsubst $(SRC)/%.c,$(WEDGE_TEST)/obj-linux/%.o, \
	$(addprefix $(SRC)/wedge/backend/linux/,view.c view_sync.c view_table.c door.c user_segments.c) \
	$(filter-out %_test.c,$(wildcard $(SRC)/tests/wedge/linux/*.c)))
wedge_test_names_linux := $(patsubst %_test.c,%,$(notdir $(wildcard $(SRC)/tests/wedge/linux/*_test.c)))

$(WEDGE_TEST)/obj-linux/%.o: $(SRC)/%.c
	@mkdir -p $(@D)
	@echo "  CC      $(patsubst $(SRC)/%,%,$<) (test, linux)"
	@$(CC) -I$(SRC)/tests/wedge/linux/include -I$(SRC)/wedge/backend/linux \
		-I$(SRC)/tests/wedge/i386/include -I$(SRC)/wedge/arch/x86/i386/include \
		$(WEDGE_TEST_CFLAGS) -c $< -o $@

$(wedge_test_names_linux:%=$(WEDGE_TEST)/linux/%.t): $(WEDGE_TEST)/linux/%.t: \
		$(WEDGE_TEST)/obj-linux/tests/wedge/linux/%_test.o $(WEDGE_TEST_LINUX) \
		$(wedge_test_objs_i386)
	@mkdir -p $(@D)
	@echo "  LD      $(patsubst $(O)/%,%,$@)"
	@$(CC) -no-pie $(WEDGE_TEST_SAN) $(foreach f,wedge_fatal machine_io_read machine_io_write \
		backend_allocate,-Wl,--wrap=$(f)) \
		$(wedge_test_gates_i386:%=-Wl,--defsym=%) $(filter %.o,$^) -o $@ \
		$(wedge_test_cmocka)

TESTS += $(wedge_test_names_linux:%=$(WEDGE_TEST)/linux/%.t)
