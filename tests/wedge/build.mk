# The wedge's core, library and architecture on the build machine, against a fake back end, under
# the address and undefined-behaviour sanitizers.
WEDGE_TEST := $(O)/tests/wedge
WEDGE_TEST_NAMES := $(patsubst $(SRC)/tests/wedge/%_test.c,%,$(wildcard $(SRC)/tests/wedge/*_test.c))
WEDGE_TEST_SAN := -fsanitize=address,undefined -fno-sanitize-recover=all

# The large model: addresses of the gates are far from a process's own code.
WEDGE_TEST_CFLAGS := -std=c11 -D_GNU_SOURCE $(WARN) -O1 -g -fno-pie -mcmodel=large -MMD -MP \
	-I$(SRC)/tests/wedge/include -I$(SRC)/wedge/arch/x86/x86_64/include \
	-I$(SRC)/wedge/include -I$(SRC)/afterburner/include \
	$(WEDGE_TEST_SAN)

WEDGE_TEST_PARTS := $(wildcard $(SRC)/wedge/core/*.c $(SRC)/wedge/lib/*.c $(SRC)/wedge/dev/*.c \
	$(SRC)/wedge/arch/x86/x86_64/*.c $(SRC)/afterburner/insn/*.c) \
	$(filter-out %/offsets.c,$(wildcard $(SRC)/wedge/arch/x86/*.c)) \
	$(addprefix $(SRC)/tests/wedge/,fake_backend.c guest.c encodings.c)
WEDGE_TEST_OBJS := $(patsubst $(SRC)/%.c,$(WEDGE_TEST)/obj/%.o,$(WEDGE_TEST_PARTS))

# Its functions under names of their own: the sanitizer watches the C library's.
$(WEDGE_TEST)/obj/wedge/lib/string.o $(WEDGE_TEST)/obj/tests/wedge/string_test.o: \
	WEDGE_TEST_CFLAGS += $(foreach f,memcpy memmove memset memcmp strlen,-D$(f)=wedge_$(f))

$(WEDGE_TEST)/obj/%.o: $(SRC)/%.c
	@mkdir -p $(@D)
	@echo "  CC      $(patsubst $(SRC)/%,%,$<) (test)"
	@$(CC) $(WEDGE_TEST_CFLAGS) -c $< -o $@

# As gate_addresses.h says.
WEDGE_TEST_GATES := $(shell sed -n 's/^.define AT_\(GATE_[A-Z0-9_]*\)[ \t]*\(0x[0-9a-f]*\)ull$$/\L\1=\2/p' \
	$(SRC)/tests/wedge/gate_addresses.h)
WEDGE_TEST_LINK := -no-pie $(WEDGE_TEST_SAN) \
	$(foreach f,wedge_fatal machine_io_read machine_io_write,-Wl,--wrap=$(f))

$(WEDGE_TEST_NAMES:%=$(WEDGE_TEST)/%.t): $(WEDGE_TEST)/%.t: \
		$(WEDGE_TEST)/obj/tests/wedge/%_test.o $(WEDGE_TEST_OBJS)
	@echo "  LD      $(patsubst $(O)/%,%,$@)"
	@$(CC) $(WEDGE_TEST_LINK) $(WEDGE_TEST_GATES:%=-Wl,--defsym=%) $(filter %.o,$^) \
		-o $@ -lcmocka -lZydis

# The gates themselves run on a vCPU that a process can map (gates/wedge/vcpu.h): its offsets for the
# assembler are moved from the top of the address space to there.
$(WEDGE_TEST)/gates/vcpu_offsets.h: $(O)/wedge/xen-x86_64/vcpu_offsets.h
	@mkdir -p $(@D)
	@sed 's/^#define .*/& + 0x10100000/' $< >$@

$(WEDGE_TEST)/gates.t: $(addprefix $(SRC)/tests/wedge/gates/,gates.c caller.S wedge/vcpu.h) \
		$(SRC)/wedge/arch/x86/x86_64/gates.S $(WEDGE_TEST)/gates/vcpu_offsets.h \
		$(wildcard $(SRC)/wedge/include/wedge/vcpu.h $(SRC)/wedge/arch/x86/x86_64/include/wedge/*.h)
	@echo "  LD      $(patsubst $(O)/%,%,$@)"
	@$(CC) -std=c11 -D_GNU_SOURCE $(WARN) -O1 -g -no-pie -I$(SRC)/tests/wedge/gates \
		-I$(SRC)/wedge/include -I$(SRC)/afterburner/include -I$(WEDGE_TEST)/gates \
		$(call wedge_headers,xen,x86_64) \
		$(filter %.c %.S,$^) -o $@ -lcmocka

TESTS += $(WEDGE_TEST_NAMES:%=$(WEDGE_TEST)/%.t) $(WEDGE_TEST)/gates.t
