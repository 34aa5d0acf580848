/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.c - a rewritten instruction changes exactly what the instruction changes: every kind of
 * site runs with interrupts off and on, with all flags set and all clear, and every register that
 * it does not name must come out as it went in.
 *
 * Invariant: registers and flags are set and read by code that is not annotated (raw.h).
 */
#include "micro.h"
#include "raw.h"

#define BIT(n) (1u << (n))

/* The flags that raw_call() can see everywhere; IF is the platform's own there. */
#define SEEN_FLAGS (ARITHMETIC_FLAGS | FLAG_DF)

/* Registers a site needs: number and value. */
struct input {
	unsigned int reg;
	uint64_t value;
};

struct site {
	void (*code)(void);
	struct input in[4];
	unsigned int inputs;
	unsigned int changes; /* registers, BIT(RAX) ... */
	uint64_t changes_flags;
};

static void fill(struct raw_state *s, const struct site *site, bool flags_set)
{
	for (unsigned int i = 0; i < RAW_REGISTERS; i++)
		s->r[i] = 0x0101010101010101ul * (0x10 + i) ^ 0xdead000000000000;
	for (unsigned int i = 0; i < site->inputs; i++)
		s->r[site->in[i].reg] = site->in[i].value;
	s->flags = 2 | (flags_set ? SEEN_FLAGS : 0);
}

static void run_once(const struct site *site, bool flags_set, bool interrupts)
{
	static struct raw_state before, after;
	bool interrupts_after;

	fill(&before, site, flags_set);
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
			fail("register %u became %lx, was %lx (flags %x, interrupts %u)", i,
			     after.r[i], before.r[i], flags_set, interrupts);
	}
	if ((after.flags ^ before.flags) & SEEN_FLAGS & ~site->changes_flags)
		fail("flags became %lx, were %lx (interrupts %u)", after.flags, before.flags,
		     interrupts);
	expect_is(after.rsp, 0);
	if (!(site->changes_flags & FLAG_IF))
		expect_is(interrupts_after, interrupts);
}

static void run_site(const struct site *site)
{
	for (unsigned int variant = 0; variant < 4; variant++)
		run_once(site, variant & 1, variant & 2);
}

#define IN(n, v)                                                                                   \
	{                                                                                          \
		n, v                                                                               \
	}
#define COUNT(...) (sizeof((struct input[]){__VA_ARGS__}) / sizeof(struct input))

