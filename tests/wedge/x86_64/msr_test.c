/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * msr_test.c - model specific registers, cpuid and the time stamp (SDM volume 4; 2A CPUID, RDMSR,
 * WRMSR, RDTSC).
 *
 * Invariant: features that a guest must not see are listed here by name and bit, not taken from the
 * masks under test.
 */
#include "guest.h"

#include <wedge/cpuid.h>

#define RDMSR 0x0f, 0x32
#define WRMSR 0x0f, 0x30

static void select_msr(uint32_t msr)
{
	vcpu.gpr[X86_RCX] = 0xdead000000000000 | msr;
}

static void write_msr(uint32_t msr, uint64_t value)
{
	select_msr(msr);
	vcpu.gpr[X86_RAX] = 0xbad0000000000000 | (uint32_t)value;
	vcpu.gpr[X86_RDX] = 0xbad0000000000000 | value >> 32;
	guest_emulate(BYTES(WRMSR));
}

static uint64_t read_msr(uint32_t msr)
{
	select_msr(msr);
	vcpu.gpr[X86_RAX] = vcpu.gpr[X86_RDX] = UINT64_MAX;
	EXECUTE(RDMSR);
	assert_true(vcpu.gpr[X86_RAX] <= UINT32_MAX && vcpu.gpr[X86_RDX] <= UINT32_MAX);
	return vcpu.gpr[X86_RDX] << 32 | vcpu.gpr[X86_RAX];
}

static void stored_registers_read_back(void **state)
{
	static const uint32_t stored[] = {
		X86_MSR_STAR,	     X86_MSR_LSTAR,	     X86_MSR_CSTAR,	   X86_MSR_SFMASK,
		X86_MSR_SYSENTER_CS, X86_MSR_SYSENTER_ESP,   X86_MSR_SYSENTER_EIP, X86_MSR_FS_BASE,
		X86_MSR_GS_BASE,     X86_MSR_KERNEL_GS_BASE,
	};
	size_t count = sizeof(stored) / sizeof(stored[0]);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		write_msr(stored[i], 0xffff812345670000 + i);
		assert_int_equal(vcpu.rip, GUEST_CODE + 2 + AFTERBURN_PAD_LEN);
	}
	for (size_t i = 0; i < count; i++)
		assert_int_equal(read_msr(stored[i]), 0xffff812345670000 + i);
}

static void unknown_registers_fault(void **state)
{
	/*
	 * SPEC_CTRL, PRED_CMD, APIC base, MTRR capabilities, FLUSH_CMD, TSX_CTRL, TSC deadline,
	 * x2APIC, S_CET, XSS, AMD's SYSCFG and VIRT_SPEC_CTRL
	 */
	static const uint32_t unknown[] = {
		0x48,  0x49,  0x1b, 0xfe,	0x10b,	    0x122,	0x6e0,	    0x802,
		0x6a2, 0xda0, 0,    0xc0010010, 0xc001011f, 0x40000000, UINT32_MAX, 0xc0000104};

	(void)state;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		select_msr(unknown[i]);
		vcpu.gpr[X86_RAX] = 0x1122;
		FAULTS(X86_TRAP_GP, 0, RDMSR);
		assert_int_equal(vcpu.gpr[X86_RAX], 0x1122);
		FAULTS(X86_TRAP_GP, 0, WRMSR);
	}
	FAULTS(X86_TRAP_GP, 0, 0x0f, 0x33); /* rdpmc */
}

/*
 * Linux reads these because of the model or family, unprepared for a fault: microcode's platform
 * and number, Atoms' clocks, AMD's hardware configuration (TscFreqSel, SmmLock), northbridge and
 * C1E.
 */
