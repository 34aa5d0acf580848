# The wedge's parts on the build machine, under the address and undefined-behaviour sanitizers.
#
#   $(O)/tests/wedge/string.t        the library, which needs nothing
#   $(O)/tests/wedge/x86_64/*.t      core and architecture against a fake back end, for each width of
#   $(O)/tests/wedge/i386/*.t        the guest: tests/wedge/*_test.c, tests/wedge/WIDTH/*_test.c
#   $(O)/tests/wedge/linux-*/*.t     the Linux back end's tables against a model of the host, for each
#                                    width of the guest
#   $(O)/tests/wedge/xen*/*.t        the Xen back end's tables against a model of Xen, for 64-bit and
#                                    (xen-i386) 32-bit guests
#   $(O)/tests/wedge/l4/*.t          the L4 back end against a model of L4
#   $(O)/tests/wedge/front/*.t       the front ends on Xen against a model of a store and of back ends
#   $(O)/tests/wedge/front-net/*.t   their network devices alone, between a driver and a back end
#   $(O)/tests/wedge/platform/*.t    the smallest back end, an example
#   $(O)/tests/wedge/gates*.t        the gates as they are
#   $(O)/tests/wedge/lib32.t         the library as 32-bit code
#
# Which sources the parts are, wedge/sources.mk says.
WEDGE_TEST := $(O)/tests/wedge
WEDGE_TEST_SRC := $(SRC)/tests/wedge
WEDGE_TEST_SAN := -fsanitize=address,undefined -fno-sanitize-recover=all
wedge_test_cmocka := -lcmocka -lZydis

# The large model: addresses of the gates are far from a process's own code.
WEDGE_TEST_CFLAGS := -std=c11 -D_GNU_SOURCE $(WARN) -O1 -g -fno-pie -mcmodel=large -MMD -MP \
	-I$(WEDGE_TEST_SRC) -I$(SRC)/wedge -I$(SRC)/wedge/include -I$(SRC)/afterburner/include $(WEDGE_TEST_SAN)

# $(call wedge_test_compile,FOLDER,HEADERS): objects in a folder of $(WEDGE_TEST), which see these
# headers first.
define wedge_test_compile
$$(WEDGE_TEST)/$(1)/%.o: $$(SRC)/%.c
	@mkdir -p $$(@D)
	@echo "  CC      $$(patsubst $$(SRC)/%,%,$$<) (test, $(1))"
	@$$(CC) $(2) $$(WEDGE_TEST_CFLAGS) -c $$< -o $$@
endef
# $(call wedge_test_objects,FOLDER,SOURCES): what these are called there.
wedge_test_objects = $(patsubst $(SRC)/%.c,$(WEDGE_TEST)/$(1)/%.o,$(filter %.c,$(2)))

# $(call wedge_test_programs,SUITE,SOURCES,OBJECTS,LINK-OPTIONS): a program SUITE/NAME.t of each
# source NAME_test.c and all of the objects.
define wedge_test_programs
$(foreach t,$(2),$(eval $(WEDGE_TEST)/$(1)/$(patsubst %_test.c,%.t,$(notdir $(t))): \
	$(call wedge_test_objects,obj-$(1),$(t))))
wedge_test_programs_$(1) := $$(patsubst %_test.c,$$(WEDGE_TEST)/$(1)/%.t,$$(notdir $(2)))
$$(wedge_test_programs_$(1)): $(3)
	@mkdir -p $$(@D)
	@echo "  LD      $$(patsubst $$(O)/%,%,$$@)"
	@$$(CC) -no-pie $$(WEDGE_TEST_SAN) $(4) $$(filter %.o,$$^) -o $$@ $$(wedge_test_cmocka)
TESTS += $$(wedge_test_programs_$(1))
endef

# ---- the library ----

