# The attacking program: a guest's first process, and on the host its own control.
ATTACK := $(O)/tests/isolation/attack
ATTACK_SRC := $(wildcard $(SRC)/tests/isolation/*.[cS])

$(ATTACK): $(ATTACK_SRC) $(wildcard $(SRC)/tests/isolation/*.h)
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) -m32 -O1 -static -no-pie -fno-pie -fcf-protection=none \
		$(ATTACK_SRC) -o $@

check check-only: $(ATTACK)
