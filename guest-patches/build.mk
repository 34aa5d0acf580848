# The example guest: Linux through our assembler, the same without it, and its RAM disk.
#
# $(GUEST)/vmlinux annotated, vmlinux.packed for Xen and bare metal, vmlinux.plain, initrd.gz
GUEST := $(O)/guest/x86_64
GUEST_FILES := $(addprefix $(GUEST)/,vmlinux vmlinux.packed vmlinux.plain initrd.gz)

GUEST_DIR := $(SRC)/guest-patches
GUEST_CHECK_SRC := $(wildcard $(GUEST_DIR)/initrd/check/*.c)
LINUX_INPUTS := $(GUEST_DIR)/build-linux $(GUEST_DIR)/configs/x86_64.config \
	$(wildcard $(GUEST_DIR)/module/*)

.PHONY: guest guest-plain
guest: $(GUEST_FILES)
guest-plain: $(GUEST)/vmlinux.plain $(GUEST)/initrd.gz

# Static and at a fixed address, so that the checks need nothing but the kernel; no red zone,
# because they push flags.
$(GUEST)/guest-check: $(GUEST_CHECK_SRC) $(GUEST_DIR)/initrd/check/check.h
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) -O2 -static -no-pie -mno-red-zone -pthread \
		$(GUEST_CHECK_SRC) -o $@

$(GUEST)/annotated/vmlinux: $(LINUX_INPUTS) $(O)/libexec/afterburner/as \
		$(O)/libexec/afterburner/commands/make
	O=$(O) $(GUEST_DIR)/build-linux annotated $(@D)
	@touch $@

$(GUEST)/plain/vmlinux: $(LINUX_INPUTS)
	O=$(O) $(GUEST_DIR)/build-linux plain $(@D)
	@touch $@

$(GUEST)/vmlinux: $(GUEST)/annotated/vmlinux
	cp $< $@

$(GUEST)/vmlinux.plain: $(GUEST)/plain/vmlinux
	cp $< $@

$(GUEST)/vmlinux.packed: $(GUEST)/vmlinux $(O)/bin/afterburn \
		$(O)/lib/afterburner/wedge-xen-x86_64.elf
	$(O)/bin/afterburn pack --wedge xen -o $@ $<

# The modules of the annotated build serve both kernels: without their records they are the same.
$(GUEST)/initrd.gz: $(GUEST_DIR)/build-initrd $(GUEST)/guest-check $(GUEST)/annotated/vmlinux \
		$(GUEST_DIR)/initrd/init $(wildcard $(GUEST_DIR)/initrd/steps/*) \
		$(SRC)/scripts/dom0/cpio
	$(GUEST_DIR)/build-initrd $(GUEST)/guest-check $(GUEST)/annotated/modules $@
