# The example guest in both widths: Linux through our assembler, the same without it, its RAM disk.
#
# $(O)/guest/WIDTH/vmlinux annotated, vmlinux.packed with the width's wedge, vmlinux.plain, initrd.gz
GUEST_WIDTHS := x86_64 i386
GUEST_DIR := $(SRC)/guest-patches
GUEST_MODULE_SRC := $(wildcard $(GUEST_DIR)/module/*)

# Static and at a fixed address, so that the checks need nothing but the kernel; no red zone,
# because they push flags.
GUEST_CHECK_CFLAGS := -std=gnu11 -D_GNU_SOURCE $(WARN) -O2 -static -no-pie -pthread
GUEST_CHECK_CFLAGS_x86_64 := -m64 -mno-red-zone
GUEST_CHECK_CFLAGS_i386 := -m32 -msse2

# The wedge in vmlinux.packed. A width without a wedge has no such file.
GUEST_WEDGE_x86_64 := xen
GUEST_WEDGE_i386 := $(if $(filter %/wedge-linux-i386.elf,$(WEDGES)),linux)

# guest_rules WIDTH
define guest_rules
GUEST_$(1) := $(O)/guest/$(1)
GUEST_CHECK_SRC_$(1) := $(wildcard $(GUEST_DIR)/initrd/check/*.c $(GUEST_DIR)/initrd/check/$(1)/*.c)
GUEST_PACKED_$(1) := $(if $(GUEST_WEDGE_$(1)),$(O)/guest/$(1)/vmlinux.packed)

.PHONY: guest-$(1) guest-plain-$(1)
guest-$(1): $$(GUEST_$(1))/vmlinux $$(GUEST_PACKED_$(1)) guest-plain-$(1)
guest-plain-$(1): $$(GUEST_$(1))/vmlinux.plain $$(GUEST_$(1))/initrd.gz

$$(GUEST_$(1))/guest-check: $$(GUEST_CHECK_SRC_$(1)) $(wildcard $(GUEST_DIR)/initrd/check/*.h $(GUEST_DIR)/initrd/check/$(1)/*.h)
	@mkdir -p $$(@D)
	$(CC) $(GUEST_CHECK_CFLAGS) $(GUEST_CHECK_CFLAGS_$(1)) \
		-I$(GUEST_DIR)/initrd/check/$(1) $$(GUEST_CHECK_SRC_$(1)) -o $$@

$$(GUEST_$(1))/annotated/vmlinux: $(GUEST_DIR)/build-linux $(GUEST_DIR)/configs/$(1).config \
		$(GUEST_MODULE_SRC) $(O)/libexec/afterburner/as \
		$(O)/libexec/afterburner/commands/make
	O=$(O) $(GUEST_DIR)/build-linux $(1) annotated $$(@D)
	@touch $$@

$$(GUEST_$(1))/plain/vmlinux: $(GUEST_DIR)/build-linux $(GUEST_DIR)/configs/$(1).config \
		$(GUEST_MODULE_SRC)
	O=$(O) $(GUEST_DIR)/build-linux $(1) plain $$(@D)
	@touch $$@

$$(GUEST_$(1))/vmlinux: $$(GUEST_$(1))/annotated/vmlinux
	cp $$< $$@

$$(GUEST_$(1))/vmlinux.plain: $$(GUEST_$(1))/plain/vmlinux
	cp $$< $$@

$$(GUEST_$(1))/vmlinux.packed: $$(GUEST_$(1))/vmlinux $(O)/bin/afterburn \
		$(O)/lib/afterburner/wedge-$(GUEST_WEDGE_$(1))-$(1).elf
	$(O)/bin/afterburn pack --wedge $(GUEST_WEDGE_$(1)) -o $$@ $$<

# The modules of the annotated build serve both kernels: pads are NOPs to a plain one.
$$(GUEST_$(1))/initrd.gz: $(GUEST_DIR)/build-initrd $(GUEST_DIR)/busybox \
		$$(GUEST_$(1))/guest-check $$(GUEST_$(1))/annotated/vmlinux \
		$(GUEST_DIR)/initrd/init $(wildcard $(GUEST_DIR)/initrd/steps/*) \
		$(SRC)/scripts/dom0/cpio
	$(GUEST_DIR)/build-initrd $(1) $$(GUEST_$(1))/guest-check $$(GUEST_$(1))/annotated/modules $$@
endef

.PHONY: guest guest-plain
guest: $(addprefix guest-,$(GUEST_WIDTHS))
guest-plain: $(addprefix guest-plain-,$(GUEST_WIDTHS))
$(foreach width,$(GUEST_WIDTHS),$(eval $(call guest_rules,$(width))))
