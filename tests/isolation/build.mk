# The attacking program of each width: a guest's first process, and on the host its own control.
ATTACK_DIR := $(SRC)/tests/isolation
ATTACK_FLAGS_i386 := -m32
ATTACK_FLAGS_x86_64 := -m64

# $(call attack_program,WIDTH)
define attack_program
$(O)/tests/isolation/$(1)/attack: $(wildcard $(ATTACK_DIR)/*.[cS] $(ATTACK_DIR)/$(1)/*.[cS]) \
		$(wildcard $(ATTACK_DIR)/*.h $(ATTACK_DIR)/$(1)/*.h)
	@mkdir -p $$(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) $(ATTACK_FLAGS_$(1)) -O1 -static -no-pie -fno-pie \
		-fcf-protection=none -I$(ATTACK_DIR)/$(1) $$(filter %.c %.S,$$^) -o $$@

check check-only: $(O)/tests/isolation/$(1)/attack
endef

$(eval $(call attack_program,i386))
$(eval $(call attack_program,x86_64))
