/*
 * The kernel's calls, by the entries that the kernel interface page names.
 *
 * Invariant: after a call that succeeded, MR0..2 of the UTCB are those of the message, though the
 * kernel hands them over in registers.
 */
#include "x2.h"

static word kip;

struct registers x2_init(void)
{
	struct registers r = {0};
	__asm__ volatile("lock; nop" : "=a"(r.eax), "=c"(r.ecx), "=d"(r.edx), "=S"(r.esi));
	kip = r.eax;
	return r;
}

word x2_kip(word offset)
{
	return *(volatile word *)(kip + offset);
}

word *x2_utcb(void)
{
	word *utcb;
	__asm__ volatile("movl %%gs:0, %0" : "=r"(utcb));
	return utcb;
}

static void call(word offset, struct registers *r)
{
	x2_call(kip + x2_kip(offset), r);
}

word x2_ipc_entry(word kip_entry, word to, word from, word timeouts)
{
	word *utcb = x2_utcb();
	struct registers r = {
		.eax = to, .edx = from, .ecx = timeouts, .esi = utcb[0], .edi = (word)utcb};
	call(kip_entry, &r);
	utcb[0] = r.esi;
	if (from != NIL_THREAD && !(r.esi & TAG_ERROR)) {
		utcb[1] = r.ebx;
		utcb[2] = r.ebp;
	}
	return r.eax;
}

word x2_ipc(word to, word from, word timeouts)
{
	return x2_ipc_entry(KIP_IPC, to, from, timeouts);
}

bool x2_thread_control(word thread, word space, word scheduler, word pager, word utcb)
{
	struct registers r = {
		.eax = thread, .esi = space, .edx = scheduler, .ecx = pager, .edi = utcb};
	call(KIP_THREAD_CONTROL, &r);
	return r.eax == 1;
}

bool x2_space_control(word space, word kip_fpage, word utcb_fpage)
{
	struct registers r = {.eax = space, .edx = kip_fpage, .esi = utcb_fpage};
	call(KIP_SPACE_CONTROL, &r);
	return r.eax == 1;
}

void x2_exchange_registers(struct registers *r)
{
	call(KIP_EXCHANGE_REGISTERS, r);
}

void x2_unmap(word control)
{
	word *utcb = x2_utcb();
	struct registers r = {.eax = control, .esi = utcb[0], .edi = (word)utcb};
	call(KIP_UNMAP, &r);
	utcb[0] = r.esi;
}

word x2_schedule(word thread, word time, word processor, word priority, word preemption)
{
	struct registers r = {
		.eax = thread, .edx = time, .esi = processor, .ecx = priority, .edi = preemption};
	call(KIP_SCHEDULE, &r);
	return r.eax;
}

void x2_yield(void)
{
	struct registers r = {.eax = NIL_THREAD};
	call(KIP_THREAD_SWITCH, &r);
}

uint64_t x2_clock(void)
{
	struct registers r = {0};
	call(KIP_SYSTEM_CLOCK, &r);
	return (uint64_t)r.edx << 32 | r.eax;
}
