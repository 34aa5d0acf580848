# The table and the matcher, for every hosted program: $(INSN_OBJS).
INSN_OBJS := $(patsubst $(SRC)/%.c,$(O)/obj/%.o,$(wildcard $(SRC)/afterburner/insn/*.c))

# The one rule for hosted C in the tree; parts with other needs set variables on their targets.
$(O)/obj/%.o: $(SRC)/%.c $(O)/flags/hosted
	@mkdir -p $(@D)
	$(CC) $(HOSTED_CFLAGS) -c $< -o $@
