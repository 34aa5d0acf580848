/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - the L4 back end's start: the root program calls it; and what K does when it enters and
 * leaves the wedge.
 *
 * Invariant: all memory and all ports are the root task's, and nothing of the root program is
 * mapped any more, before guest code runs.
 */
#include <afterburn/sites.h>
#include <wedge/arch.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "console.h"
#include "fpu.h"
#include "l4.h"

/* The first bytes of the image; afterburn pack fills in the rest (bundle.h). */
__attribute__((section(".header"), used)) struct afterburn_wedge_header wedge_header = {
	.magic = AFTERBURN_WEDGE_MAGIC,
	.version = AFTERBURN_BUNDLE_VERSION,
	.sites_version = AFTERBURN_SITES_VERSION,
	.width = 32,
	.entry = ROOT_WEDGE_ENTRY,
	.platform = "l4",
};

_Static_assert(sizeof(wedge_header) <= ROOT_WEDGE_ENTRY, "the header ends in front of the entry");
_Static_assert(sizeof(struct vcpu) <= WEDGE_VCPU_PAGES * X86_PAGE_SIZE, "fits");

struct l4_machine machine;

void l4_main(const struct root_info *info);
void l4_entered(struct vcpu *v);
void l4_leave(struct vcpu *v);
void l4_interrupt_return(struct vcpu *v);

/*
 * The kernel's description: its identity, date and version, 16 bytes; its name and then each of its
 * features as a string, until an empty one (section 1.1).
 */
static void need_feature(const char *name, const char *why)
{
	const char *at = (const char *)(X2_KIP + x2_kip(X2_KIP_DESCRIPTION) + 16);

	for (at += strlen(at) + 1; *at; at += strlen(at) + 1) {
		if (!memcmp(at, name, strlen(name) + 1))
			return;
	}
	wedge_fatal("this L4 kernel was built without %s, %s", name, why);
}

/* What the boot loader and the root program have left below the guest kernel's addresses. */
static void clear_low_addresses(void)
{
	*x2_mr(L4_K_UTCB, 0) = X2_FPAGE(0, 31) | X2_RIGHTS;
	x2_unmap(X2_UNMAP_FLUSH, L4_K_UTCB);
}

__attribute__((used)) void l4_main(const struct root_info *info)
{
	struct vcpu *v = vcpu_this();

	v->events.masked = 1;
	v->in_wedge = 1;
	v->backend = &machine;
	if (info->version != ROOT_VERSION)
		wedge_fatal("the root program is of another version: build both from one source");
	if (!x2_init())
		wedge_fatal("the kernel interface page is not that of an L4 X.2 kernel");
	need_feature("pagerexregs", "by which the wedge stops user code (CONFIG_X_PAGER_EXREGS)");
	need_feature("ioflexpages",
		     "by which user code is kept from ports (CONFIG_X86_IO_FLEXPAGES)");
	wedge_log("L4, %u MiB", info->memory_mib);
	memory_init(info->memory_mib, info->next_block);
	load_guest(info, &wedge_header);
	ports_init();
	clear_low_addresses();
	x2_schedule(L4_K, L4_PRIORITY_K);
	pager_start();
	irq_start();
	fpu_init();
	spaces_init(v);
	core_start(v, &wedge_header);
	view_note_kernel_text(&wedge_header);
}

/* Guest kernel code was interrupted, or has faulted. */
__attribute__((used)) void l4_entered(struct vcpu *v)
{
	if (machine.entry == L4_ENTRY_EVENT) {
		vcpu_count(v, COUNT_L4_KERNEL_EVENT);
		core_interrupted(v);
		return;
	}
	vcpu_count(v, COUNT_L4_KERNEL_FAULT);
	traps_deliver(v, (uint32_t)v->trap, (uint32_t)v->trap_error, machine.fault_address);
}

/* The site has called the gate, with the frame behind the return address. */
__attribute__((used)) void l4_interrupt_return(struct vcpu *v)
{
	v->rip -= SITE_CALL_LENGTH;
	arch_interrupt_return(v, ARCH_WORD_SIZE);
}

/* Events first; then user code, as long as it is its turn; returns to run the kernel. */
__attribute__((used)) void l4_leave(struct vcpu *v)
{
	for (;;) {
		if (mapping_new)
			mapping_settle(v);
		while (v->events.pending && vcpu_interrupts_on(v)) {
			events_handle(v);
			core_deliver_interrupts(v);
		}
		if (!vcpu_in_user(v)) {
			segments_check(v);
			return;
		}
		run_user_code(v);
	}
}

void backend_console_write(const char *text, size_t size)
{
	console_send(text, size);
}

size_t backend_console_read(char *text, size_t size)
{
	return console_receive(text, size);
}

_Noreturn void backend_end(enum backend_end how)
{
	if (how == BACKEND_POWEROFF)
		console_power_off();
	console_reset_machine();
}