/* SITE(name, changed registers, changed flags, inputs...) */
#define SITE(name, regs, flags, ...)                                                               \
	extern void site_##name(void);                                                             \
	CHECK(site_keeps_##name)                                                                   \
	{                                                                                          \
		const struct site site = {                                                         \
			site_##name, {__VA_ARGS__}, COUNT(__VA_ARGS__), regs, flags};              \
		run_site(&site);                                                                   \
	}

static char buffer[64] __attribute__((aligned(64)));
static struct __attribute__((packed)) {
	uint16_t limit;
	uint64_t base;
	char rest[22];
} table;

#define NOTHING IN(RAX, 0)

SITE(cli, 0, FLAG_IF, NOTHING)
SITE(sti, 0, FLAG_IF, NOTHING)
SITE(sti_cli, 0, FLAG_IF, NOTHING)
SITE(pushf, 0, 0, NOTHING)
SITE(popf, 0, SEEN_FLAGS | FLAG_IF, IN(RBX, 2))
SITE(in_imm, BIT(RAX), 0, NOTHING)
SITE(in_dx, BIT(RAX), 0, IN(RDX, 0x3fb))
SITE(inw_dx, BIT(RAX), 0, IN(RDX, 0x2f8))
SITE(inl_dx, BIT(RAX), 0, IN(RDX, 0xcf8))
SITE(out_imm, 0, 0, NOTHING)
SITE(out_dx, 0, 0, IN(RDX, 0x80))
SITE(outl_dx, 0, 0, IN(RDX, 0xcf8), IN(RAX, 0))
SITE(insb, BIT(RDI), 0, IN(RDX, 0x3fb), IN(RDI, (uint64_t)buffer + 32))
SITE(rep_insb, BIT(RDI) | BIT(RCX), 0, IN(RDX, 0x3fb), IN(RDI, (uint64_t)buffer + 32), IN(RCX, 5))
SITE(rep_outsw, BIT(RSI) | BIT(RCX), 0, IN(RDX, 0x2f8), IN(RSI, (uint64_t)buffer + 32), IN(RCX, 5))
SITE(mov_from_cr0, BIT(R9), ARITHMETIC_FLAGS, NOTHING)
SITE(mov_from_cr2, BIT(RAX), ARITHMETIC_FLAGS, NOTHING)
SITE(mov_from_cr3, BIT(RBP), ARITHMETIC_FLAGS, NOTHING)
SITE(mov_from_cr4, BIT(R15), ARITHMETIC_FLAGS, NOTHING)
SITE(mov_to_cr0, 0, ARITHMETIC_FLAGS, IN(R9, read_cr0()))
SITE(mov_to_cr2, 0, ARITHMETIC_FLAGS, IN(R11, 0x1234))
SITE(mov_to_cr3, 0, ARITHMETIC_FLAGS, IN(RAX, read_cr3()))
SITE(mov_to_cr4, 0, ARITHMETIC_FLAGS, IN(R12, read_cr4()))
SITE(mov_from_dr, BIT(R14), ARITHMETIC_FLAGS, NOTHING)
SITE(mov_to_dr, 0, ARITHMETIC_FLAGS, IN(R14, 0x1234))
SITE(clts, 0, 0, NOTHING)
SITE(smsw, BIT(RAX), 0, NOTHING)
SITE(sgdt, 0, 0, IN(RSI, (uint64_t)&table))
SITE(sidt, 0, 0, IN(RSI, (uint64_t)&table))
SITE(sldt, BIT(RCX), 0, NOTHING)
SITE(str, BIT(RDX), 0, NOTHING)
SITE(verr, 0, FLAG_ZF, IN(RAX, USER_DS))
SITE(verw, 0, FLAG_ZF, IN(RAX, USER_DS))
SITE(lar, BIT(RBX), FLAG_ZF, IN(RAX, USER_DS))
SITE(lsl, BIT(RCX), FLAG_ZF, IN(RAX, USER_DS))
SITE(mov_to_ds, 0, 0, IN(RAX, USER_DS))
SITE(mov_to_ss, 0, 0, IN(RAX, KERNEL_DS))
SITE(mov_from_cs, BIT(RBX), 0, NOTHING)
SITE(mov_from_ss, BIT(RBX), 0, NOTHING)
SITE(mov_from_ds, BIT(RBX), 0, NOTHING)
SITE(push_pop_fs, 0, 0, NOTHING)
SITE(swapgs_twice, 0, 0, NOTHING)
SITE(invlpg, 0, 0, IN(RSI, (uint64_t)buffer))
SITE(wbinvd, 0, 0, NOTHING)
SITE(rdmsr, BIT(RAX) | BIT(RDX), 0, IN(RCX, MSR_STAR))
SITE(wrmsr, 0, 0, IN(RCX, MSR_CSTAR), IN(RAX, 0x81000000), IN(RDX, 0xffffffff))
SITE(cpuid, BIT(RAX) | BIT(RBX) | BIT(RCX) | BIT(RDX), 0, NOTHING)
SITE(iretq, BIT(RBP), SEEN_FLAGS | FLAG_IF, IN(RBX, 2))
SITE(lretq, BIT(RBP), 0, NOTHING)

static bool go_on(struct regs *regs)
{
	(void)regs;
	return true;
}

extern void site_int(void);
CHECK(site_keeps_int)
{
	const struct site site = {.code = site_int};

	trap_hooks[0x77] = go_on;
	run_site(&site);
}

extern void site_lgdt(void), site_lidt(void);
CHECK(site_keeps_lgdt)
{
	struct site site = {site_lgdt, {IN(RSI, (uint64_t)&table)}, 1, 0, 0};

	__asm__ volatile("sgdt %0" : "=m"(table));
	run_site(&site);
}

CHECK(site_keeps_lidt)
{
	struct site site = {site_lidt, {IN(RSI, (uint64_t)&table)}, 1, 0, 0};

	__asm__ volatile("sidt %0" : "=m"(table));
	run_site(&site);
}

/* What sites return is not checked above; for in and rdmsr the unchanged halves matter. */
CHECK(site_in_keeps_upper_bytes)
{
	static struct raw_state s;
	extern void site_in_dx(void);

	s = (struct raw_state){.flags = 2};
	s.r[RAX] = 0x1122334455667788;
	s.r[RDX] = 0x3fb;
	raw_call((const void *)site_in_dx, &s);
	expect_is(s.r[RAX] & ~0xfful, 0x1122334455667700);
}

/* Strings go downwards with DF; raw_call runs them with the flag as given. */
CHECK(site_insb_follows_direction)
{
	static struct raw_state s;
	extern void site_rep_insb(void);

	s = (struct raw_state){.flags = 2 | FLAG_DF};
	s.r[RDX] = 0x3fb;
	s.r[RDI] = (uint64_t)buffer + 32;
	s.r[RCX] = 5;
	raw_call((const void *)site_rep_insb, &s);
	expect_is(s.r[RDI], (uint64_t)buffer + 27);
	expect_is(s.r[RCX], 0);
}
