/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control_test.c - control and debug registers, XCR0, the TLB and the halt (SDM 3A
 * sections 2.5, 2.6, 4.10, 17.2; SDM 2A HLT, LMSW; 2B MOV).
 *
 * Invariant: what the back end is told is checked as well as what the guest reads back.
 */
#include "guest.h"

#include <wedge/cpuid.h>
#include <wedge/machine.h>

enum { RAX = 0, RBX = 3, R15 = 15 };

/* mov %rax, %crN and mov %crN, %rax */
#define TO_CR(n)   0x0f, 0x22, (0xc0 | (n) << 3)
#define FROM_CR(n) 0x0f, 0x20, (0xc0 | (n) << 3)
#define TO_DR(n)   0x0f, 0x23, (0xc0 | (n) << 3)
#define FROM_DR(n) 0x0f, 0x21, (0xc0 | (n) << 3)

static void control_registers_read_back(void **state)
{
	(void)state;
	vcpu.gpr[RAX] = 0x1234567890;
	EXECUTE(TO_CR(2));
	EXECUTE(TO_CR(3));
	assert_int_equal(fake.space_loads, 1);
	vcpu.gpr[RAX] = 0xff;
	EXECUTE(0x44, TO_CR(0)); /* cr8 */
	vcpu.gpr[RAX] = 0;
	EXECUTE(FROM_CR(2));
	assert_int_equal(vcpu.gpr[RAX], 0x1234567890);
	EXECUTE(0x41, 0x0f, 0x20, 0xdf); /* cr3 to r15 */
	assert_int_equal(vcpu.gpr[R15], 0x1234567890);
	EXECUTE(0x44, FROM_CR(0));
	assert_int_equal(vcpu.gpr[RAX], 15);
	EXECUTE(FROM_CR(0));
	assert_int_equal(vcpu.gpr[RAX], vcpu.cr[0]);
}

static void control_registers_that_do_not_exist(void **state)
{
	(void)state;
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, FROM_CR(1));
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, TO_CR(1));
	for (unsigned int n = 5; n < 8; n++) {
		FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, FROM_CR((uint8_t)n));
		FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, TO_CR((uint8_t)n));
	}
	for (unsigned int n = 1; n < 8; n++) {
		FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, 0x44, FROM_CR((uint8_t)n));
		FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, 0x44, TO_CR((uint8_t)n));
	}
}

static void cr0_tells_the_platform_what_changed(void **state)
{
	uint64_t old = vcpu.cr[0];

	(void)state;
	vcpu.gpr[RAX] = (old | X86_CR0_TS) & ~(uint64_t)X86_CR0_ET;
	EXECUTE(TO_CR(0));
	assert_int_equal(vcpu.cr[0], old | X86_CR0_TS); /* ET is always 1 */
	assert_int_equal(fake.cr0_loads, 1);
	assert_int_equal(fake.space_flushes, 0);
	EXECUTE(0x0f, 0x06); /* clts */
	assert_int_equal(vcpu.cr[0], old);
	assert_int_equal(fake.cr0_loads, 2);
	EXECUTE(0x0f, 0x06);
	assert_int_equal(fake.cr0_loads, 2);
	vcpu.gpr[RAX] = old & ~(uint64_t)X86_CR0_WP;
	EXECUTE(TO_CR(0));
	assert_int_equal(fake.space_flushes, 1);
}

static void cr0_refuses_what_hardware_refuses(void **state)
{
	uint64_t old = vcpu.cr[0];
	const uint64_t bad[] = {old & ~(uint64_t)X86_CR0_PE, old | X86_CR0_NW, old | 1ull << 32};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		vcpu.gpr[RAX] = bad[i];
		FAULTS(X86_TRAP_GP, 0, TO_CR(0));
		assert_int_equal(vcpu.cr[0], old);
	}
	vcpu.gpr[RAX] = old & ~(uint64_t)X86_CR0_PG;
	assert_fatal("paging off", guest_emulate(BYTES(TO_CR(0))));
}

/* Without entries in the IDT, and with tables that do not map the entry of system calls, as for
 * kexec. */
static void a_kernel_that_gives_up_its_place_is_stopped(void **state)
{
	uint64_t own = vcpu.cr[3], others = guest_table();

	(void)state;
	vcpu.lstar = GUEST_CODE;
	vcpu.gpr[RAX] = others;
	EXECUTE(TO_CR(3));
	vcpu.cr[3] = vcpu.gpr[RAX] = own;
	vcpu.idt.limit = 0;
	EXECUTE(TO_CR(3));
	vcpu.gpr[RAX] = others;
	assert_fatal("(kexec)", guest_emulate(BYTES(TO_CR(3))));
	vcpu.lstar = 0; /* as before the kernel has set it */
	vcpu.cr[3] = own;
	EXECUTE(TO_CR(3));
}

