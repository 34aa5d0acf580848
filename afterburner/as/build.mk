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

# What the tests need: tools of their own, each from one file.
AS_TEST_TOOLS := $(O)/tests/as/records $(O)/tests/as/spellings
$(AS_TEST_TOOLS): $(O)/tests/as/%: $(O)/obj/tests/as/%.o $(AS_INSN_OBJS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $^

check unit check-only: $(AS_TEST_TOOLS)
