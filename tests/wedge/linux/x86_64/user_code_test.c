/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_code_test.c - 64-bit user code: which code segments it may have, what its system calls
 * become, and the bases of FS and GS.
 *
 * Invariant: what a process says is checked as a hostile program would say it.
 */
#include <asm/prctl.h>
#include <linux/audit.h>
#include <wedge/descriptor.h>
#include <user_code.h>
#include <user_segments.h>

#include "../fake_host.h"

#define VSYSCALL 0xffffffffff600400ull
#define LSTAR	 (GUEST_HANDLER + 0x8000)
#define CODE32	 0x00cffb000000ffffull
#define NEAR	 0x7f0000001000ull
#define UPPER	 0xffffe00000001000ull
#define NO_BASE	 0x800000000000ull

enum { STACK = 0x7000, NUMBER = 39, SEL_OTHER = SEL_EMPTY | 3 };

static struct orders orders;
static struct channel channel;
static struct process process;
static struct {
	struct ucontext context;
	struct user_signal_info info;
} signal_frame;

static int setup(void **state)
{
	fake_host_setup(state);
	memset(&orders, 0, sizeof(orders));
	memset(&channel, 0, sizeof(channel));
	memset(&signal_frame, 0, sizeof(signal_frame));
	process = (struct process){.orders = &orders,
				   .channel = &channel,
				   .frame = &signal_frame.context,
				   .frame_address = USER_CHANNEL + CHANNEL_STACK,
				   .fs_base = PROCESS_NO_BASE,
				   .gs_base = PROCESS_NO_BASE};
	guest_enter_user(STACK);
	vcpu.cs = SEL_USER_CODE;
	vcpu.ss = SEL_USER_DATA;
	vcpu.lstar = LSTAR;
	vcpu.efer |= X86_EFER_SCE;
	vcpu.fs_base = vcpu.gs_base_user = 0;
	linux_of(&vcpu)->user_ss = SEL_USER_DATA;
	linux_of(&vcpu)->host_cs = user_code_host_selector(&vcpu);
	machine.info.fsgsbase = true;
	return 0;
}

#define CODE_TEST(function) cmocka_unit_test_setup_teardown(function, setup, fake_host_teardown)

/* ---- code segments ---- */

static void the_mode_is_the_descriptors(void **state)
{
	(void)state;
	assert_int_equal(linux_of(&vcpu)->host_cs, HOST_CS64);
	guest_poke64(GUEST_GDT + SEL_EMPTY, CODE32);
	vcpu.cs = SEL_OTHER;
	assert_int_equal(user_code_host_selector(&vcpu), HOST_CS32);
	vcpu.cs = 0x0f;
	assert_int_equal(user_code_host_selector(&vcpu), 0x0f);
	/* SYSRET asks no table. */
	vcpu.cs = SEL_OUTSIDE | 3;
	assert_int_equal(user_code_host_selector(&vcpu), HOST_CS64);
}

static void code_is_the_guests_by_its_segment(void **state)
{
	(void)state;
	assert_true(user_code_is_guests(&vcpu, HOST_CS64, GUEST_USER));
	assert_int_equal(user_code_selector(&vcpu, HOST_CS64), SEL_USER_CODE);
	assert_false(user_code_is_guests(&vcpu, 0x10, GUEST_USER));
	assert_false(user_code_is_guests(&vcpu, HOST_DS, GUEST_USER));
	assert_true(user_code_is_guests(&vcpu, 0x0f, GUEST_USER));
	assert_int_equal(user_code_selector(&vcpu, 0x0f), 0x0f);
}

/* A far jump through the host's selector is one of the guest's if it has the same under it. */
static void a_far_jump_needs_the_guests_descriptor(void **state)
{
	(void)state;
	assert_false(user_code_is_guests(&vcpu, HOST_CS32, GUEST_USER));
	guest_poke64(GUEST_GDT + (HOST_CS32 & ~7), CODE32);
	assert_true(user_code_is_guests(&vcpu, HOST_CS32, GUEST_USER));
	assert_int_equal(user_code_selector(&vcpu, HOST_CS32), HOST_CS32);
	guest_poke64(GUEST_GDT + (HOST_CS32 & ~7), CODE32 & ~(3ull << DESCRIPTOR_DPL_SHIFT));
	assert_false(user_code_is_guests(&vcpu, HOST_CS32, GUEST_USER));
}