static void cr4_allows_what_cpuid_shows(void **state)
{
	uint64_t good = X86_CR4_PAE | X86_CR4_PGE | X86_CR4_OSFXSR | X86_CR4_OSXSAVE | X86_CR4_TSD;

	(void)state;
	vcpu.gpr[RAX] = good;
	EXECUTE(TO_CR(4));
	assert_int_equal(vcpu.cr[4], good);
	assert_int_equal(fake.space_flushes, 1); /* PGE */
	assert_int_equal(fake.cr4_loads, 1);
	vcpu.gpr[RAX] = good & ~(uint64_t)X86_CR4_TSD;
	EXECUTE(TO_CR(4));
	assert_int_equal(fake.space_flushes, 1);
	assert_int_equal(fake.cr4_loads, 2); /* user code notices TSD */
	vcpu.gpr[RAX] = vcpu.cr[4] | X86_CR4_DE;
	EXECUTE(TO_CR(4));
	vcpu.gpr[RAX] = good & ~(uint64_t)X86_CR4_TSD;
	EXECUTE(TO_CR(4));
	assert_int_equal(fake.cr4_loads, 2);
	/* UMIP, LA57, VMX, SMX, FSGSBASE, PCID, SMEP, SMAP, PKE, CET, and what nobody knows. */
	for (unsigned int bit = 11; bit < 64; bit++) {
		if (bit == 18)
			continue;
		vcpu.gpr[RAX] = good | 1ull << bit;
		FAULTS(X86_TRAP_GP, 0, TO_CR(4));
	}
	assert_int_equal(vcpu.cr[4], good & ~(uint64_t)X86_CR4_TSD);
}

static void lmsw_cannot_clear_pe(void **state)
{
	uint64_t old = vcpu.cr[0];

	(void)state;
	vcpu.gpr[RAX] = 0xfff0 | X86_CR0_TS | X86_CR0_MP;
	EXECUTE(0x0f, 0x01, 0xf0);
	assert_int_equal(vcpu.cr[0], (old & ~0xeull) | X86_CR0_PE | X86_CR0_TS | X86_CR0_MP);
	vcpu.gpr[RBX] = GUEST_DATA + 0xffe;
	guest_poke64(GUEST_DATA + 0xffe, 0);
	EXECUTE(0x0f, 0x01, 0x33);
	assert_int_equal(vcpu.cr[0], (old & ~0xeull) | X86_CR0_PE);
}

static void smsw_stores_two_bytes(void **state)
{
	(void)state;
	vcpu.gpr[RAX] = vcpu.gpr[RBX] = UINT64_MAX;
	EXECUTE(0x66, 0x0f, 0x01, 0xe0);
	assert_int_equal(vcpu.gpr[RAX], 0xffffffffffff0000 | (vcpu.cr[0] & 0xffff));
	EXECUTE(0x48, 0x0f, 0x01, 0xe0);
	assert_int_equal(vcpu.gpr[RAX], vcpu.cr[0]);
	vcpu.gpr[RBX] = GUEST_DATA;
	guest_poke64(GUEST_DATA, UINT64_MAX);
	EXECUTE(0x48, 0x0f, 0x01, 0x23);
	assert_int_equal(guest_peek64(GUEST_DATA), 0xffffffffffff0000 | (vcpu.cr[0] & 0xffff));
}

static void debug_registers_keep_their_fixed_bits(void **state)
{
	(void)state;
	vcpu.gpr[RAX] = 0x123456789ab;
	EXECUTE(TO_DR(3));
	assert_int_equal(fake.last_dr, 3);
	vcpu.gpr[RAX] = 0;
	EXECUTE(FROM_DR(3));
	assert_int_equal(vcpu.gpr[RAX], 0x123456789ab);
	vcpu.gpr[RAX] = 0xe00f;
	EXECUTE(TO_DR(6));
	assert_int_equal(vcpu.dr[6], 0xffffeffful & (0xffff0ff0 | 0xe00f));
	vcpu.gpr[RAX] = 0;
	EXECUTE(TO_DR(7));
	assert_int_equal(vcpu.dr[7], 0x400);
	assert_int_equal(fake.dr_loads, 3);
}

/* DR4 and DR5 are other names of DR6 and DR7, unless CR4.DE says they are nothing. */
static void debug_register_aliases(void **state)
{
	(void)state;
	vcpu.gpr[RAX] = 0x401;
	EXECUTE(TO_DR(5));
	assert_int_equal(fake.last_dr, 7);
	assert_int_equal(vcpu.dr[7], 0x401);
	vcpu.gpr[RAX] = 0;
	EXECUTE(FROM_DR(5));
	assert_int_equal(vcpu.gpr[RAX], 0x401);
	vcpu.cr[4] |= X86_CR4_DE;
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, TO_DR(4));
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, TO_DR(5));
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, FROM_DR(4));
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, FROM_DR(5));
}

