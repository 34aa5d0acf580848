/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - the Linux back end's start: the launcher calls it, in the process that becomes the
 * guest's.
 *
 * Invariant: the zygote is made while there is nothing of the guest to inherit; signal handlers are
 * there before anything may fault; the filter comes last.
 */
#include <linux/prctl.h>
#include <afterburn/sites.h>
#include <wedge/arch.h>
#include <wedge/cpuid.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "copy.h"
#include "debug.h"
#include "linux.h"
#include "stub.h"
#include "turn.h"
#include "run.h"

extern const char wedge_image[], wedge_gates_end[], wedge_data[];

/* The first bytes of the image; afterburn pack fills in the rest (bundle.h). */
__attribute__((section(".header"), used)) struct afterburn_wedge_header wedge_header = {
	.magic = AFTERBURN_WEDGE_MAGIC,
	.version = AFTERBURN_BUNDLE_VERSION,
	.sites_version = AFTERBURN_SITES_VERSION,
	.width = 8 * ARCH_WORD_SIZE,
	.entry = LINUX_ENTRY,
	.platform = "linux",
};

_Static_assert(sizeof(wedge_header) <= LINUX_ENTRY, "the header ends in front of the entry");

struct linux_machine machine;

enum { SIGNAL_STACK_SIZE = 0x10000, STACK_SIZE = 0x10000 };

static void check(const char *what, long result)
{
	if (host_failed(result))
		linux_host_failed(what, result);
}

static void map_private(uint64_t from, uint64_t size)
{
	check("memory for the wedge",
	      host_map(from, size, HOST_PROT_READ | HOST_PROT_WRITE,
		       HOST_MAP_PRIVATE | HOST_MAP_ANONYMOUS | HOST_MAP_FIXED_NOREPLACE, -1, 0));
}

/* Copies the gates: their section is position independent, and page aligned in the image. */
static struct vcpu *make_window(void)
{
	map_private(WEDGE_BASE, WEDGE_SIZE);
	memcpy((void *)(uint64_t)WEDGE_BASE, wedge_gates, (size_t)(wedge_gates_end - wedge_gates));
	check("protecting the gates", host_call3(__NR_mprotect, WEDGE_BASE, X86_PAGE_SIZE,
						 HOST_PROT_READ | HOST_PROT_EXEC));
	_Static_assert(sizeof(struct vcpu) <= WEDGE_VCPU_PAGES * X86_PAGE_SIZE, "fits");
	return vcpu_this();
}

bool backend_window_page(uint64_t va, const void *bytes)
{
	memcpy((void *)va, bytes, X86_PAGE_SIZE);
	check("protecting the ramps",
	      host_call3(__NR_mprotect, va, X86_PAGE_SIZE, HOST_PROT_READ | HOST_PROT_EXEC));
	return true;
}

static void make_stacks(void)
{
	stack_t stack = {.ss_sp = (void *)(LINUX_ALTSTACK_TOP - SIGNAL_STACK_SIZE),
			 .ss_size = SIGNAL_STACK_SIZE};

	map_private(LINUX_STACK_TOP - STACK_SIZE, STACK_SIZE);
	map_private(LINUX_ALTSTACK_TOP - SIGNAL_STACK_SIZE, SIGNAL_STACK_SIZE);
	check("a signal stack", host_call2(__NR_sigaltstack, &stack, 0));
}

static void find_xstate(void)
{
	if (machine.info.xstate_bytes <= 512)
		linux_host_failed("XSAVE", -ENODEV);
	if (2 * machine.info.signal_frame_bytes > USER_CHANNEL_SIZE - CHANNEL_STACK)
		linux_host_failed("signal frames that fit a user process", -EMSGSIZE);
	machine.xstate_mask = processor_xcr0() & LINUX_XSTATE;
	machine.xstate_bytes = cpuid_xsave_size(machine.xstate_mask, false);
}

/* From now on the image's code and constants are read-only. */
static void protect_image(void)
{
	check("protecting the wedge",
	      host_call3(__NR_mprotect, LAUNCH_WEDGE_BASE, (uint64_t)wedge_data - LAUNCH_WEDGE_BASE,
			 HOST_PROT_READ | HOST_PROT_EXEC));
}

static void find_processors(void)
{
	long result = host_call3(__NR_sched_getaffinity, 0, sizeof(machine.cpus), machine.cpus);

	if (host_failed(result))
		linux_host_failed("the set of processors", result);
}

void linux_start(const struct launch_info *info);
_Noreturn void linux_begin(void);
void linux_leave(struct vcpu *v);
void linux_trapped(struct vcpu *v);
void linux_interrupt_return(struct vcpu *v);

