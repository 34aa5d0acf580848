# The `afterburn` command. `audit` is a program of its own, as scripts are, because it alone links
# libopcodes (GPLv3+, soname of the exact binutils version).
TOOLS_SRC := $(SRC)/afterburner/tools
# Spelled out: the files that set INSN_OBJS and ELF_OBJS may be included after this one.
TOOLS_SHARED := $(patsubst $(SRC)/%.c,$(O)/obj/%.o,$(wildcard $(addprefix $(SRC)/afterburner/,\
	insn/*.c elf/*.c)) $(addprefix $(TOOLS_SRC)/,command.c json.c))
AUDIT_SRC := $(wildcard $(TOOLS_SRC)/audit*.c $(TOOLS_SRC)/disassemble.c)
AUDIT_OBJS := $(patsubst $(SRC)/%.c,$(O)/obj/%.o,$(AUDIT_SRC))
GENERATE_SRC := $(wildcard $(TOOLS_SRC)/document*.c)
TOOLS_OBJS := $(patsubst $(SRC)/%.c,$(O)/obj/%.o,\
	$(filter-out $(AUDIT_SRC) $(GENERATE_SRC),$(wildcard $(TOOLS_SRC)/*.c)))
AUDIT := $(O)/libexec/afterburner/commands/audit

$(O)/bin/afterburn: $(TOOLS_OBJS) $(TOOLS_SHARED)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $(sort $^) $(ELF_LIBS)

$(AUDIT): $(AUDIT_OBJS) $(TOOLS_SHARED)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $(sort $^) -lopcodes -lbfd $(ELF_LIBS)

ALL += $(O)/bin/afterburn $(AUDIT)

# Reference pages from the contract: `make documents` after changing it; a test compares.
DOCUMENT := $(O)/tests/tools/document
DOCUMENTS := $(addprefix $(SRC)/afterburner/doc/,instructions.md format.md)
$(DOCUMENT): $(O)/obj/afterburner/tools/document.o $(TOOLS_SHARED)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $(sort $^) $(ELF_LIBS)

.PHONY: documents
documents: $(DOCUMENT)
	for page in $(notdir $(DOCUMENTS:.md=)); do \
		$(DOCUMENT) $$page >$(O)/$$page.md && \
		mv $(O)/$$page.md $(SRC)/afterburner/doc/$$page.md || exit 1; done
check unit check-only: $(DOCUMENT)

# Scripts are installed by their owner; the one compiled command beside them here.
.PHONY: install-audit
install: install-audit
install-audit: $(AUDIT)
	install -d "$(INSTALLED)/libexec/afterburner/commands"
	install $(AUDIT) "$(INSTALLED)/libexec/afterburner/commands/"