static void what_kernels_read_unasked_is_fixed(void **state)
{
	static const struct {
		uint32_t msr;
		uint64_t value;
	} fixed[] = {
		{0x17, 0},
		{0xcd, 0},
		{0xce, 0},
		{0x198, 0},
		{0xc0010015, 1 << 24 | 1},
		{0xc001001f, 1ull << 46},
		{0xc0010055, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		assert_int_equal(read_msr(fixed[i].msr), fixed[i].value);
		select_msr(fixed[i].msr);
		FAULTS(X86_TRAP_GP, 0, WRMSR);
	}
}

/* SDM 3A, 10.11.7: the number is cleared, read after CPUID, and 0 if no update is loaded. */
static void an_update_of_the_processor_changes_nothing(void **state)
{
	static const uint32_t loaders[] = {0x79, 0xc0010020};

	(void)state;
	assert_int_equal(read_msr(0x8b), 0);
	write_msr(0x8b, 0x1234500000000);
	assert_int_equal(read_msr(0x8b), 0);
	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++) {
		write_msr(loaders[i], GUEST_CODE);
		assert_int_equal(vcpu.rip, GUEST_CODE + 2 + AFTERBURN_PAD_LEN);
		select_msr(loaders[i]);
		FAULTS(X86_TRAP_GP, 0, RDMSR);
	}
	assert_int_equal(read_msr(0x8b), 0);
}

/* Every bit that promises an MSR or asks for a guard is 0 (SDM 4, IA32_ARCH_CAPABILITIES). */
static void the_processor_needs_few_guards(void **state)
{
	/* RDCL, L1D flush, MDS, page size change, TAA, SBDR, FBSDP, PSDP, PBRSB, GDS, RFDS */
	static const uint8_t not_needed[] = {0, 3, 5, 6, 8, 13, 14, 15, 24, 26, 27};
	uint64_t value = read_msr(0x10a);

	(void)state;
	for (size_t i = 0; i < sizeof(not_needed); i++) {
		assert_true(value >> not_needed[i] & 1);
		value &= ~(1ull << not_needed[i]);
	}
	assert_int_equal(value, 0);
	select_msr(0x10a);
	FAULTS(X86_TRAP_GP, 0, WRMSR);
}

static void addresses_must_be_canonical(void **state)
{
	static const uint32_t addresses[] = {X86_MSR_LSTAR, X86_MSR_CSTAR, X86_MSR_FS_BASE,
					     X86_MSR_GS_BASE, X86_MSR_KERNEL_GS_BASE};
	static const uint64_t bad[] = {0x0000800000000000, 0xffff7fffffffffff, 0x8000000000000000};

	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		uint64_t old = read_msr(addresses[i]);

		for (size_t b = 0; b < sizeof(bad) / sizeof(bad[0]); b++) {
			write_msr(addresses[i], bad[b]);
			guest_expect_fault(X86_TRAP_GP, 0);
			assert_int_equal(read_msr(addresses[i]), old);
		}
		write_msr(addresses[i], 0x00007fffffffffff);
		assert_int_equal(vcpu.rip, GUEST_CODE + 2 + AFTERBURN_PAD_LEN);
	}
	assert_int_equal(fake.fs_loads, 1);
	assert_int_equal(fake.gs_kernel_loads, 1);
	assert_int_equal(fake.gs_user_loads, 1);
}

/* GS_BASE is the active base; swapgs changes which of the two it is. */
static void the_gs_bases_change_places(void **state)
{
	(void)state;
	write_msr(X86_MSR_GS_BASE, 0x1111);
	write_msr(X86_MSR_KERNEL_GS_BASE, 0x2222);
	assert_int_equal(vcpu.gs_base_kernel, 0x1111);
	assert_int_equal(vcpu.gs_base_user, 0x2222);
	EXECUTE(0x0f, 0x01, 0xf8);
	assert_int_equal(read_msr(X86_MSR_GS_BASE), 0x2222);
	assert_int_equal(read_msr(X86_MSR_KERNEL_GS_BASE), 0x1111);
	write_msr(X86_MSR_GS_BASE, 0x3333);
	assert_int_equal(vcpu.gs_base_user, 0x3333);
	assert_int_equal(fake.gs_user_loads, 2);
}