/* Unmaps from `*at` to the beginning of the next range to keep. */
static void unmap_until(uint64_t *at, uint64_t start, uint64_t size)
{
	if (start > *at)
		check("unmapping the launcher", host_call2(__NR_munmap, *at, start - *at));
	*at = start + size;
}

/*
 * The process has inherited the launcher's memory. The wedge needs none of it, and the guest must
 * not read it. What both share lies above everything of the wedge's.
 */
static void drop_launcher(void)
{
	uint64_t at = 1ull << 32, shared = machine.info.shared;

	unmap_until(&at, LAUNCH_WEDGE_BASE, wedge_header.bundle_size);
	unmap_until(&at, LINUX_STACK_TOP - STACK_SIZE, STACK_SIZE);
	unmap_until(&at, LINUX_ALTSTACK_TOP - SIGNAL_STACK_SIZE, SIGNAL_STACK_SIZE);
	unmap_until(&at, LINUX_HEAP, LINUX_HEAP_SIZE);
	unmap_until(&at, LINUX_CHANNELS, (uint64_t)VIEW_SLOTS * USER_SLOT_SIZE);
	unmap_until(&at, LINUX_PHYSMAP,
		    machine.info.memory_bytes + LINUX_COPIES * (uint64_t)X86_PAGE_SIZE);
	if (shared < at)
		wedge_fatal("the memory shared with the launcher is among the wedge's own");
	unmap_until(&at, shared, LAUNCH_SHARED_BYTES);
	unmap_until(&at, HOST_USER_TOP, 0);
}

/* On the wedge's own stack. */
__attribute__((used)) _Noreturn void linux_begin(void)
{
	struct vcpu *v = make_window();

	drop_launcher();
	v->events.masked = 1;
	v->in_wedge = 1;
	v->backend = backend_allocate(sizeof(struct linux_vcpu));
	machine.has_vcpu = true;
	bases_init(v);
	signals_init();
	events_init(v);
	if (!copies_init())
		wedge_fatal("the wedge's heap is too small for its own tables");
	spaces_init(v);
	turn_init(v);
	core_start(v, &wedge_header);
	view_note_kernel_text(&wedge_header);
	protect_image();
	filter_install();
	__asm__ volatile("jmp linux_resume");
	__builtin_unreachable();
}

__attribute__((used)) void linux_start(const struct launch_info *info)
{
	if (info->version != LAUNCH_VERSION) {
		machine.info.output_fd = info->output_fd;
		wedge_fatal("the launcher is of another version: build both from one source");
	}
	machine.info = *info;
	/* All segments of a kernel are loaded at one distance. */
	machine.window_alias = (uint32_t)(WEDGE_BASE - (wedge_header.segments[0].vaddr -
							wedge_header.segments[0].paddr));
	check("no new privileges", host_call5(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	find_xstate();
	find_processors();
	zygote_start();
	memory_init();
	make_stacks();
	__asm__ volatile("movq %0, %%rsp; jmp linux_begin" : : "r"(LINUX_STACK_TOP) : "memory");
}

/* Events first; then user code, as long as it is its turn; returns to run the kernel. */
void linux_leave(struct vcpu *v)
{
	for (;;) {
		while (v->events.pending && vcpu_interrupts_on(v)) {
			events_handle(v);
			core_deliver_interrupts(v);
		}
		debug_checkpoint(v);
		if (!vcpu_in_user(v))
			return;
		run_user_code(v);
	}
}

/*
 * The gate of iret leaves the frame on top of the guest's stack. A 32-bit kernel calls the gate: a
 * fault shows the call. A 64-bit kernel jumps to it.
 */
void linux_interrupt_return(struct vcpu *v)
{
	if (!ARCH_LONG_MODE)
		v->rip -= SITE_CALL_LENGTH;
	arch_interrupt_return(v, ARCH_WORD_SIZE);
}

/* A fault of guest kernel code. */
void linux_trapped(struct vcpu *v)
{
	if (v->trap == X86_TRAP_GP && bases_fault(v))
		return;
	if (v->trap == X86_TRAP_DB && !core_stepped(v))
		return;
	if (debug_takes(v))
		return;
	/* A page fault would be repeated for ever; kernels take this for a bad address of a user.
	 */
	if (v->trap == X86_TRAP_PF && view_cannot_have(v, linux_of(v)->fault_address)) {
		exception_gp(v, 0);
		return;
	}
	core_trap(v, linux_of(v)->fault_address);
}
