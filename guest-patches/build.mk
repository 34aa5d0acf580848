# The example guests: Linux through our assembler, the same without it, its RAM disk. Two are named
# after their width; x86_64-low is x86_64 with a patched source. Debian's take up to an hour each, and
# `make guest` leaves them out: make guest-debian-cloud.
#
# $(O)/guest/GUEST/vmlinux annotated, vmlinux.packed with the guest's wedges, vmlinux.plain, initrd.gz
GUESTS := x86_64 i386 x86_64-low
DEBIAN_GUESTS := debian-cloud debian
GUEST_DIR := $(SRC)/guest-patches
GUEST_MODULE_SRC := $(wildcard $(GUEST_DIR)/module/*)

# Static and at a fixed address, so that the checks need nothing but the kernel; no red zone,
# because they push flags.
GUEST_CHECK_CFLAGS := -std=gnu11 -D_GNU_SOURCE $(WARN) -O2
GUEST_CHECK_LINK := -static -no-pie -pthread
GUEST_CHECK_CFLAGS_x86_64 := -m64 -mno-red-zone
GUEST_CHECK_CFLAGS_i386 := -m32 -msse2

# The width of the guest's programs.
GUEST_WIDTH_x86_64 := x86_64
GUEST_WIDTH_i386 := i386
GUEST_WIDTH_x86_64-low := x86_64
GUEST_WIDTH_debian-cloud := x86_64
GUEST_WIDTH_debian := x86_64

# What is compiled into guest-check: of its width, and for the patched one its own list of checks.
GUEST_CHECK_FILES = $(wildcard $(GUEST_DIR)/initrd/check/*.c $(GUEST_DIR)/initrd/check/$(1)/*.c)
GUEST_CHECK_SRC_x86_64 := $(call GUEST_CHECK_FILES,x86_64)
GUEST_CHECK_SRC_i386 := $(call GUEST_CHECK_FILES,i386)
GUEST_CHECK_SRC_x86_64-low := $(filter-out %/x86_64/list.c,$(GUEST_CHECK_SRC_x86_64)) \
	$(wildcard $(GUEST_DIR)/initrd/check/x86_64-low/*.c)
GUEST_CHECK_SRC_debian-cloud := $(GUEST_CHECK_SRC_x86_64)
GUEST_CHECK_SRC_debian := $(GUEST_CHECK_SRC_x86_64)

# What a kernel is made from beside its own configuration, the module and the tools.
GUEST_INPUTS_x86_64 := $(GUEST_DIR)/configs/x86_64-base.config
GUEST_INPUTS_x86_64-low := $(GUEST_DIR)/configs/x86_64-base.config $(GUEST_DIR)/configs/devices.config \
	$(GUEST_DIR)/linux-6.1/low-half.patch $(wildcard $(GUEST_DIR)/module-low/*)
GUEST_INPUTS_i386 := $(GUEST_DIR)/configs/devices.config
GUEST_INPUTS_debian-cloud := $(GUEST_DIR)/configs/debian.config

# The wedges in vmlinux.packed. A guest without a wedge has no such file. What can be a process does
# not need Xen: without its headers that wedge is left out.
GUEST_WEDGES_x86_64 := xen
GUEST_WEDGES_i386 := $(if $(wildcard $(XEN_HEADERS)/xen.h),xen) linux l4
GUEST_WEDGES_debian-cloud := xen
GUEST_WEDGES_debian := xen
GUEST_WEDGES_x86_64-low := $(if $(wildcard $(XEN_HEADERS)/xen.h),xen) linux

comma := ,
blank := $(subst ,, )

# guest_rules GUEST WIDTH
define guest_rules
GUEST_$(1) := $(O)/guest/$(1)
GUEST_PACKED_$(1) := $(if $(GUEST_WEDGES_$(1)),$(O)/guest/$(1)/vmlinux.packed)

.PHONY: guest-$(1) guest-plain-$(1)
guest-$(1): $$(GUEST_$(1))/vmlinux $$(GUEST_PACKED_$(1)) $$(GUEST_$(1))/initrd.gz
guest-plain-$(1): $$(GUEST_$(1))/vmlinux.plain $$(GUEST_$(1))/initrd.gz

$$(GUEST_$(1))/guest-check: $$(GUEST_CHECK_SRC_$(1)) $(wildcard $(addprefix $(GUEST_DIR)/initrd/check/,*.h $(1)/*.h $(2)/*.h))
	@mkdir -p $$(@D)
	$(CC) $(GUEST_CHECK_CFLAGS) $(GUEST_CHECK_LINK) $(GUEST_CHECK_CFLAGS_$(2)) \
		-I$(GUEST_DIR)/initrd/check/$(2) $$(GUEST_CHECK_SRC_$(1)) -o $$@

$$(GUEST_$(1))/annotated/vmlinux: $(GUEST_DIR)/build-linux $(GUEST_DIR)/configs/$(1).config \
		$(GUEST_INPUTS_$(1)) $(GUEST_MODULE_SRC) $(O)/libexec/afterburner/as \
		$(O)/libexec/afterburner/commands/make
	O=$(O) $(GUEST_DIR)/build-linux $(1) annotated $$(@D)
	@touch $$@

$$(GUEST_$(1))/plain/vmlinux: $(GUEST_DIR)/build-linux $(GUEST_DIR)/configs/$(1).config \
		$(GUEST_INPUTS_$(1)) $(GUEST_MODULE_SRC)
	O=$(O) $(GUEST_DIR)/build-linux $(1) plain $$(@D)
	@touch $$@

$$(GUEST_$(1))/vmlinux: $$(GUEST_$(1))/annotated/vmlinux
	cp $$< $$@

$$(GUEST_$(1))/vmlinux.plain: $$(GUEST_$(1))/plain/vmlinux
	cp $$< $$@

$$(GUEST_$(1))/vmlinux.packed: $$(GUEST_$(1))/vmlinux $(O)/bin/afterburn \
		$(GUEST_WEDGES_$(1):%=$(O)/lib/afterburner/wedge-%-$(2).elf)
	$(O)/bin/afterburn pack --wedge $$(subst $$(blank),$$(comma),$$(strip $(GUEST_WEDGES_$(1)))) -o $$@ $$<

# The modules of the annotated build serve both kernels: pads are NOPs to a plain one.
$$(GUEST_$(1))/initrd.gz: $(GUEST_DIR)/build-initrd $(GUEST_DIR)/busybox \
		$$(GUEST_$(1))/guest-check $$(GUEST_$(1))/annotated/vmlinux \
		$(GUEST_DIR)/initrd/init $(wildcard $(GUEST_DIR)/initrd/steps/*) \
		$(SRC)/scripts/dom0/cpio
	$(GUEST_DIR)/build-initrd $(2) $$(GUEST_$(1))/guest-check $$(GUEST_$(1))/annotated $$@
endef

# A second RAM disk for the i386 kernel, for platforms where user programs have no segments of their own:
# $(O)/guest/i386/initrd-no-tls.gz. Its programs are checked for that before they are packed.
NO_TLS_DIR := $(GUEST_DIR)/no-tls
NO_TLS := $(O)/guest/i386/no-tls
NO_TLS_CHECK_SRC := $(filter-out $(addprefix $(GUEST_DIR)/initrd/check/,threads.c ldt.c \
	$(addprefix i386/,segments.c ldt.c segment_list.c)),$(GUEST_CHECK_SRC_i386)) \
	$(GUEST_DIR)/initrd/check/no-tls/segment_list.c

guest-i386: $(O)/guest/i386/initrd-no-tls.gz
$(NO_TLS)/busybox: $(wildcard $(NO_TLS_DIR)/* $(NO_TLS_DIR)/musl/*) $(SRC)/scripts/unpack-packages
	$(NO_TLS_DIR)/build $(@D)
	@touch $@

$(NO_TLS)/guest-check: $(NO_TLS)/busybox $(NO_TLS_CHECK_SRC) $(wildcard $(addprefix $(GUEST_DIR)/initrd/check/,*.h i386/*.h))
	$(NO_TLS_DIR)/cc $(@D) $(GUEST_CHECK_CFLAGS) $(GUEST_CHECK_CFLAGS_i386) \
		-I$(GUEST_DIR)/initrd/check/i386 $(NO_TLS_CHECK_SRC) -o $@

$(O)/guest/i386/initrd-no-tls.gz: $(O)/guest/i386/initrd.gz $(NO_TLS)/guest-check
	$(NO_TLS_DIR)/check-segments $(NO_TLS)/busybox $(NO_TLS)/guest-check
	AFTERBURN_BUSYBOX_I386=$(NO_TLS)/busybox \
		$(GUEST_DIR)/build-initrd i386 $(NO_TLS)/guest-check $(GUEST_i386)/annotated $@

.PHONY: guest guest-plain
guest: $(addprefix guest-,$(GUESTS))
guest-plain: $(addprefix guest-plain-,$(GUESTS))
# What annotation changes is tested with the two small kernels. The third is built without it only when
# somebody asks for it, as `make bench` does.
guest-x86_64-low guest-i386: guest-%: guest-plain-%
$(foreach guest,$(GUESTS) $(DEBIAN_GUESTS),$(eval $(call guest_rules,$(guest),$(GUEST_WIDTH_$(guest)))))

# Debian as a root disk, for the guests of one width: $(O)/guest/disk-amd64.img, disk-i386.img.
.PHONY: guest-disk-amd64 guest-disk-i386
guest-disk-amd64 guest-disk-i386: guest-disk-%: $(O)/guest/disk-%.img
$(O)/guest/disk-%.img: $(GUEST_DIR)/build-disk $(shell find $(GUEST_DIR)/disk -type f) $(SRC)/scripts/dom0/suite-sources
	$(GUEST_DIR)/build-disk $* $@