/* User code changes its bases without the kernel; what is read is what is there. */
static void bases_are_read_from_the_processor(void **state)
{
	(void)state;
	fake.bases_are_live = true;
	fake.live_fs_base = 0x7f0000001000;
	fake.live_gs_base_user = 0x7f0000002000;
	assert_int_equal(read_msr(X86_MSR_FS_BASE), 0x7f0000001000);
	assert_int_equal(read_msr(X86_MSR_KERNEL_GS_BASE), 0x7f0000002000);
	assert_int_equal(read_msr(X86_MSR_GS_BASE), 0);
}

static void efer_keeps_long_mode(void **state)
{
	uint64_t long_mode = X86_EFER_LME | X86_EFER_LMA;

	(void)state;
	write_msr(X86_MSR_EFER, X86_EFER_SCE | X86_EFER_NX);
	assert_int_equal(read_msr(X86_MSR_EFER), X86_EFER_SCE | X86_EFER_NX | long_mode);
	/* SVME, LMSLE, FFXSR, TCE, AIBRSE, and bits nobody has. */
	for (unsigned int bit = 12; bit < 64; bit++) {
		write_msr(X86_MSR_EFER, long_mode | 1ull << bit);
		guest_expect_fault(X86_TRAP_GP, 0);
	}
	assert_int_equal(read_msr(X86_MSR_EFER), X86_EFER_SCE | X86_EFER_NX | long_mode);
}

/* The short way into a system call is right only if SFMASK clears all that user code can set. */
static void the_short_system_call_needs_a_full_mask(void **state)
{
	(void)state;
	write_msr(X86_MSR_LSTAR, GUEST_CODE);
	assert_int_equal(vcpu.syscall_fast, 0);
	write_msr(X86_MSR_SFMASK, 0x257fd5); /* as Linux 6.1 */
	assert_int_equal(vcpu.syscall_fast, 1);
	write_msr(X86_MSR_SFMASK, 0x47700); /* as Linux 5.9 */
	assert_int_equal(vcpu.syscall_fast, 0);
	write_msr(X86_MSR_SFMASK, 0x257fd5);
	write_msr(X86_MSR_EFER, 0);
	assert_int_equal(vcpu.syscall_fast, 0);
}

/* SDM 2B, SYSCALL: CS without its RPL, SS the next one; SYSRET: those behind, with RPL 3. */
static void star_names_the_selectors_of_system_calls(void **state)
{
	(void)state;
	write_msr(X86_MSR_STAR, 0x0023001300000000);
	assert_int_equal(vcpu.syscall_cs, 0x10);
	assert_int_equal(vcpu.syscall_ss, 0x1b);
	assert_int_equal(vcpu.sysret_cs, 0x33);
	assert_int_equal(vcpu.sysret_cs32, 0x23);
	assert_int_equal(vcpu.sysret_ss, 0x2b);
}

static void time_runs_and_cannot_be_set(void **state)
{
	uint64_t before = read_msr(X86_MSR_TSC), after;

	(void)state;
	write_msr(X86_MSR_TSC, 0);
	EXECUTE(0x0f, 0x31);
	after = vcpu.gpr[X86_RDX] << 32 | vcpu.gpr[X86_RAX];
	assert_true(after > before);
	vcpu.tsc_aux = 0x1234;
	EXECUTE(0x0f, 0x01, 0xf9);
	assert_int_equal(vcpu.gpr[X86_RCX], 0x1234);
	assert_true((vcpu.gpr[X86_RDX] << 32 | vcpu.gpr[X86_RAX]) >= after);
}

static void show(uint32_t leaf, uint32_t subleaf, uint32_t r[4])
{
	for (unsigned int i = 0; i < 4; i++)
		fake.cpuid[i] = UINT32_MAX;
	cpuid_show(&vcpu, leaf, subleaf, r);
}

/* Bits that must be clear although the platform has everything. */
static void check_hidden(uint32_t value, const uint8_t *bits, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (value >> bits[i] & 1)
			fail_msg("bit %u is shown", bits[i]);
	}
}

