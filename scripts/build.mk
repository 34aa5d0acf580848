# The scripts behind `afterburn run` and `afterburn make`, put where the `afterburn` binary execs
# them.
LIBEXEC_SCRIPTS := $(patsubst $(SRC)/scripts/%,%,$(wildcard \
	$(addprefix $(SRC)/scripts/,commands/* platform/*.sh dom0/*)))
LIBEXEC_RESULTS := $(addprefix $(O)/libexec/afterburner/,$(LIBEXEC_SCRIPTS))

$(LIBEXEC_RESULTS): $(O)/libexec/afterburner/%: $(SRC)/scripts/%
	@mkdir -p $(@D)
	cp $< $@

ALL += $(LIBEXEC_RESULTS)
