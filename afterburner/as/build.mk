# The drop-in assembler: $(O)/libexec/afterburner/as. Static, so that it starts quickly; alone in
# its folder, because `gcc -B` looks for ld and start files there, too.
AS_DIR := $(O)/libexec/afterburner
# Spelled out: the file that sets INSN_OBJS is included after this one.
AS_INSN_OBJS := $(patsubst $(SRC)/%.c,$(O)/obj/%.o,$(wildcard $(SRC)/afterburner/insn/*.c))
AS_OBJS := $(patsubst $(SRC)/%.c,$(O)/obj/%.o,$(wildcard $(SRC)/afterburner/as/*.c))

# Of the ELF library, the one checker of offsets.
AS_ELF_OBJS := $(O)/obj/afterburner/elf/bytes.o

$(O)/obj/afterburner/as/%.o: HOSTED_CFLAGS += -I$(SRC)/afterburner

$(AS_DIR)/as: $(AS_OBJS) $(AS_INSN_OBJS) $(AS_ELF_OBJS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -static -o $@ $^

ALL += $(AS_DIR)/as

# What the tests need: tools of their own, each from one file.
AS_TEST_TOOLS := $(O)/tests/as/sites $(O)/tests/as/spellings
$(O)/tests/as/sites $(O)/tests/as/spellings: $(O)/tests/as/%: $(O)/obj/tests/as/%.o $(AS_INSN_OBJS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $^

# The fuzzer holds the pass itself, with sanitizers, and its own way out of it.
AS_FUZZ_SOURCES := $(SRC)/tests/as/fuzz.c $(SRC)/afterburner/elf/bytes.c $(wildcard $(SRC)/afterburner/insn/*.c) \
	$(filter-out %/main.c %/diag.c %/realas.c %/options.c %/arguments.c %/exclude.c \
		%/dependencies.c %/hint.c %/proof.c,$(wildcard $(SRC)/afterburner/as/*.c))
AS_TEST_TOOLS += $(O)/tests/as/fuzz
$(O)/tests/as/fuzz: $(AS_FUZZ_SOURCES) $(wildcard $(SRC)/afterburner/as/*.h)
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(HOSTED_CFLAGS)) -I$(SRC)/afterburner -I$(SRC)/afterburner/as \
		-fsanitize=address,undefined -fno-sanitize-recover=all -o $@ $(AS_FUZZ_SOURCES)

# The comparison behind the proof, with sanitizers.
AS_COMPARE_SOURCES := $(SRC)/tests/as/compare.c $(SRC)/afterburner/elf/bytes.c \
	$(wildcard $(SRC)/afterburner/insn/*.c $(SRC)/afterburner/as/proof_*.c) \
	$(addprefix $(SRC)/afterburner/as/,sections.c table.c arena.c text.c diag.c)
AS_TEST_TOOLS += $(O)/tests/as/compare
$(O)/tests/as/compare: $(AS_COMPARE_SOURCES) $(wildcard $(SRC)/afterburner/as/*.h)
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(HOSTED_CFLAGS)) -I$(SRC)/afterburner -I$(SRC)/afterburner/as \
		-fsanitize=address,undefined -fno-sanitize-recover=all -o $@ $(AS_COMPARE_SOURCES)

check unit check-only: $(AS_TEST_TOOLS)