static void the_stub_is_not_the_guests(void **state)
{
	static const uint64_t own[] = {USER_STUB, USER_STUB + USER_STUB_SIZE - 1, USER_STACK,
				       USER_ORDERS, USER_CHANNEL + USER_CHANNEL_SIZE - 1};
	static const uint64_t wild[] = {0,	  USER_STUB - 1, USER_CHANNEL + USER_CHANNEL_SIZE,
					VSYSCALL, UPPER,	 NO_BASE};

	(void)state;
	for (unsigned int i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		assert_false(user_code_is_guests(&vcpu, HOST_CS64, own[i]));
	for (unsigned int i = 0; i < sizeof(wild) / sizeof(wild[0]); i++)
		assert_true(user_code_is_guests(&vcpu, HOST_CS64, wild[i]));
}

/* ---- system calls ---- */

static void call_as(uint32_t arch, uint64_t address)
{
	signal_frame.info.arch = arch;
	signal_frame.info.call_address = address;
	vcpu.gpr[X86_RAX] = NUMBER;
	user_code_system_call(&vcpu, &process);
}

static void a_syscall_enters_by_lstar(void **state)
{
	(void)state;
	vcpu.rflags = 0x246;
	vcpu.sfmask = X86_FLAGS_IF;
	call_as(AUDIT_ARCH_X86_64, GUEST_USER);
	assert_int_equal(vcpu.rip, LSTAR);
	assert_int_equal(vcpu.gpr[X86_RCX], GUEST_USER);
	assert_int_equal(vcpu.gpr[11], 0x246);
	assert_int_equal(vcpu.rflags, 0x46);
	assert_int_equal(vcpu.gpr[X86_RAX], NUMBER);
	assert_int_equal(vcpu.gpr[X86_RSP], STACK);
}

static void an_int_enters_by_its_vector(void **state)
{
	(void)state;
	guest_set_kernel_stack(GUEST_STACK_TOP);
	guest_set_gate(0x80, GUEST_HANDLER + 16 * 0x80, 0, 14, 3);
	call_as(AUDIT_ARCH_I386, GUEST_USER);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * 0x80);
	assert_int_equal(guest_peek64(vcpu.gpr[X86_RSP]), GUEST_USER);
}

static void assert_fetch_fault(uint64_t address)
{
	uint64_t rsp = vcpu.gpr[X86_RSP];

	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * X86_TRAP_PF);
	assert_int_equal(vcpu.cr[2], address);
	assert_int_equal(guest_peek64(rsp), X86_PF_USER | X86_PF_FETCH);
	assert_int_equal(guest_peek64(rsp + 8), address);
	assert_int_equal(guest_peek64(rsp + 32), STACK);
}

/* The host has returned from the page already. */
static void a_vsyscall_is_a_fetch_fault(void **state)
{
	(void)state;
	guest_set_kernel_stack(GUEST_STACK_TOP);
	vcpu.gpr[X86_RSP] = STACK + 8;
	call_as(AUDIT_ARCH_X86_64, VSYSCALL);
	assert_fetch_fault(VSYSCALL);
}

static void a_bad_vsyscall_is_one_too(void **state)
{
	(void)state;
	guest_set_kernel_stack(GUEST_STACK_TOP);
	assert_false(user_code_caught(&vcpu, false));
	vcpu.rip = VSYSCALL + 5;
	assert_true(user_code_caught(&vcpu, false));
	assert_fetch_fault(VSYSCALL + 5);
}

/* ---- bases ---- */

static void bases_are_loaded(void **state)
{
	(void)state;
	vcpu.fs_base = NEAR;
	vcpu.gs_base_user = UPPER;
	user_code_load_bases(&vcpu, &process);
	assert_int_equal(orders.bases, USER_BASES_LOADED);
	assert_int_equal(orders.fs_base, NEAR);
	assert_int_equal(orders.gs_base, UPPER);
	assert_int_equal(host.orders, 0);
	channel.fs_base = UPPER;
	channel.gs_base = NEAR;
	user_code_read_bases(&vcpu, &process);
	assert_int_equal(vcpu.fs_base, UPPER);
	assert_int_equal(vcpu.gs_base_user, NEAR);
}

static void what_no_processor_loads_is_zero(void **state)
{
	(void)state;
	channel.fs_base = NO_BASE;
	channel.gs_base = ~0ull >> 1;
	user_code_read_bases(&vcpu, &process);
	assert_int_equal(vcpu.fs_base, 0);
	assert_int_equal(vcpu.gs_base_user, 0);
	vcpu.fs_base = NO_BASE;
	user_code_load_bases(&vcpu, &process);
	assert_int_equal(orders.fs_base, 0);
}

static void bases_are_ordered_when_they_differ(void **state)
{
	(void)state;
	machine.info.fsgsbase = false;
	vcpu.gs_base_user = NEAR;
	user_code_load_bases(&vcpu, &process);
	assert_int_equal(orders.bases, USER_BASES_ORDERED);
	assert_int_equal(host.orders, 2);
	assert_int_equal(host.order.number, __NR_arch_prctl);
	assert_int_equal(host.order.argument[0], ARCH_SET_GS);
	assert_int_equal(host.order.argument[1], NEAR);
	user_code_load_bases(&vcpu, &process);
	assert_int_equal(host.orders, 2);
	vcpu.fs_base = NEAR;
	user_code_load_bases(&vcpu, &process);
	assert_int_equal(host.orders, 3);
	assert_int_equal(host.order.argument[0], ARCH_SET_FS);
	/* The last program may have changed them. */
	process.moved = true;
	user_code_load_bases(&vcpu, &process);
	assert_int_equal(host.orders, 5);
}

