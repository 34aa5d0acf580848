/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.c - a rewritten instruction changes exactly what the instruction changes: every kind of
 * site runs with interrupts off and on, with all flags set and all clear, and every register that
 * it does not name must come out as it went in. So does the stack pointer, whatever it holds, and
 * nothing is written where it points.
 *
 * Invariant: registers and flags are set and read by code that is not annotated (raw.h).
 */
#include "paging.h"
#include "sites.h"

char site_buffer[64] __attribute__((aligned(64)));

static void fill(struct raw_state *s, const struct site *site, bool flags_set, word sp)
{
	for (unsigned int i = 0; i < RAW_REGISTERS; i++)
		s->r[i] = (word)(0x0101010101010101 * (0x10 + i) ^ 0xdead000000000000);
	for (unsigned int i = 0; i < site->inputs; i++)
		s->r[site->in[i].reg] = site->in[i].value;
	s->flags = 2 | (flags_set ? SEEN_FLAGS : 0);
	s->sp = sp;
}

static void run_once(const struct site *site, bool flags_set, bool interrupts, word sp)
{
	static struct raw_state before, after;
	bool interrupts_after;

	fill(&before, site, flags_set, sp);
	/* The processor's own flag must stay as it is: popf of raw_call would change it. */
	if (interrupts) {
		before.flags |= FLAG_IF;
		sti();
	}
	after = before;
	raw_call((const void *)site->code, &after);
	interrupts_after = read_flags() & FLAG_IF;
	cli();
	for (unsigned int i = 0; i < RAW_REGISTERS; i++) {
		if (!(site->changes & BIT(i)) && after.r[i] != before.r[i])
			fail("register %u became %lx, was %lx (flags %x, interrupts %u, stack "
			     "%lx)",
			     i, after.r[i], before.r[i], flags_set, interrupts, sp);
	}
	if ((after.flags ^ before.flags) & SEEN_FLAGS & ~site->changes_flags)
		fail("flags became %lx, were %lx (interrupts %u, stack %lx)", after.flags,
		     before.flags, interrupts, sp);
	expect_is(after.sp, 0);
	if (!(site->changes_flags & FLAG_IF))
		expect_is(interrupts_after, interrupts);
}

enum { RUBBISH = 0x6b };

/* Two pages: one as user code has for its stack, and one that nobody can write. */
#define NO_STACK (USER_DATA + 16 * PAGE)

static unsigned char *user_page(void)
{
	static unsigned char *page;

	if (!page) {
		page = page_new();
		memset(page, RUBBISH, PAGE);
		map(NO_STACK, physical(page), PTE_W | PTE_U);
		map(NO_STACK + PAGE, physical(page_new()), 0);
	}
	return page;
}

/* As between user code and kernel: on the user's stack, or with something else in the register. */
static void run_without_stack(const struct site *site)
{
	const unsigned char *page = user_page();
	const word pointers[] = {0,
				 0x24a000,
				 (word)1 << (8 * WORD - 1),
				 (word)-1,
				 NO_STACK + PAGE / 2,
				 NO_STACK + 2 * PAGE};

	for (unsigned int i = 0; i < 2 * sizeof(pointers) / sizeof(pointers[0]); i++)
		run_once(site, i & 1, false, pointers[i / 2]);
	for (unsigned int i = 0; i < PAGE; i++)
		expect_is(page[i], RUBBISH);
}

void run_site(const struct site *site)
{
	for (unsigned int variant = 0; variant < 4; variant++)
		run_once(site, variant & 1, variant & 2, (word)raw_stack_top);
	if (!site->on_stack)
		run_without_stack(site);
}

static struct {
	struct table_pointer pointer;
	char rest[22];
} table;

