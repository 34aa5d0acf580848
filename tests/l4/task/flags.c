/*
 * Which flags an answer to an exception and ExchangeRegisters change, and what becomes of
 * selectors.
 *
 * Invariant: none of these loads a flat selector into GS: the machine does not survive that.
 */
#include "task.h"

static void tell_flags(void)
{
	word flags;
	__asm__ volatile("int $0x80\n\tpushfl\n\tpopl %0" : "=r"(flags));
	child_done(flags, 0);
}

static void answer_flags(const char *name, word flags)
{
	struct event e = child_start(tell_flags);
	e.words[EX_IP] += 2;
	e.words[EX_FLAGS] = flags;
	e = child_resume(&e);
	say("flags.%s:", name);
	say_event(&e);
	say("\n");
	child_end();
}

static void spin_flags(void)
{
	word flags;
	__asm__ volatile("int $0x80\n\tpushfl\n\tpopl %0" : "=r"(flags));
	child_done(flags, 1);
}

static void exchange_flags(void)
{
	struct event e = child_start(spin_flags);
	struct registers r = {.eax = child(), .ecx = XR_FLAGS, .edi = 0x247fd5};
	x2_exchange_registers(&r);
	say("flags.exchange: control %x old %x", r.ecx, r.edi & 0x247300);
	e.words[EX_IP] += 2;
	e.words[EX_FLAGS] = 0;
	e = child_resume(&e);
	say_event(&e);
	say("\n");
	child_end();
}

static void keep_direction(void)
{
	word flags;
	__asm__ volatile("std\n\tint $0x80\n\tpushfl\n\tcld\n\tpopl %0" : "=r"(flags));
	child_done(flags, 0);
}

#define SELECTOR(name, reg, value)                                                                 \
	static void name(void)                                                                     \
	{                                                                                          \
		word seen;                                                                         \
		__asm__ volatile("movl %1, %%eax\n\tmovw %%ax, %%" reg "\n\t"                      \
				 "xorl %0, %0\n\tmovw %%" reg ", %w0"                              \
				 : "=&c"(seen)                                                     \
				 : "i"(value)                                                      \
				 : "eax", "memory");                                               \
		__asm__ volatile("movw %w0, %%" reg ::"r"(0x23) : "memory");                       \
		child_done(seen, 0);                                                               \
	}

SELECTOR(es_0, "es", 0)
SELECTOR(es_33, "es", 0x33)
SELECTOR(es_2b, "es", 0x2b)
SELECTOR(ds_33, "ds", 0x33)
SELECTOR(fs_0, "fs", 0)
SELECTOR(fs_2b, "fs", 0x2b)
SELECTOR(fs_33, "fs", 0x33)
SELECTOR(fs_1b, "fs", 0x1b)
SELECTOR(fs_kernel, "fs", 0x10)

static void gs_33(void)
{
	word gs, fs;
	__asm__ volatile("movl $0x33, %%eax\n\tmovw %%ax, %%gs\n\tmovl %%gs, %0\n\tmovl %%fs, %1"
			 : "=&c"(gs), "=&d"(fs)::"eax");
	child_done(gs, fs);
}

static void gs_again(void)
{
	word gs;
	__asm__ volatile("movl $0x2b, %%eax\n\tmovw %%ax, %%gs\n\tmovl %%gs, %0"
			 : "=&c"(gs)::"eax");
	child_done(gs, 0);
}

static void all_selectors(void)
{
	word cs, ss, ds, es, fs = 0, gs = 0;
	__asm__ volatile("movl %%cs, %0\n\tmovl %%ss, %1\n\tmovl %%ds, %2\n\tmovl %%es, %3\n\t"
			 "movw %%fs, %4\n\tmovw %%gs, %5"
			 : "=r"(cs), "=r"(ss), "=r"(ds), "=r"(es), "+m"(fs), "+m"(gs));
	child_done((cs & 0xff) << 16 | (ss & 0xff) << 8 | (ds & 0xff),
		   (es & 0xff) << 16 | (fs & 0xff) << 8 | (gs & 0xff));
}

static void one(const char *name, void (*f)(void))
{
	struct event e = child_start(f);
	say("selector.%s:", name);
	say_event(&e);
	if (e.from && TAG_LABEL(e.tag) == LABEL_EXCEPTION)
		say(" error %x", e.words[EX_ERROR]);
	say("\n");
	child_end();
}

/* A child loads FS; the task sees it: nobody saves it. */
static void set_fs_2b(void)
{
	__asm__ volatile("movw %w0, %%fs" ::"r"(0x2b));
	child_done(0, 0);
}

static void shared(void)
{
	word fs;
	child_start(set_fs_2b);
	__asm__ volatile("movl %%fs, %0" : "=r"(fs));
	say("selector.shared: fs %x\n", fs & 0xffff);
	child_end();
	__asm__ volatile("movw %w0, %%fs" ::"r"(0x23));
}

void cases_flags(void)
{
	answer_flags("none", 0);
	answer_flags("arithmetic", 0x8d5);
	answer_flags("direction", 0x400);
	answer_flags("trap", 0x100);
	answer_flags("alignment", 0x40000);
	answer_flags("id", 0x200000);
	answer_flags("nested", 0x4000);
	answer_flags("iopl", 0x3000);
	answer_flags("everything", 0xffffffff);
	exchange_flags();
	struct event e = child_start(keep_direction);
	e.words[EX_IP] += 2;
	e = child_resume(&e);
	say("flags.direction-kept:");
	say_event(&e);
	say("\n");
	child_end();
	one("all", all_selectors);
	one("es-0", es_0);
	one("es-33", es_33);
	one("es-2b", es_2b);
	one("ds-33", ds_33);
	one("fs-0", fs_0);
	one("fs-2b", fs_2b);
	one("fs-33", fs_33);
	one("fs-1b", fs_1b);
	one("fs-kernel", fs_kernel);
	one("gs-33", gs_33);
	one("gs-2b", gs_again);
	shared();
}