# Its functions under names of their own: the sanitizer watches the C library's.
WEDGE_TEST_RENAME := $(foreach f,memcpy memmove memset memcmp strlen,-D$(f)=wedge_$(f))
$(WEDGE_TEST)/obj/wedge/lib/string.o $(WEDGE_TEST)/obj/tests/wedge/string_test.o: \
	WEDGE_TEST_CFLAGS += $(WEDGE_TEST_RENAME)

# What knows nothing of widths is compiled once.
$(eval $(call wedge_test_compile,obj,))
WEDGE_TEST_LIB := $(call wedge_test_objects,obj,$(WEDGE_LIB) $(WEDGE_DEV) $(WEDGE_INSN))

$(WEDGE_TEST)/string.t: $(call wedge_test_objects,obj,$(WEDGE_TEST_SRC)/string_test.c \
		$(SRC)/wedge/lib/string.c)
	@echo "  LD      $(patsubst $(O)/%,%,$@)"
	@$(CC) -no-pie $(WEDGE_TEST_SAN) $^ -o $@ -lcmocka

# As 32-bit code, where there is no cmocka.
$(WEDGE_TEST)/lib32.t: $(WEDGE_TEST_SRC)/lib32.c $(SRC)/wedge/lib/format.c $(SRC)/wedge/lib/string.c \
		$(SRC)/wedge/include/wedge/lib.h $(SRC)/wedge/include/wedge/lib/muldiv.h
	@mkdir -p $(@D)
	@echo "  CC      $(patsubst $(SRC)/%,%,$<) (test)"
	@$(CC) -m32 -std=c11 $(WARN) -I$(SRC)/wedge/include $(CFLAGS) $(WEDGE_TEST_RENAME) \
		-c $(SRC)/wedge/lib/string.c -o $@.string.o
	@$(CC) -m32 -std=c11 $(WARN) -I$(SRC)/wedge/include $(CFLAGS) \
		$(WEDGE_TEST_SRC)/lib32.c $(SRC)/wedge/lib/format.c $@.string.o -o $@

TESTS += $(WEDGE_TEST)/string.t $(WEDGE_TEST)/lib32.t

# ---- core and architecture, for each width ----

# The linker brings these to the fake back end (fake_backend.c).
wedge_test_wrap = $(foreach f,wedge_fatal machine_io_read machine_io_write $(1),-Wl,--wrap=$(f))

# $(call wedge_test_width,WIDTH)
define wedge_test_width
wedge_test_headers_$(1) := -I$(WEDGE_TEST_SRC)/$(1)/include -I$(SRC)/wedge/arch/x86/$(1)/include
$$(eval $$(call wedge_test_compile,obj-$(1),$$(wedge_test_headers_$(1))))

wedge_test_objs_$(1) := $$(WEDGE_TEST_LIB) $$(call wedge_test_objects,obj-$(1), \
	$(WEDGE_BASE) $(WEDGE_BOOT) $(WEDGE_CORE) $(WEDGE_ARCH) $(wedge_width_$(1)) \
	$$(addprefix $(WEDGE_TEST_SRC)/,fake_backend.c guest.c property.c encodings.c sample.c $(1)/guest_width.c))

# Where the gates are, as the width's gate_addresses.h says.
wedge_test_gates_$(1) := $$(shell sed -n \
	's/^.define AT_\(GATE_[A-Z0-9_]*\)[ \t]*\(0x[0-9a-f]*\)ull$$$$/\L\1=\2/p' \
	$(WEDGE_TEST_SRC)/$(1)/include/gate_addresses.h)

