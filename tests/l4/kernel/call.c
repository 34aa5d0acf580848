/*
 * Which call it is: the `int` in the caller's own copy of the kernel interface page tells.
 *
 * Invariant: a call from anywhere else does nothing.
 */
#include "call.h"

#define ENTRY_SIZE 16
#define INT_LENGTH 2

void call_ipc(struct frame *f)
{
	/* The entry took the caller's address from the stack. */
	f->eip = f->ebx;
	ipc(current, f->eax, f->edx, f->ecx);
}

static void call_unmap(struct frame *f)
{
	struct tcb *t = current;
	t->words[0] = f->esi;
	word count = f->eax & 0x3f;
	bool flush = f->eax & 0x40;
	for (word i = 0; i <= count; i++) {
		word fpage = t->words[i];
		bool is_ports = (fpage & 0x3f0) == 0x20;
		if (is_ports)
			ports_unmap(t->space, fpage, flush);
		else
			t->words[i] = unmap(t->space, fpage, flush);
	}
	f->esi = t->words[0];
}

static void call_thread_switch(struct frame *f)
{
	(void)f;
	rotate();
}

static void call_processor_control(struct frame *f)
{
	if (!is_privileged(current->space))
		refuse(f, E_PRIVILEGE);
	else
		f->eax = 1;
}

/* Attributes are taken and ignored: a processor under emulation has no caches to see. */
static void call_memory_control(struct frame *f)
{
	call_processor_control(f);
}

void call_other(struct frame *f)
{
	extern char kip_calls[]; /* an offset */
	static void (*const calls[])(struct frame *) = {
		call_space_control,  call_thread_control, call_processor_control,
		call_memory_control, call_unmap,	  call_exchange_registers,
		call_thread_switch,  call_schedule,
	};
	word offset = f->eip - INT_LENGTH - current->space->kip_area - (word)kip_calls;
	if (offset % ENTRY_SIZE == 0 && offset / ENTRY_SIZE < sizeof calls / sizeof *calls)
		calls[offset / ENTRY_SIZE](f);
}
