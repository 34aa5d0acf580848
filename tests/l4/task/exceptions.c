/*
 * Exceptions of a child: the message, and that an answer sets the registers.
 *
 * Invariant: what the manual leaves open (the error word of exceptions without one) is not printed.
 */
#include "task.h"

static const word ip_in_child_mask = 0xfff;

static void divide(void)
{
	__asm__ volatile("movl $0x11, %%ebx\n\tmovl $0x12, %%esi\n\tmovl $0x13, %%edi\n\t"
			 "xorl %%ecx, %%ecx\n\tmovl $0x14, %%eax\n\txorl %%edx, %%edx\n\t"
			 "divl %%ecx" ::
				 : "eax", "ebx", "ecx", "edx", "esi", "edi");
	child_done(1, 1);
}

static void interrupt_80(void)
{
	word result = 5;
	__asm__ volatile("int $0x80" : "+a"(result));
	child_done(result, 0);
}

#define INSTRUCTION(name, text)                                                                    \
	static void name(void)                                                                     \
	{                                                                                          \
		__asm__ volatile(text ::: "eax", "ecx", "edx", "memory", "cc");                    \
		child_done(0x600d, 0);                                                             \
	}

INSTRUCTION(clear_interrupts, "cli")
INSTRUCTION(set_interrupts, "sti")
INSTRUCTION(halt, "hlt")
INSTRUCTION(breakpoint, "int3")
INSTRUCTION(breakpoint_long, ".byte 0xcd, 3")
INSTRUCTION(overflow, "movb $0x7f, %%al\n\taddb $1, %%al\n\tinto")
INSTRUCTION(bound, "sub $8, %%esp\n\tmovl $1, (%%esp)\n\tmovl $2, 4(%%esp)\n\tmovl $5, %%eax\n\t"
		   "bound %%eax, (%%esp)\n\tadd $8, %%esp")
INSTRUCTION(load_cr3, "movl %%cr3, %%eax")
INSTRUCTION(clear_ts, "clts")
INSTRUCTION(write_msr, "movl $0xc0000100, %%ecx\n\twrmsr")
INSTRUCTION(interrupt_0, "int $0")
INSTRUCTION(interrupt_ff, "int $0xff")
INSTRUCTION(interrupt_20, "int $0x20")
INSTRUCTION(step, "pushfl\n\torl $0x100, (%%esp)\n\tpopfl\n\tnop\n\tnop")
INSTRUCTION(far_call, "lcall $0x13, $0")
INSTRUCTION(bad_return, "pushl $0x13\n\tpushl $0\n\tlret")

/* The exception, and the next event when it is answered with the IP moved behind SKIP bytes. */
static void one(const char *name, void (*f)(void), word skip)
{
	struct event e = child_start(f);
	say("exception.%s:", name);
	say_event(&e);
	if (e.from && TAG_LABEL(e.tag) == LABEL_EXCEPTION) {
		word vector = e.words[EX_VECTOR];
		say(" tag %x", e.tag);
		if (vector == 13 || vector == 12 || vector == 11 || vector == 10)
			say(" error %x", e.words[EX_ERROR]);
		e.words[EX_IP] += skip;
		e = child_resume(&e);
		say(", then");
		say_event(&e);
	}
	say("\n");
	child_end();
}

static void registers(void)
{
	struct event e = child_start(divide);
	say("exception.registers: ebx %x esi %x edi %x ecx %x eax %x edx %x flags %x ip %d sp %d\n",
	    e.words[EX_EBX], e.words[EX_ESI], e.words[EX_EDI], e.words[EX_ECX], e.words[EX_EAX],
	    e.words[EX_EDX], e.words[EX_FLAGS] & 0x10602,
	    e.words[EX_IP] - (word)divide < ip_in_child_mask, e.words[EX_ESP] != 0);
	child_end();
	e = child_start(interrupt_80);
	e.words[EX_IP] += 2;
	e.words[EX_EAX] = 0x8888;
	e = child_resume(&e);
	say("exception.answer-sets-eax:");
	say_event(&e);
	say("\n");
	child_end();
}

static void no_handler(void)
{
	x2_utcb()[UTCB_EXCEPTION_HANDLER] = NIL_THREAD;
	__asm__ volatile("int $0x80");
	child_done(1, 0);
}

void cases_exceptions(void)
{
	one("divide", divide, 2);
	one("int80", interrupt_80, 2);
	one("cli", clear_interrupts, 1);
	one("sti", set_interrupts, 1);
	one("hlt", halt, 1);
	one("int3", breakpoint, 1);
	one("int3-long", breakpoint_long, 2);
	one("into", overflow, 0);
	one("bound", bound, 3);
	one("cr3", load_cr3, 3);
	one("clts", clear_ts, 2);
	one("wrmsr", write_msr, 2);
	one("int0", interrupt_0, 2);
	one("intff", interrupt_ff, 2);
	one("int20", interrupt_20, 2);
	one("step", step, 0);
	one("far-call", far_call, 7);
	one("far-return", bad_return, 1);
	registers();
	struct event e = child_start(no_handler);
	say("exception.no-handler:");
	say_event(&e);
	say("\n");
	child_end();
}
