# The drop-in assembler: $(O)/libexec/afterburner/as. Static, so that it starts quickly; alone in
# its folder, because `gcc -B` looks for ld and start files there, too.
AS_DIR := $(O)/libexec/afterburner
# Spelled out: the file that sets INSN_OBJS is included after this one.
AS_INSN_OBJS := $(patsubst $(SRC)/%.c,$(O)/obj/%.o,$(wildcard $(SRC)/afterburner/insn/*.c))
AS_OBJS := $(patsubst $(SRC)/%.c,$(O)/obj/%.o,$(wildcard $(SRC)/afterburner/as/*.c))

$(AS_DIR)/as: $(AS_OBJS) $(AS_INSN_OBJS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -o $@ $^

ALL += $(AS_DIR)/as

# The test tool that checks an object's records.
$(O)/tests/as/records: $(O)/obj/tests/as/records.o $(AS_INSN_OBJS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $^

TESTTOOLS += $(O)/tests/as/records
