# What the launcher's tests need as programs: a terminal, and a host that lacks something.
LAUNCH_TOOLS := $(addprefix $(O)/tests/launch/,pty deny)
$(LAUNCH_TOOLS): $(O)/tests/launch/%: $(O)/obj/tests/launch/%.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -o $@ $< -lutil

check unit check-only: $(LAUNCH_TOOLS)