SITE(cli, 0, FLAG_IF, NOTHING)
SITE_ON_STACK(sti, 0, FLAG_IF, NOTHING)
SITE_ON_STACK(sti_cli, 0, FLAG_IF, NOTHING)
SITE_ON_STACK(pushf, 0, 0, NOTHING)
SITE_ON_STACK(popf, 0, SEEN_FLAGS | FLAG_IF, IN(BX, 2))
SITE(in_imm, BIT(AX), 0, NOTHING)
SITE(in_dx, BIT(AX), 0, IN(DX, 0x3fb))
SITE(inw_dx, BIT(AX), 0, IN(DX, 0x2f8))
SITE(inl_dx, BIT(AX), 0, IN(DX, 0xcf8))
SITE(out_imm, 0, 0, NOTHING)
SITE(out_dx, 0, 0, IN(DX, 0x80))
SITE(outl_dx, 0, 0, IN(DX, 0xcf8), IN(AX, 0))
SITE(insb, BIT(DI), 0, IN(DX, 0x3fb), IN(DI, (word)site_buffer + 32))
SITE(rep_insb, BIT(DI) | BIT(CX), 0, IN(DX, 0x3fb), IN(DI, (word)site_buffer + 32), IN(CX, 5))
SITE(rep_outsw, BIT(SI) | BIT(CX), 0, IN(DX, 0x2f8), IN(SI, (word)site_buffer + 32), IN(CX, 5))
SITE(mov_from_cr0, BIT(CX), ARITHMETIC_FLAGS, NOTHING)
SITE(mov_from_cr2, BIT(AX), ARITHMETIC_FLAGS, NOTHING)
SITE(mov_from_cr3, BIT(BP), ARITHMETIC_FLAGS, NOTHING)
SITE(mov_from_cr4, BIT(DI), ARITHMETIC_FLAGS, NOTHING)
SITE(mov_to_cr0, 0, ARITHMETIC_FLAGS, IN(CX, read_cr0()))
SITE(mov_to_cr2, 0, ARITHMETIC_FLAGS, IN(SI, 0x1234))
SITE(mov_to_cr3, 0, ARITHMETIC_FLAGS, IN(AX, read_cr3()))
SITE(mov_to_cr4, 0, ARITHMETIC_FLAGS, IN(BX, read_cr4()))
SITE(mov_from_dr, BIT(BP), ARITHMETIC_FLAGS, NOTHING)
SITE(mov_to_dr, 0, ARITHMETIC_FLAGS, IN(BP, 0x1234))
SITE(clts, 0, 0, NOTHING)
SITE(smsw, BIT(AX), 0, NOTHING)
SITE(sgdt, 0, 0, IN(SI, (word)&table))
SITE(sidt, 0, 0, IN(SI, (word)&table))
SITE(sldt, BIT(CX), 0, NOTHING)
SITE(str, BIT(DX), 0, NOTHING)
SITE(verr, 0, FLAG_ZF, IN(AX, USER_DS))
SITE(verw, 0, FLAG_ZF, IN(AX, USER_DS))
SITE(lar, BIT(BX), FLAG_ZF, IN(AX, USER_DS))
SITE(lsl, BIT(CX), FLAG_ZF, IN(AX, USER_DS))
SITE(mov_to_ss, 0, 0, IN(AX, KERNEL_DS))
SITE(mov_from_cs, BIT(BX), 0, NOTHING)
SITE(mov_from_ss, BIT(BX), 0, NOTHING)
SITE(mov_from_ds, BIT(BX), 0, NOTHING)
SITE(invlpg, 0, 0, IN(SI, (word)site_buffer))
SITE(wbinvd, 0, 0, NOTHING)
SITE(cpuid, BIT(AX) | BIT(BX) | BIT(CX) | BIT(DX), 0, NOTHING)

static bool go_on(struct regs *regs)
{
	(void)regs;
	return true;
}

extern void site_int(void);
CHECK(site_keeps_int)
{
	const struct site site = {.code = site_int, .on_stack = true};

	trap_hooks[0x77] = go_on;
	run_site(&site);
}

extern void site_lgdt(void), site_lidt(void);
CHECK(site_keeps_lgdt)
{
	struct site site = {site_lgdt, {IN(SI, (word)&table)}, 1, 0, 0, false};

	__asm__ volatile("sgdt %0" : "=m"(table.pointer));
	run_site(&site);
}

CHECK(site_keeps_lidt)
{
	struct site site = {site_lidt, {IN(SI, (word)&table)}, 1, 0, 0, false};

	__asm__ volatile("sidt %0" : "=m"(table.pointer));
	run_site(&site);
}

/* As KPTI's entry does it, with the user's page table still loaded: no other register is free. */
CHECK(site_cr3_by_the_stack_pointer)
{
	static struct raw_state s, before;
	extern void site_cr3_by_sp(void);
	word cr3 = read_cr3();

	for (unsigned int i = 0; i < RAW_REGISTERS; i++)
		before.r[i] = 0x1111 * (i + 1);
	before.flags = 2 | SEEN_FLAGS;
	before.sp = NO_STACK;
	s = before;
	raw_call((const void *)site_cr3_by_sp, &s);
	expect_is(s.sp, cr3 - NO_STACK);
	expect_is(read_cr3(), cr3);
	for (unsigned int i = 0; i < RAW_REGISTERS; i++)
		expect_is(s.r[i], before.r[i]);
}

/* What sites return is not checked above; for in and rdmsr the unchanged halves matter. */
CHECK(site_in_keeps_upper_bytes)
{
	static struct raw_state s;
	extern void site_in_dx(void);

	s = (struct raw_state){.flags = 2, .sp = (word)raw_stack_top};
	s.r[AX] = (word)0x1122334455667788;
	s.r[DX] = 0x3fb;
	raw_call((const void *)site_in_dx, &s);
	expect_is(s.r[AX] & ~0xfful, (word)0x1122334455667700);
}

/* Strings go downwards with DF; raw_call runs them with the flag as given. */
CHECK(site_insb_follows_direction)
{
	static struct raw_state s;
	extern void site_rep_insb(void);

	s = (struct raw_state){.flags = 2 | FLAG_DF, .sp = (word)raw_stack_top};
	s.r[DX] = 0x3fb;
	s.r[DI] = (word)site_buffer + 32;
	s.r[CX] = 5;
	raw_call((const void *)site_rep_insb, &s);
	expect_is(s.r[DI], (word)site_buffer + 27);
	expect_is(s.r[CX], 0);
}