static void features_of_ring_0_are_hidden(void **state)
{
	/* DTES64, MONITOR, VMX, SMX, EST, TM2, PDCM, PCID, DCA, x2APIC, TSC deadline */
	static const uint8_t leaf1_ecx[] = {2, 3, 4, 5, 6, 7, 8, 15, 17, 18, 21, 24};
	/* VME, MCE, APIC, SEP, MTRR, MCA, DS, ACPI, HTT, TM, PBE */
	static const uint8_t leaf1_edx[] = {1, 7, 9, 11, 12, 14, 21, 22, 28, 29, 31};
	/* FSGSBASE, TSC_ADJUST, SGX, SMEP, INVPCID, RDT, MPX, RDT-A, SMAP, PT */
	static const uint8_t leaf7_ebx[] = {0, 1, 2, 7, 10, 12, 14, 15, 20, 25};
	/* UMIP, PKU, OSPKE, WAITPKG, CET_SS, LA57, RDPID, KL, ENQCMD, PKS */
	static const uint8_t leaf7_ecx[] = {2, 3, 4, 5, 7, 16, 22, 23, 29, 31};
	/* UINTR, MD_CLEAR, IBT, IBRS, STIBP, L1D flush, CORE_CAPABILITIES, SSBD */
	static const uint8_t leaf7_edx[] = {5, 10, 20, 26, 27, 28, 30, 31};
	/* SVM, extended APIC, IBS, SKINIT, WDT, TOPOEXT, MWAITX */
	static const uint8_t ext1_ecx[] = {2, 3, 10, 12, 13, 22, 29};
	/* 1 GiB pages, RDTSCP, and AMD's copies of MCE, APIC, SEP, MTRR */
	static const uint8_t ext1_edx[] = {26, 27, 7, 9, 12};
	uint32_t r[4];

	(void)state;
	show(1, 0, r);
	check_hidden(r[CPUID_ECX], leaf1_ecx, sizeof(leaf1_ecx));
	check_hidden(r[CPUID_EDX], leaf1_edx, sizeof(leaf1_edx));
	assert_int_equal(r[CPUID_EBX], 0xff00);
	show(7, 0, r);
	check_hidden(r[CPUID_EBX], leaf7_ebx, sizeof(leaf7_ebx));
	check_hidden(r[CPUID_ECX], leaf7_ecx, sizeof(leaf7_ecx));
	check_hidden(r[CPUID_EDX], leaf7_edx, sizeof(leaf7_edx));
	assert_int_equal(r[CPUID_EAX], 0);
	show(7, 1, r);
	assert_int_equal(r[CPUID_EAX] | r[CPUID_EBX] | r[CPUID_ECX] | r[CPUID_EDX], 0);
	show(0x80000001, 0, r);
	check_hidden(r[CPUID_ECX], ext1_ecx, sizeof(ext1_ecx));
	check_hidden(r[CPUID_EDX], ext1_edx, sizeof(ext1_edx));
	show(0xd, 1, r);
	assert_int_equal(r[CPUID_EAX], 7); /* XSAVEOPT, XSAVEC, XGETBV; no XSAVES */
}

static void what_the_wedge_provides_is_shown(void **state)
{
	uint32_t r[4];

	(void)state;
	cpuid_show(&vcpu, 1, 0, r);
	assert_int_equal(r[CPUID_EDX], 1 << 3 | 1 << 13); /* PSE and PGE, on any platform */
	assert_int_equal(r[CPUID_ECX], 1u << 31);	  /* there is a hypervisor */
	cpuid_show(&vcpu, 7, 0, r);
	assert_int_equal(r[CPUID_EDX], 1 << 29); /* ARCH_CAPABILITIES */
	show(1, 0, r);
	assert_true(r[CPUID_EDX] & 1 << 6);   /* PAE */
	assert_false(r[CPUID_ECX] & 1 << 27); /* OSXSAVE follows CR4 */
	vcpu.cr[4] |= X86_CR4_OSXSAVE;
	show(1, 0, r);
	assert_true(r[CPUID_ECX] & 1 << 27);
	show(0x80000001, 0, r);
	assert_true(r[CPUID_EDX] & 1 << 29);
	assert_true(r[CPUID_EDX] & 1 << 20);
	assert_true(r[CPUID_EDX] & 1 << 11);
}

