# Tests of the ELF library and the `afterburn` command.
TOOLS_TEST := $(O)/tests/tools
TOOLS_TEST_LIBRARY := $(patsubst $(SRC)/%.c,$(O)/obj/%.o,\
	$(wildcard $(SRC)/afterburner/insn/*.c $(SRC)/afterburner/elf/*.c))

$(O)/obj/tests/tools/%.o: HOSTED_CFLAGS += -I$(SRC)/afterburner

# The second oracle is optional (package libzydis-dev); without it its test is skipped.
ZYDIS := $(if $(wildcard /usr/include/Zydis/Zydis.h),-lZydis)

$(TOOLS_TEST)/match.t: $(O)/obj/tests/tools/match.o $(TOOLS_TEST_LIBRARY) \
		$(addprefix $(O)/obj/afterburner/tools/,disassemble.o audit_text.o)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $^ -lcmocka $(ZYDIS) -lopcodes -lbfd $(ELF_LIBS)

$(TOOLS_TEST)/length.t: $(O)/obj/tests/tools/length.o $(TOOLS_TEST_LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $^ -lcmocka $(ZYDIS) $(ELF_LIBS)

$(TOOLS_TEST)/elf.t: $(O)/obj/tests/tools/elf.o $(TOOLS_TEST_LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $^ -lcmocka $(ELF_LIBS)

# All readers once more, with sanitizers; from the sources, so that no object is mixed up.
FUZZ_SRC := $(SRC)/tests/tools/fuzz.c \
	$(wildcard $(SRC)/afterburner/insn/*.c $(SRC)/afterburner/elf/*.c) \
	$(addprefix $(SRC)/afterburner/tools/,disassemble.c audit_text.c audit_sweep.c \
	audit_sites.c audit_report.c audit_baseline.c json.c wedge.c notes.c bundle_check.c \
	bundle_build.c bundle_write.c bzimage_write.c compress.c configuration.c output.c protocol.c \
	signature.c)
$(TOOLS_TEST)/fuzz.t: $(FUZZ_SRC) $(wildcard $(SRC)/afterburner/elf/*.h \
		$(SRC)/afterburner/tools/*.h $(SRC)/afterburner/include/afterburn/*) $(SRC)/tests/random.h \
		| $(TOOLS_TEST)/seeds/wedge64
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(HOSTED_CFLAGS)) -O1 -I$(SRC)/afterburner \
		-fsanitize=address,undefined -fno-sanitize-recover=all \
		-o $@ $(FUZZ_SRC) -lopcodes -lbfd $(ELF_LIBS)

$(TOOLS_TEST)/seeds/wedge64: $(addprefix $(SRC)/tests/tools/,seeds fixture.sh site.inc kernel.S \
		wedge.S)
	@mkdir -p $(@D)
	$(SRC)/tests/tools/seeds $(@D)
	touch $@

TESTS += $(TOOLS_TEST)/elf.t $(TOOLS_TEST)/length.t $(TOOLS_TEST)/match.t $(TOOLS_TEST)/fuzz.t
