/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * instructions.c - user code tries privileged instructions, ports, flags, and calls of the
 * hypervisor.
 *
 * Invariant: each attempt ends in the guest kernel's own handler, and nothing has changed.
 */
#include "extra.h"
#include "micro.h"
#include "paging.h"

extern const char user_popf[], user_int82[], user_in_serial[];

static word address;

static struct regs run(const char *code)
{
	struct regs regs = user_regs(code);

	regs.di = USER_DATA;
	regs.cx = MSR_EFER;
	address = user_run(&regs, BY_IRET);
	return regs;
}

/* clang-format off */
#define PRIVILEGED(X) \
	X(cli) X(sti) X(hlt) X(inb) X(outb) X(inl_dx) X(insb) X(mov_from_cr0) \
	X(mov_to_cr3) X(mov_to_cr4) X(mov_from_dr) X(clts) X(lgdt) X(lidt) X(ltr) \
	X(rdmsr) X(wrmsr) X(invlpg) X(wbinvd) \
	X(lldt) X(lmsw) X(mov_to_dr) PRIVILEGED_EXTRA(X)
/* clang-format on */

CHECK(user_privileged_instructions)
{
#define DECLARE(name) extern const char try_##name[];
	PRIVILEGED(DECLARE)
#define ENTRY(name) {#name, try_##name},
	static const struct {
		const char *name, *code;
	} tries[] = {PRIVILEGED(ENTRY)};

	for (unsigned int i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		struct regs regs = run(tries[i].code);

		if (regs.vector != TRAP_GP || regs.error || regs.ip != (word)tries[i].code)
			fail("%s: trap %lu error %lx at %lx, expected 13 at %lx", tries[i].name,
			     regs.vector, regs.error, regs.ip, (word)tries[i].code);
	}
}

/* Into ring 0, or into what a hypervisor takes for the kernel's segments. */
CHECK(user_returns_to_kernel)
{
	static const char *const tries[] = {TO_KERNEL};

	for (unsigned int i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		struct regs regs = run(tries[i]);

		if (regs.vector != TRAP_GP || regs.cs != USER_CS)
			fail("try %u: trap %lu error %lx at %lx cs %lx address %lx", i, regs.vector,
			     regs.error, regs.ip, regs.cs, address);
	}
}

CHECK(user_popf_changes_no_privileges)
{
	struct regs regs = user_regs(user_popf);

	regs.ax = 2 | FLAG_IOPL | FLAG_CF;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.ax & (FLAG_IF | FLAG_IOPL | FLAG_CF), FLAG_IF | FLAG_CF);
	expect_is(regs.flags & (FLAG_IF | FLAG_IOPL), FLAG_IF);
}

CHECK(user_int_of_hypervisor)
{
	struct regs regs = run(user_int82);

	expect_is(regs.cs, USER_CS);
	if (regs.vector == TRAP_OF)
		skip("this QEMU has a wrong error code for int n, so Xen takes 0x82 for 4");
	expect_is(regs.vector, TRAP_GP);
}

/* Ports that the I/O permission bitmap opens (SDM 1 section 19.5.2). */
CHECK(user_port_in_bitmap)
{
	struct regs regs;
	uint8_t before = inb(0x3fb);

	tss.bitmap[0x3fb / 8] &= (uint8_t) ~(1 << (0x3fb & 7));
	regs = run(user_in_serial);
	tss.bitmap[0x3fb / 8] = 0xff;
	expect_is(regs.vector, TRAP_END);
	expect_is(regs.ax & 0xff, before);
	regs = run(user_in_serial);
	expect_is(regs.vector, TRAP_GP);
}

/* An access of several bytes needs the bit of each. */
CHECK(user_wide_port_in_bitmap)
{
	extern const char try_inl_dx[];
	struct regs regs = user_regs(try_inl_dx);

	tss.bitmap[0x80 / 8] = 0xf8;
	regs.dx = 0x80;
	user_run(&regs, BY_IRET);
	expect_is(regs.vector, TRAP_GP);
	tss.bitmap[0x80 / 8] = 0xf0;
	user_run(&regs, BY_IRET);
	tss.bitmap[0x80 / 8] = 0xff;
	expect_is(regs.vector, TRAP_END);
}

CHECK(user_ports_without_bitmap)
{
	uint16_t before = tss.bitmap_base;
	struct regs regs;

	tss.bitmap[0x3fb / 8] = 0;
	tss.bitmap_base = 0xffff;
	regs = run(user_in_serial);
	tss.bitmap_base = before;
	tss.bitmap[0x3fb / 8] = 0xff;
	expect_is(regs.vector, TRAP_GP);
}
