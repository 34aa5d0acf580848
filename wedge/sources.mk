# Which files make a wedge: a list for each folder. Nothing is taken because it lies somewhere; a
# file that no list names is an error.

wedge_in = $(addprefix $(SRC)/wedge/$(strip $(1))/,$(2))

# ---- the same in every wedge ----

WEDGE_BASE := $(call wedge_in, base, \
	command_line.c console.c counters.c guest_pages.c log.c site_table.c stats.c)
WEDGE_BOOT := $(call wedge_in, boot, boot.c linux.c memory_map.c page.c pvh.c)
WEDGE_CORE := $(call wedge_in, core, machine.c modules.c start.c trap.c)
WEDGE_LIB := $(call wedge_in, lib, format.c string.c)
WEDGE_DEV := $(call wedge_in, dev, \
	calendar.c counter_ports.c i8042.c i8254.c i8259.c mc146818.c ns16550.c pc.c pc_virtio.c pci_host.c \
	sysctrl.c virtio/config.c virtio/pci.c virtio/registers.c)
# What serves the rings of virtio devices: in the launcher, and in a wedge that does it itself.
WEDGE_VIRTIO_SERVER := $(call wedge_in, dev/virtio, block.c block_identity.c buffer.c net.c queue.c server.c)
# The same, of devices that a wedge does not serve itself.
WEDGE_VIRTIO_LAUNCHER := $(call wedge_in, dev/virtio, balloon.c console.c fs.c rng.c)
# The same, that only wedges serve.
WEDGE_VIRTIO_OWN := $(call wedge_in, dev/virtio, balloon_pages.c)
WEDGE_ARCH := $(call wedge_in, arch/x86, \
	cpuid.c descriptor.c emulate.c emulate_control.c emulate_descriptor.c emulate_flags.c \
	emulate_fpu.c emulate_io.c emulate_msr.c emulate_segment.c emulate_transfer.c exception.c \
	guest_memory.c guest_walk.c operand.c ramps.c rewrite.c start_segments.c tlb.c user_io.c \
	user_selectors.c)
WEDGE_INSN := $(addprefix $(SRC)/afterburner/insn/,match.c table.c)

WEDGE_SHARED := $(WEDGE_BASE) $(WEDGE_BOOT) $(WEDGE_CORE) $(WEDGE_LIB) $(WEDGE_DEV) $(WEDGE_ARCH) $(WEDGE_INSN)

# ---- of each width of the guest ----

wedge_width_x86_64 := $(call wedge_in, arch/x86/x86_64, \
	encode.c gates.S guest_tables.c idt.c interrupt_return.c registers.c start_state.c system_call.c)
wedge_width_i386 := $(call wedge_in, arch/x86/i386, \
	encode.c gates.S guest_tables.c idt.c interrupt_return.c registers.c start_state.c task.c)

# The shadow MMU of platforms whose user code runs in processes of a host.
WEDGE_VIEW := $(call wedge_in, view, kernel_text.c space.c view.c view_entry.c view_sync.c view_table.c)

# ---- of each platform, and of a platform for a width ----

wedge_platform_xen := $(call wedge_in, backend/xen, \
	balloon.c boot.c console.c descriptors.c events.c main.c memory.c memory_layout.c processor.c shadow.c shadow_memory.c \
	space.c space_address.c table_pool.c traps.c update.c \
	front/balloon.c front/block.c front/block_connect.c front/block_event.c front/block_jobs.c front/control.c front/front.c \
	front/grant.c front/net.c front/net_frame.c front/net_life.c front/ring.c front/xenbus.c front/xenbus_list.c \
	front/xenstore.c) $(WEDGE_VIRTIO_SERVER) $(WEDGE_VIRTIO_OWN)
wedge_platform_xen_x86_64 := $(call wedge_in, backend/xen, layout.c) $(call wedge_in, backend/xen/x86_64, \
	boot_tables.c entry.S gates.S kernel.c segments.c start.S traps.c views.c views_address.c)
wedge_platform_xen_i386 := $(call wedge_in, backend/xen/i386, \
	boot_tables.c entry.S gates.S kernel.c physmap.c roots.c segments.c start.S traps.c views.c)

wedge_platform_linux := $(call wedge_in, backend/linux, \
	console.c copy.c debug.c entry.S events.c filter.c main.c mapping.c memory.c process.c processor.c run.c \
	segments.c signals.c stop_notify.c stop_trace.c stub.S stub.c turn.c \
	user_segments.c vdso.c view_copy.c view_limits.c virtio.c zygote.c) \
	$(WEDGE_VIEW)
wedge_platform_linux_i386 := $(call wedge_in, backend/linux/i386, bases.c door.c door.S gates.S user_code.c)
wedge_platform_linux_x86_64 := $(call wedge_in, backend/linux/x86_64, bases.c door.c door.S gates.S hops.c user_code.c) \
	$(SRC)/afterburner/insn/length.c

wedge_platform_l4 := $(call wedge_in, backend/l4, \
	blocks.c console.c events.c fpu.c irq.c load.c main.c mapping.c memory.c pager.c ports.c process.c processor.c run.c \
	segments.c traps.c x2.c x2.S) $(WEDGE_VIEW)
wedge_platform_l4_i386 := $(call wedge_in, backend/l4/i386, entry.S stub.S)
# The program that L4's loader starts, and that starts the wedge.
WEDGE_L4_ROOT := $(call wedge_in, backend/l4, root/root.c root/start.S blocks.c console.c x2.c x2.S) $(SRC)/wedge/lib/string.c

# ---- nothing else lies there ----

# Compiled for its text alone (wedge/build.mk).
WEDGE_OFFSETS := $(SRC)/wedge/arch/x86/offsets.c

WEDGE_UNLISTED := $(filter-out $(WEDGE_SHARED) $(WEDGE_VIRTIO_SERVER) $(WEDGE_VIRTIO_LAUNCHER) $(WEDGE_VIRTIO_OWN) $(WEDGE_OFFSETS) $(WEDGE_L4_ROOT) \
	$(foreach v,$(filter wedge_width_% wedge_platform_%,$(.VARIABLES)),$($(v))), \
	$(foreach f,base boot core lib view dev dev/* arch/x86 arch/x86/* backend/* backend/*/*, \
		$(wildcard $(SRC)/wedge/$(f)/*.[cS])))
ifneq ($(WEDGE_UNLISTED),)
$(error wedge/sources.mk: no list names $(patsubst $(SRC)/%,%,$(WEDGE_UNLISTED)): add it to one, or remove the file)
endif