$$(eval $$(call wedge_test_programs,$(1),$$(filter-out %/string_test.c, \
	$$(wildcard $(WEDGE_TEST_SRC)/*_test.c $(WEDGE_TEST_SRC)/$(1)/*_test.c)), \
	$$(wedge_test_objs_$(1)),$$(call wedge_test_wrap) $$(wedge_test_gates_$(1):%=-Wl,--defsym=%)))
endef

$(eval $(call wedge_test_width,x86_64))
$(eval $(call wedge_test_width,i386))

# ---- the Linux back end's parts that know the guest's tables ----

# They see the guest of the tests above, of either width, and its architecture; what they define
# themselves takes the fake back end's place. For the 64-bit guest both are compiled once more, since
# the back end of the tests above counts what Xen's does. What serves i386 programs alone is tested
# for these.
wedge_test_linux_x86_64 := view_% space_test.c stub_filter_test.c
wedge_test_linux_i386 := %
wedge_test_linux_parts_x86_64 := door.c hops.c user_code.c
wedge_test_linux_parts_i386 := door.c
wedge_test_linux_shared_i386 := $(wedge_test_objs_i386)
wedge_test_linux_shared_x86_64 := $(patsubst $(WEDGE_TEST)/obj-x86_64/%, \
	$(WEDGE_TEST)/obj-x86_64-linux/%,$(wedge_test_objs_x86_64))
$(eval $(call wedge_test_compile,obj-x86_64-linux,-I$(SRC)/wedge/backend/linux/include \
	$(wedge_test_headers_x86_64)))

# $(call wedge_test_linux,WIDTH)
define wedge_test_linux
wedge_test_headers_linux_$(1) := -I$(WEDGE_TEST_SRC)/linux/include \
	-I$(SRC)/wedge/backend/linux/$(1)/include -I$(SRC)/wedge/backend/linux/include \
	-I$(SRC)/wedge/backend/linux -I$(SRC)/wedge/backend/linux/$(1) $(wedge_test_headers_$(1))
$$(eval $$(call wedge_test_compile,obj-linux-$(1),$$(wedge_test_headers_linux_$(1))))
wedge_test_linux_fake_$(1) := $(WEDGE_TEST)/obj-linux-$(1)/fake_backend.o
$$(wedge_test_linux_fake_$(1)): $(filter %/fake_backend.o,$(wedge_test_linux_shared_$(1)))
	@mkdir -p $$(@D)
	@objcopy --weaken $$< $$@
$$(eval $$(call wedge_test_programs,linux-$(1),$$(filter \
	$$(addprefix $(WEDGE_TEST_SRC)/linux/,$(wedge_test_linux_$(1)) $(1)/%),$$(wildcard \
		$(WEDGE_TEST_SRC)/linux/*_test.c $(WEDGE_TEST_SRC)/linux/$(1)/*_test.c)), \
	$$(call wedge_test_objects,obj-linux-$(1), \
		$$(call wedge_in, backend/linux, copy.c vdso.c view_copy.c view_limits.c \
			user_segments.c) $(filter-out %/kernel_text.c,$(WEDGE_VIEW)) \
		$$(call wedge_in, backend/linux/$(1),$$(wedge_test_linux_parts_$(1))) \
		$$(filter-out %_test.c,$$(wildcard $(WEDGE_TEST_SRC)/linux/*.c)) \
		$(SRC)/afterburner/insn/length.c) \
	$$(wedge_test_linux_fake_$(1)) \
	$$(filter-out %/fake_backend.o,$(wedge_test_linux_shared_$(1))), \
	$$(call wedge_test_wrap,backend_allocate) $$(wedge_test_gates_$(1):%=-Wl,--defsym=%)))
endef

$(eval $(call wedge_test_linux,x86_64))
$(eval $(call wedge_test_linux,i386))

# ---- the Xen back end's parts that keep page tables ----

# They see the guest of the tests above, of either width, and its architecture; what they define
# themselves takes the fake back end's place. For the 32-bit guest both are compiled once more, since
# the back end of the tests above counts what Linux's does. Parts and tests are for both widths, but
# for those in a width's folder.
wedge_test_xen_parts_x86_64 := layout.c x86_64/views.c x86_64/views_address.c
wedge_test_xen_parts_i386 := i386/physmap.c i386/roots.c i386/views.c
wedge_test_xen_shared_x86_64 := $(wedge_test_objs_x86_64)
wedge_test_xen_shared_i386 := $(patsubst $(WEDGE_TEST)/obj-i386/%, \
	$(WEDGE_TEST)/obj-i386-xen/%,$(wedge_test_objs_i386))
$(eval $(call wedge_test_compile,obj-i386-xen,-I$(SRC)/wedge/backend/xen/include \
	$(wedge_test_headers_i386)))

# $(call wedge_test_xen,WIDTH,SUITE)
define wedge_test_xen
$$(eval $$(call wedge_test_compile,obj-$(2),-I$(WEDGE_TEST_SRC)/xen/$(1)/include \
	-I$(WEDGE_TEST_SRC)/xen/include -I$(SRC)/wedge/backend/xen/include \
	-I$(SRC)/wedge/backend/xen/$(1)/include -I$(SRC)/wedge/backend/xen $(wedge_flags_xen) $$(wedge_test_headers_$(1))))
wedge_test_xen_sources_$(1) := $$(wildcard $(WEDGE_TEST_SRC)/xen/*.c $(WEDGE_TEST_SRC)/xen/$(1)/*.c)
wedge_test_xen_objs_$(1) := $$(call wedge_test_objects,obj-$(2), \
	$$(call wedge_in, backend/xen, balloon.c memory.c memory_layout.c update.c table_pool.c \
		shadow.c shadow_memory.c space.c space_address.c $(wedge_test_xen_parts_$(1))) \
	$$(filter-out %_test.c,$$(wedge_test_xen_sources_$(1))))
wedge_test_xen_fake_$(1) := $(WEDGE_TEST)/obj-$(2)/fake_backend.o
$$(wedge_test_xen_objs_$(1)) $$(call wedge_test_objects,obj-$(2),$$(filter %_test.c,$$(wedge_test_xen_sources_$(1)))): $(wedge_needs_xen)
$$(wedge_test_xen_fake_$(1)): $(filter %/fake_backend.o,$(wedge_test_xen_shared_$(1)))
	@mkdir -p $$(@D)
	@objcopy --weaken $$< $$@
$$(eval $$(call wedge_test_programs,$(2),$$(filter %_test.c,$$(wedge_test_xen_sources_$(1))), \
	$$(wedge_test_xen_objs_$(1)) $$(wedge_test_xen_fake_$(1)) \
	$$(filter-out %/fake_backend.o,$(wedge_test_xen_shared_$(1))), \
	$$(call wedge_test_wrap) $$(wedge_test_gates_$(1):%=-Wl,--defsym=%)))
endef

$(eval $(call wedge_test_xen,x86_64,xen))
$(eval $(call wedge_test_xen,i386,xen-i386))

# ---- the L4 back end ----

# It keeps addresses in 32 bits, and everything of it lies below 4 GiB, in these programs as well. There the address
# sanitizer has its own memory.
$(eval $(call wedge_test_compile,obj-l4,$(call wedge_headers,l4,i386) -I$(SRC)/wedge/backend/l4))
wedge_test_l4_objs := $(call wedge_test_objects,obj-l4, \
	$(call wedge_in, backend/l4, blocks.c fpu.c mapping.c memory.c process.c run.c traps.c) \
	$(filter-out %_test.c,$(wildcard $(WEDGE_TEST_SRC)/l4/*.c)))
$(eval $(call wedge_test_programs,l4,$(wildcard $(WEDGE_TEST_SRC)/l4/*_test.c),$(wedge_test_l4_objs),))
$(wedge_test_l4_objs) $(wedge_test_programs_l4) $(call wedge_test_objects,obj-l4,$(wildcard $(WEDGE_TEST_SRC)/l4/*_test.c)): \
	WEDGE_TEST_SAN := -fsanitize=undefined -fno-sanitize-recover=all
$(wedge_test_l4_objs) $(call wedge_test_objects,obj-l4,$(wildcard $(WEDGE_TEST_SRC)/l4/*_test.c)): \
	WEDGE_TEST_CFLAGS := $(filter-out -mcmodel=large -fsanitize=%,$(WEDGE_TEST_CFLAGS)) -fsanitize=undefined \
	-Wno-int-to-pointer-cast -Wno-pointer-to-int-cast

# ---- the front ends on Xen ----

# With the servers of virtio devices and the event channels, against a domain with a store and back ends.
$(eval $(call wedge_test_compile,obj-front,-I$(WEDGE_TEST_SRC)/xen/include \
	-I$(SRC)/wedge/backend/xen/x86_64/include -I$(SRC)/wedge/backend/xen $(wedge_flags_xen) $(wedge_test_headers_x86_64)))
WEDGE_TEST_FRONT := $(call wedge_test_objects,obj-front, \
	$(filter %/console.c %/events.c $(SRC)/wedge/backend/xen/front/%,$(wedge_platform_xen)) $(WEDGE_VIRTIO_SERVER) $(WEDGE_VIRTIO_OWN) \
	$(SRC)/wedge/lib/format.c $(WEDGE_TEST_SRC)/xen/apart.c \
	$(filter-out %_test.c,$(wildcard $(WEDGE_TEST_SRC)/front/*.c)))
$(WEDGE_TEST_FRONT) $(patsubst $(SRC)/%.c,$(WEDGE_TEST)/obj-front/%.o,$(wildcard $(WEDGE_TEST_SRC)/front/*_test.c)): $(wedge_needs_xen)
$(eval $(call wedge_test_programs,front,$(wildcard $(WEDGE_TEST_SRC)/front/*_test.c),$(WEDGE_TEST_FRONT),))

# Its network devices alone, between a driver and a back end that the tests play.
$(eval $(call wedge_test_compile,obj-front-net,-I$(WEDGE_TEST_SRC)/xen/include \
	-I$(SRC)/wedge/backend/xen/x86_64/include -I$(SRC)/wedge/backend/xen $(wedge_flags_xen) $(wedge_test_headers_x86_64)))
wedge_test_front_net := $(wildcard $(WEDGE_TEST_SRC)/front/net/*.c)
wedge_test_front_net_tests := $(filter %_test.c,$(wedge_test_front_net))
WEDGE_TEST_FRONT_NET := $(call wedge_test_objects,obj-front-net, \
	$(call wedge_in, backend/xen/front, net.c net_frame.c net_life.c ring.c) \
	$(call wedge_in, dev/virtio, buffer.c net.c queue.c server.c) $(filter-out %_test.c,$(wedge_test_front_net)))
$(WEDGE_TEST_FRONT_NET) $(call wedge_test_objects,obj-front-net,$(wedge_test_front_net_tests)): $(wedge_needs_xen)
$(eval $(call wedge_test_programs,front-net,$(wedge_test_front_net_tests),$(WEDGE_TEST_FRONT_NET),))

# ---- the example platform ----

# The core for 64-bit guests once more, with a back end of its own.
wedge_test_headers_platform := -I$(WEDGE_TEST_SRC)/platform/include $(call wedge_headers,none,x86_64)
$(eval $(call wedge_test_compile,obj-platform,$(wedge_test_headers_platform)))
$(eval $(call wedge_test_programs,platform,$(WEDGE_TEST_SRC)/platform/platform_test.c, \
	$(WEDGE_TEST_LIB) $(call wedge_test_objects,obj-platform,$(WEDGE_BASE) $(WEDGE_BOOT) \
		$(WEDGE_CORE) $(WEDGE_ARCH) $(wedge_width_x86_64) $(WEDGE_TEST_SRC)/platform/backend.c), \
	$(wedge_test_gates_x86_64:%=-Wl,--defsym=%)))

# ---- the gates themselves ----

# $(call wedge_test_needs,WIDTH): what gates and their callers include.
wedge_test_needs = $(wildcard $(SRC)/wedge/include/wedge/vcpu.h $(SRC)/wedge/include/wedge/counters.* \
	$(SRC)/wedge/arch/x86/$(1)/include/wedge/*.h) $(WEDGE_TEST_SRC)/gates/caller_asm.h

# $(call wedge_test_gate_program,HEADERS): the program of all that a rule needs.
define wedge_test_gate_program
	@mkdir -p $(@D)
	@echo "  LD      $(patsubst $(O)/%,%,$@)"
	@$(CC) -std=c11 -D_GNU_SOURCE $(WARN) -O1 -g -no-pie $(1) -I$(SRC)/wedge/include \
		-I$(SRC)/afterburner/include $(filter %.c %.S,$^) -o $@ -lcmocka
endef

# Those of 64-bit kernels run on a vCPU that a process can map (gates/wedge/vcpu.h). gate_ramp.t has
# the rewriter, too.
wedge_test_gates_64 := $(addprefix $(WEDGE_TEST_SRC)/gates/,caller.S wedge/vcpu.h) \
	$(SRC)/wedge/arch/x86/x86_64/gates.S $(SRC)/wedge/backend/xen/x86_64/gates.S \
	$(O)/wedge/xen-x86_64/vcpu_offsets.h $(call wedge_test_needs,x86_64)
$(WEDGE_TEST)/gates.t: $(WEDGE_TEST_SRC)/gates/gates.c
wedge_test_gate_ramp = $(WEDGE_TEST_SRC)/gates/gate_ramp.c $(WEDGE_INSN) \
	$(call wedge_in, arch/x86, ramps.c rewrite.c $(1)/encode.c) $(WEDGE_TEST_SRC)/gates/$(1)/ramp_width.h
$(WEDGE_TEST)/gate_ramp.t: $(call wedge_test_gate_ramp,x86_64)
$(WEDGE_TEST)/gates.t $(WEDGE_TEST)/gate_ramp.t: $(wedge_test_gates_64)
	$(call wedge_test_gate_program,-I$(WEDGE_TEST_SRC)/gates -I$(WEDGE_TEST_SRC)/gates/x86_64 \
		-I$(O)/wedge/xen-x86_64 \
		$(call wedge_headers,xen,x86_64) -Xlinker --defsym=xen_entry=0)

# Those of 32-bit kernels run where they run: below 4 GiB, the vCPU where it is.
$(WEDGE_TEST)/gates32.t: $(addprefix $(WEDGE_TEST_SRC)/gates/,gates32.c caller32.S) \
		$(SRC)/wedge/arch/x86/i386/gates.S $(O)/wedge/linux-i386/vcpu_offsets.h \
		$(call wedge_test_needs,i386)
	$(call wedge_test_gate_program,-I$(O)/wedge/linux-i386 $(call wedge_headers,linux,i386))

# The same with the gates of a process and the rewriter: linked where the window is, so distances are
# those between kernel and gates. linux_site and linux_iret are where nothing goes.
$(WEDGE_TEST)/gate_ramp32.t: $(call wedge_test_gate_ramp,i386) $(WEDGE_TEST_SRC)/gates/i386/ramp_caller.S \
		$(SRC)/wedge/arch/x86/i386/gates.S $(SRC)/wedge/backend/linux/i386/gates.S \
		$(O)/wedge/linux-i386/vcpu_offsets.h $(call wedge_test_needs,i386)
	$(call wedge_test_gate_program,-mcmodel=large -I$(WEDGE_TEST_SRC)/gates/i386 -I$(O)/wedge/linux-i386 \
		$(call wedge_headers,linux,i386) -Wl$(comma)--section-start=.gates.head=0xffc00000 \
		-Wl$(comma)--section-start=.gates=0xffc01000 -Wl$(comma)--defsym=linux_site=0 -Wl$(comma)--defsym=linux_iret=0)

TESTS += $(WEDGE_TEST)/gates.t $(WEDGE_TEST)/gates32.t \
	$(WEDGE_TEST)/gate_ramp.t $(WEDGE_TEST)/gate_ramp32.t
TESTS_32_BIT += $(WEDGE_TEST)/gates32.t $(WEDGE_TEST)/gate_ramp32.t
