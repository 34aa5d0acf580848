/*
 * What user code does wrong becomes a message to its pager or its exception handler, section 6 and
 * appendix A of the X.2 manual; what the original handles itself or does not survive is the same
 * here.
 *
 * Invariant: the handlers of faults read user memory only at the instruction that was just
 * executed.
 */
#include "kernel.h"
#include "call.h"

#define LABEL_PAGE_FAULT 0xffe0u
#define LABEL_EXCEPTION	 0xffb0u
#define FAULT_WRITE	 2u
#define USER_FLAGS	 0x8d5u
#define EXCEPTION_WORDS	 12
#define KIP_VERSION	 0x84050000u
#define KERNEL_ID	 0x04020000u

/* An entry with ES at the UTCB's segment: the original copies with it and is lost. */
static void check_es(const struct tcb *t)
{
	if ((t->frame.es & 0xffff) == USER_UTCB)
		dead();
}

void fault_page(struct tcb *t, word address)
{
	check_es(t);
	if (address >= KERNEL_BASE)
		dead();
	if (t->space == sigma0_space) {
		map_sigma0(address);
		return;
	}
	word access = t->frame.error & FAULT_WRITE ? RIGHT_WRITE : RIGHT_READ | RIGHT_EXECUTE;
	t->message[0] = (LABEL_PAGE_FAULT | access) << 16 | 2;
	t->message[1] = address;
	t->message[2] = t->frame.eip;
	ipc_for(t, t->words[UTCB_PAGER], OP_FAULT);
}

void fault_exception(struct tcb *t)
{
	check_es(t);
	const struct frame *f = &t->frame;
	const word words[] = {LABEL_EXCEPTION << 16 | EXCEPTION_WORDS,
			      f->eip,
			      f->eflags,
			      f->vector,
			      f->error,
			      f->edi,
			      f->esi,
			      f->ebp,
			      f->esp,
			      f->ebx,
			      f->edx,
			      f->ecx,
			      f->eax};
	for (word i = 0; i <= EXCEPTION_WORDS; i++)
		t->message[i] = words[i];
	ipc_for(t, t->words[UTCB_HANDLER], OP_EXCEPTION);
}

void exception_answer(struct tcb *t, const word *words)
{
	struct frame *f = &t->frame;
	f->eip = words[1];
	f->eflags = (f->eflags & ~USER_FLAGS) | (words[2] & USER_FLAGS);
	f->edi = words[5];
	f->esi = words[6];
	f->ebp = words[7];
	f->esp = words[8];
	f->ebx = words[9];
	f->edx = words[10];
	f->ecx = words[11];
	f->eax = words[12];
}

void fault_undefined(struct tcb *t)
{
	struct frame *f = &t->frame;
	const uint8_t *code = (const uint8_t *)f->eip;
	/* `lock; nop` asks where the kernel interface page is. */
	if (code[0] != 0xf0 || code[1] != 0x90)
		dead();
	f->eax = t->space->kip_area;
	f->ecx = KIP_VERSION;
	f->edx = 0;
	f->esi = KERNEL_ID;
	f->eip += 2;
}

static word selector(bool gs)
{
	word value = 0;
	if (gs)
		__asm__ volatile("movw %%gs, %w0" : "+r"(value));
	else
		__asm__ volatile("movw %%fs, %w0" : "+r"(value));
	return value;
}

static void reset_selectors(struct frame *f)
{
	__asm__ volatile("movl %0, %%fs\n\tmovl %1, %%gs" ::"r"(USER_DATA), "r"(USER_UTCB));
	f->ds = f->es = USER_DATA;
}

/* Privileged spaces read and write model-specific registers. */
static bool emulate_msr(struct tcb *t, uint8_t code)
{
	struct frame *f = &t->frame;
	if (!is_privileged(t->space))
		return false;
	if (code == 0x30)
		__asm__ volatile("wrmsr" ::"c"(f->ecx), "a"(f->eax), "d"(f->edx));
	else
		__asm__ volatile("rdmsr" : "=a"(f->eax), "=d"(f->edx) : "c"(f->ecx));
	f->eip += 2;
	return true;
}

/* A load of a bad selector: all get their usual values, and the instruction is skipped. */
static bool skip_load(struct tcb *t, word length)
{
	reset_selectors(&t->frame);
	t->frame.eip += length;
	return true;
}

static bool emulate(struct tcb *t)
{
	const uint8_t *code = (const uint8_t *)t->frame.eip;
	switch (code[0]) {
	case 0x0f:
		if (code[1] == 0x30 || code[1] == 0x32)
			return emulate_msr(t, code[1]);
		return (code[1] == 0xa1 || code[1] == 0xa9) && skip_load(t, 2); /* pop fs, gs */
	case 0x8e:
		return skip_load(t, 2);
	case 0x07: /* pop es, ss, ds */
	case 0x17:
	case 0x1f:
		return skip_load(t, 1);
	default:
		return ports_fault(t);
	}
}

void fault_protection(struct tcb *t)
{
	struct frame *f = &t->frame;
	check_es(t);
	bool nil = !(f->ds & 0xffff) || !(f->es & 0xffff) || !selector(false) || !selector(true);
	if (!f->error && nil) {
		reset_selectors(f);
		return;
	}
	if (!emulate(t))
		fault_exception(t);
}