/* It would be another base. */
static void an_ordered_base_has_no_selector(void **state)
{
	(void)state;
	machine.info.fsgsbase = false;
	orders.selector[USER_FS] = orders.selector[USER_GS] = HOST_DS;
	vcpu.fs_base = NEAR;
	vcpu.gs_base_user = UPPER; /* the host takes none of its own half */
	user_code_load_bases(&vcpu, &process);
	assert_int_equal(orders.selector[USER_FS], 0);
	assert_int_equal(orders.selector[USER_GS], HOST_DS);
	assert_int_equal(process.gs_base, 0);
}

static void a_loaded_selector_brings_its_base(void **state)
{
	(void)state;
	machine.info.fsgsbase = false;
	vcpu.fs_base = vcpu.gs_base_user = NEAR;
	vcpu.selector[X86_FS] = SEL_BASED;
	channel.selector[USER_FS] = HOST_DS;
	user_code_read_bases(&vcpu, &process);
	assert_int_equal(vcpu.fs_base, GUEST_BASED);
	assert_int_equal(vcpu.gs_base_user, NEAR);
	/* The null selector that will be loaded takes the base away, so it is ordered, as before.
	 */
	process.fs_base = GUEST_BASED;
	process.gs_base = NEAR;
	user_code_read_bases(&vcpu, &process);
	user_code_load_bases(&vcpu, &process);
	assert_int_equal(host.orders, 1);
	assert_int_equal(host.order.argument[0], ARCH_SET_FS);
	assert_int_equal(host.order.argument[1], GUEST_BASED);
}

/* ---- selectors of data ---- */

static void what_is_not_flat_is_null(void **state)
{
	(void)state;
	guest_poke64(GUEST_GDT + SEL_EMPTY, 0x12cff3345678ffff);
	vcpu.selector[X86_DS] = SEL_USER_DATA;
	vcpu.selector[X86_ES] = 0;
	vcpu.selector[X86_FS] = SEL_OTHER;
	vcpu.selector[X86_GS] = 0x0f;
	user_segments_load(&vcpu, &process);
	assert_int_equal(orders.selector[USER_DS], HOST_DS);
	assert_int_equal(orders.selector[USER_ES], 0);
	assert_int_equal(orders.selector[USER_FS], 0);
	assert_int_equal(orders.selector[USER_GS], 0);
	/* The program still has what it loaded. */
	memcpy(channel.selector, orders.selector, sizeof(channel.selector));
	assert_false(user_segments_read(&vcpu, &process));
	assert_int_equal(vcpu.selector[X86_FS], SEL_OTHER);
}

static void an_emulated_load_sets_the_base(void **state)
{
	static const uint8_t load_gs[] = {0x41, 0x8e, 0xe9}; /* mov %r9d, %gs */

	(void)state;
	guest_map(GUEST_USER, GUEST_DATA_PA, X86_PTE_P | X86_PTE_U | X86_PTE_A);
	guest_poke(GUEST_USER, load_gs, sizeof(load_gs));
	guest_poke64(GUEST_GDT + SEL_EMPTY, 0x12cff3345678ffff);
	vcpu.gpr[9] = SEL_OTHER;
	assert_true(user_segments_emulate(&vcpu));
	assert_int_equal(vcpu.selector[X86_GS], SEL_OTHER);
	assert_int_equal(vcpu.gs_base_user, 0x12345678);
	assert_int_equal(vcpu.rip, GUEST_USER + sizeof(load_gs));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CODE_TEST(the_mode_is_the_descriptors),
		CODE_TEST(code_is_the_guests_by_its_segment),
		CODE_TEST(a_far_jump_needs_the_guests_descriptor),
		CODE_TEST(the_stub_is_not_the_guests),
		CODE_TEST(a_syscall_enters_by_lstar),
		CODE_TEST(an_int_enters_by_its_vector),
		CODE_TEST(a_vsyscall_is_a_fetch_fault),
		CODE_TEST(a_bad_vsyscall_is_one_too),
		CODE_TEST(bases_are_loaded),
		CODE_TEST(what_no_processor_loads_is_zero),
		CODE_TEST(bases_are_ordered_when_they_differ),
		CODE_TEST(an_ordered_base_has_no_selector),
		CODE_TEST(a_loaded_selector_brings_its_base),
		CODE_TEST(what_is_not_flat_is_null),
		CODE_TEST(an_emulated_load_sets_the_base),
	};

	return RUN_TAP(tests);
}