#define XSETBV 0x0f, 0x01, 0xd1

static void xsetbv_needs_osxsave_and_the_platform(void **state)
{
	(void)state;
	vcpu.gpr[X86_RCX] = 0;
	vcpu.gpr[X86_RAX] = 0xffffffff00000007;
	vcpu.gpr[X86_RDX] = 0xffffffff00000001;
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, XSETBV);
	vcpu.cr[4] |= X86_CR4_OSXSAVE;
	EXECUTE(XSETBV);
	assert_int_equal(vcpu.xcr0, 0x100000007);
	vcpu.gpr[X86_RCX] = 1;
	FAULTS(X86_TRAP_GP, 0, XSETBV);
	vcpu.gpr[X86_RCX] = 0xffffffff00000000; /* ECX is 0 */
	fake.refuse_xcr0 = true;
	vcpu.gpr[X86_RAX] = 0;
	FAULTS(X86_TRAP_GP, 0, XSETBV);
	assert_int_equal(vcpu.xcr0, 0x100000007);
	fake.refuse_xcr0 = false;
	vcpu.gpr[X86_RAX] = 3;
	EXECUTE(XSETBV);
	assert_int_equal(vcpu.xcr0, 0x100000003);
}

/* CPUID leaf 0xd, subleaf 1, EAX bit 2 of the machine that runs the test. */
static bool host_has_xgetbv_1(void)
{
	uint32_t a = 0xd, b, c = 1, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return a >> 2 & 1;
}

#define XGETBV 0x0f, 0x01, 0xd0

/* It shows what the guest has set, whatever the platform has enabled. */
static void xgetbv_shows_the_guests_own(void **state)
{
	(void)state;
	vcpu.gpr[X86_RCX] = 0xffffffff00000000; /* ECX is 0 */
	vcpu.gpr[X86_RAX] = vcpu.gpr[X86_RDX] = UINT64_MAX;
	vcpu.xcr0 = 0x200000003;
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, XGETBV);
	vcpu.cr[4] |= X86_CR4_OSXSAVE;
	EXECUTE(XGETBV);
	assert_int_equal(vcpu.gpr[X86_RAX], 3);
	assert_int_equal(vcpu.gpr[X86_RDX], 2);
	vcpu.gpr[X86_RCX] = 2;
	FAULTS(X86_TRAP_GP, 0, XGETBV);
}

/* The components in use (ECX 1) are shown where CPUID tells of them, and never one that is off. */
static void xgetbv_shows_what_is_in_use(void **state)
{
	(void)state;
	vcpu.cr[4] |= X86_CR4_OSXSAVE;
	vcpu.gpr[X86_RCX] = 1;
	vcpu.xcr0 = 1;
	FAULTS(X86_TRAP_GP, 0, XGETBV);
	if (!host_has_xgetbv_1())
		skip();
	fake.cpuid[CPUID_EAX] = 1u << 2;
	EXECUTE(XGETBV);
	assert_int_equal(vcpu.gpr[X86_RAX] & ~1ull, 0);
	assert_int_equal(vcpu.gpr[X86_RDX], 0);
}

static void caches_and_what_does_not_exist(void **state)
{
	(void)state;
	EXECUTE(0x0f, 0x08);
	EXECUTE(0x0f, 0x09);
	EXECUTE(0xf3, 0x0f, 0x09);
	assert_int_equal(fake.space_flushes + fake.space_invalidations, 0);
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, 0x66, 0x0f, 0x38, 0x82, 0x00); /* invpcid */
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, 0x0f, 0x01, 0xca);	       /* clac */
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, 0x0f, 0x01, 0xcb);	       /* stac */
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, 0x0f, 0xc7, 0x28);	       /* xsaves */
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, 0x0f, 0xc7, 0x18);	       /* xrstors */
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, 0x0f, 0x01, 0xc8);	       /* monitor */
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, 0x0f, 0x01, 0xc9);	       /* mwait */
}

static void flags_forms_of_c(void **state)
{
	uint64_t rsp = vcpu.gpr[X86_RSP];

	(void)state;
	EXECUTE(0xfa);
	assert_int_equal(vcpu.rflags & X86_FLAGS_IF, 0);
	EXECUTE(0xfb);
	assert_true(vcpu.rflags & X86_FLAGS_IF);
	vcpu.rflags = 0x246 | X86_FLAGS_RF | 0x200000;
	EXECUTE(0x66, 0x9c);
	assert_int_equal(vcpu.gpr[X86_RSP], rsp - 2);
	assert_int_equal(guest_peek64(rsp - 2) & 0xffff, 0x246);
	vcpu.gpr[X86_RSP] = rsp;
	EXECUTE(0x9c);
	assert_int_equal(guest_peek64(rsp - 8), 0x200246); /* RF is never shown */
	guest_poke64(rsp - 8, 0xfffffffffffeffff & ~(uint64_t)X86_FLAGS_IF & ~0x28ull);
	EXECUTE(0x9d);
	/* VM, VIF, VIP and reserved bits do not come from popf. */
	assert_int_equal(vcpu.rflags & ~(uint64_t)X86_FLAGS_RF, 0x247dd7);
	assert_int_equal(vcpu.gpr[X86_RSP], rsp);
	vcpu.rflags = 0x200202;
	vcpu.gpr[X86_RSP] = rsp - 2;
	guest_poke64(rsp - 2, 0);
	EXECUTE(0x66, 0x9d);
	assert_int_equal(vcpu.rflags, 0x200002);
}