static void leaves_end_where_they_say(void **state)
{
	static const uint32_t nothing[] = {0xe,	       0x14,	   0x40000000, 0x40000001,
					   0x7fffffff, 0x80000009, UINT32_MAX, 5,
					   6,	       0xa,	   0xb};
	uint32_t r[4];

	(void)state;
	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		show(nothing[i], 0, r);
		assert_int_equal(r[CPUID_EAX] | r[CPUID_EBX] | r[CPUID_ECX] | r[CPUID_EDX], 0);
	}
	show(0, 0, r);
	assert_int_equal(r[CPUID_EAX], 0xd);
	show(0x80000000, 0, r);
	assert_int_equal(r[CPUID_EAX], 0x80000021);
	show(0x80000021, 0, r);
	assert_int_equal(r[CPUID_EAX], 1 << 2 | 1 << 29);
	assert_int_equal(r[CPUID_ECX], 1 << 1 | 1 << 2);
	assert_int_equal(r[CPUID_EBX] | r[CPUID_EDX], 0);
	fake.null_clears_base = true;
	fake.cpuid[0] = 0x80000008; /* this leaf of the platform is another's */
	cpuid_show(&vcpu, 0x80000021, 0, r);
	assert_int_equal(r[CPUID_EAX], 1 << 6);
	fake.cpuid[0] = 7; /* an old platform stays one */
	cpuid_show(&vcpu, 0, 0, r);
	assert_int_equal(r[CPUID_EAX], 7);
	show(0x80000008, 0, r);
	assert_int_equal(r[CPUID_EAX], 48 << 8 | FAKE_PHYSICAL_BITS);
	show(0x80000007, 0, r);
	assert_int_equal(r[CPUID_EDX], 1 << 8);
	show(4, 0, r);
	assert_int_equal(r[CPUID_EAX] >> 14, 0);
}

static void cpuid_writes_four_half_registers(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		fake.cpuid[i] = 0x80000000 + i;
		vcpu.gpr[i] = 0xffffffff00000000;
	}
	vcpu.gpr[X86_RAX] |= 2;
	EXECUTE(0x0f, 0xa2);
	assert_int_equal(fake.cpuid_leaf, 2);
	assert_int_equal(vcpu.gpr[X86_RAX], 0x80000000);
	assert_int_equal(vcpu.gpr[X86_RBX], 0x80000001);
	assert_int_equal(vcpu.gpr[X86_RCX], 0x80000002);
	assert_int_equal(vcpu.gpr[X86_RDX], 0x80000003);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(stored_registers_read_back),
		GUEST_TEST(unknown_registers_fault),
		GUEST_TEST(what_kernels_read_unasked_is_fixed),
		GUEST_TEST(an_update_of_the_processor_changes_nothing),
		GUEST_TEST(the_processor_needs_few_guards),
		GUEST_TEST(addresses_must_be_canonical),
		GUEST_TEST(the_gs_bases_change_places),
		GUEST_TEST(bases_are_read_from_the_processor),
		GUEST_TEST(efer_keeps_long_mode),
		GUEST_TEST(the_short_system_call_needs_a_full_mask),
		GUEST_TEST(star_names_the_selectors_of_system_calls),
		GUEST_TEST(time_runs_and_cannot_be_set),
		GUEST_TEST(features_of_ring_0_are_hidden),
		GUEST_TEST(what_the_wedge_provides_is_shown),
		GUEST_TEST(leaves_end_where_they_say),
		GUEST_TEST(cpuid_writes_four_half_registers),
	};

	return RUN_TAP(tests);
}
