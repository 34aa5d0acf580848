/*
 * State of the processor that threads share or do not: the FPU, FS.base, what user code can read.
 *
 * Invariant: FS is 0x23 with base 0 when a case ends.
 */
#include "task.h"

#define MSR_FS_BASE 0xc0000100u

static uint8_t image[512] __attribute__((aligned(16)));
static volatile word words[4];

static void fpu_fresh(void)
{
	__asm__ volatile("fxsave %0" : "=m"(image));
	child_done(*(uint16_t *)image << 16 | *(uint16_t *)(image + 2),
		   image[4] | *(word *)(image + 24) << 8);
}

static void fpu_of_child(void)
{
	__asm__ volatile("fld1\n\tfldpi\n\tfldz");
	set_mr(0, TAG(0x55, 0, 0));
	x2_ipc(ROOT, ROOT, 0);
	word status;
	__asm__ volatile("fnstsw %%ax" : "=a"(status));
	child_done(status & 0x3800, 0);
}

static void fpu(void)
{
	struct event e = child_start(fpu_fresh);
	say("fpu.fresh:");
	say_event(&e);
	say("\n");
	child_end();
	__asm__ volatile("fninit\n\tfld1");
	e = child_start(fpu_of_child);
	word mine;
	__asm__ volatile("fnstsw %%ax" : "=a"(mine));
	say("fpu.own: %x, child", mine & 0x3800);
	set_mr(0, 0);
	e = child_answer();
	say_event(&e);
	__asm__ volatile("fnstsw %%ax\n\tfninit" : "=a"(mine));
	say(", still %x\n", mine & 0x3800);
	child_end();
}

static void set_base(word base)
{
	__asm__ volatile("wrmsr" ::"c"(MSR_FS_BASE), "a"(base), "d"(0));
}

static word base(void)
{
	word low, high;
	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(MSR_FS_BASE));
	return low;
}

static word fs_word(void)
{
	word value;
	__asm__ volatile("movl %%fs:4, %0" : "=r"(value));
	return value;
}

static void answer_once(void)
{
	word from = x2_ipc(NIL_THREAD, ANY_THREAD, 0);
	for (;;)
		from = x2_ipc(from, ANY_THREAD, 0);
}

static void idle_child(void)
{
	set_mr(0, TAG(0x55, 0, 0));
	for (;;)
		x2_ipc(ROOT, ROOT, 0);
}

static void load_fs(void)
{
	__asm__ volatile("movw %w0, %%fs" ::"r"(0x23));
	child_done(0, 0);
}

/* Whether the base that was set is still there, without its value. */
static word kept(void)
{
	return base() == (word)words && fs_word() == 0x2222;
}

static void base_kept(const char *after)
{
	say(", %s %d", after, kept());
	set_base((word)words);
}

static void fs_base(void)
{
	words[1] = 0x2222;
	say("fs.base: was %x", base());
	set_base((word)words);
	base_kept("set");
	word thread = helper(1, answer_once);
	pause();
	base_kept("a thread began");
	set_mr(0, 0);
	x2_ipc(thread, thread, TIMEOUTS(TIME_SECOND, TIME_SECOND));
	base_kept("ipc");
	pause();
	base_kept("ticks");
	child_start(idle_child);
	base_kept("a child began");
	set_mr(0, 0);
	child_answer();
	base_kept("a child's turn");
	child_end();
	child_start(load_fs);
	base_kept("a child loaded fs");
	child_end();
	helper_end(1);
	set_base(0);
	__asm__ volatile("movw %w0, %%fs" ::"r"(0x23));
	say("\n");
}

static void tables(void)
{
	struct {
		uint16_t limit;
		word base;
	} __attribute__((packed)) gdt, idt;
	uint16_t ldt, task, status;
	__asm__ volatile("sgdt %0\n\tsidt %1\n\tsldt %2\n\tstr %3\n\tsmsw %4"
			 : "=m"(gdt), "=m"(idt), "=m"(ldt), "=m"(task), "=m"(status));
	say("tables: gdt %x idt %x ldt %x task %x status %x\n", gdt.limit, idt.limit, ldt, task,
	    status & 0xfff7);
	word code, data, utcb;
	__asm__("lar %1, %0" : "=r"(code) : "r"(0x1b));
	__asm__("lar %1, %0" : "=r"(data) : "r"(0x23));
	__asm__("lar %1, %0" : "=r"(utcb) : "r"(0x2b));
	say("tables.rights: %x %x %x", code, data, utcb);
	__asm__("lsl %1, %0" : "=r"(code) : "r"(0x1b));
	__asm__("lsl %1, %0" : "=r"(data) : "r"(0x23));
	__asm__("lsl %1, %0" : "=r"(utcb) : "r"(0x2b));
	say(" limits %x %x %x\n", code, data, utcb);
}

void cases_processor(void)
{
	fpu();
	fs_base();
	tables();
}