static void out_byte(uint16_t port, uint8_t value)
{
	machine_io_write(&vcpu, port, 1, value);
}

/* 8259 to vectors 0x30, only IRQ 0 open; 8254 channel 0 as a periodic timer. */
static void start_timer(void)
{
	static const uint8_t words[] = {0x11, 0x30, 0x04, 0x01};

	fake.real_ports = true;
	out_byte(0x20, words[0]);
	for (unsigned int i = 1; i < 4; i++)
		out_byte(0x21, words[i]);
	out_byte(0x21, 0xfe);
	out_byte(0x43, 0x34);
	out_byte(0x40, 0);
	out_byte(0x40, 0x10);
}

static void a_halt_waits_for_an_interrupt(void **state)
{
	(void)state;
	start_timer();
	guest_emulate(BYTES(0xf4));
	assert_true(fake.blocks >= 1);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * 0x30);
	assert_int_equal(guest_peek64(vcpu.gpr[X86_RSP]), GUEST_CODE + 1 + AFTERBURN_PAD_LEN);
	assert_int_equal(vcpu.halted, 0);
	assert_int_equal(vcpu.counters[COUNT_INTERRUPTS], 1);
	assert_int_equal(vcpu.rflags & X86_FLAGS_IF, 0);
}

/* sti; hlt: the flag is still off when the halt begins, and on in the handler's frame. */
static void sti_takes_effect_with_the_halt(void **state)
{
	(void)state;
	start_timer();
	vcpu.rflags &= ~(uint64_t)X86_FLAGS_IF;
	vcpu.sti_shadow = 1;
	guest_emulate(BYTES(0xf4));
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * 0x30);
	assert_true(guest_peek64(vcpu.gpr[X86_RSP] + 16) & X86_FLAGS_IF);
	assert_int_equal(vcpu.sti_shadow, 0);
}

static void a_halt_without_interrupts_ends_the_guest(void **state)
{
	(void)state;
	vcpu.rflags &= ~(uint64_t)X86_FLAGS_IF;
	assert_ends(BACKEND_POWEROFF, guest_emulate(BYTES(0xf4)));
	assert_non_null(strstr(fake.console, "halted with interrupts off"));
}

static void interrupts_wait_for_the_flag(void **state)
{
	(void)state;
	start_timer();
	fake.now_ns = fake.timer_ns;
	core_timer(&vcpu);
	assert_true(vcpu.line);
	vcpu.rflags &= ~(uint64_t)X86_FLAGS_IF;
	core_deliver_interrupts(&vcpu);
	assert_int_equal(vcpu.rip, GUEST_CODE);
	vcpu.rflags |= X86_FLAGS_IF;
	core_deliver_interrupts(&vcpu);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * 0x30);
	assert_false(vcpu.line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(control_registers_read_back),
		GUEST_TEST(control_registers_that_do_not_exist),
		GUEST_TEST(cr0_tells_the_platform_what_changed),
		GUEST_TEST(cr0_refuses_what_hardware_refuses),
		GUEST_TEST(a_kernel_that_gives_up_its_place_is_stopped),
		GUEST_TEST(cr4_allows_what_cpuid_shows),
		GUEST_TEST(lmsw_cannot_clear_pe),
		GUEST_TEST(smsw_stores_two_bytes),
		GUEST_TEST(debug_registers_keep_their_fixed_bits),
		GUEST_TEST(debug_register_aliases),
		GUEST_TEST(xsetbv_needs_osxsave_and_the_platform),
		GUEST_TEST(xgetbv_shows_the_guests_own),
		GUEST_TEST(xgetbv_shows_what_is_in_use),
		GUEST_TEST(caches_and_what_does_not_exist),
		GUEST_TEST(flags_forms_of_c),
		GUEST_TEST(a_halt_waits_for_an_interrupt),
		GUEST_TEST(sti_takes_effect_with_the_halt),
		GUEST_TEST(a_halt_without_interrupts_ends_the_guest),
		GUEST_TEST(interrupts_wait_for_the_flag),
	};

	return RUN_TAP(tests);
}
