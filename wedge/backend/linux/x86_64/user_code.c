/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * user_code.c - 64-bit user code (user_code.h), and 32-bit code in compatibility mode.
 *
 * Its system calls are `syscall` and `int 0x80`, and calls into the vsyscall page, which the host
 * has at the guest's address for it: there the guest's kernel gets the page fault that it expects
 * (Linux, CONFIG_LEGACY_VSYSCALL_XONLY).
 *
 * Only the bases of FS and GS have a meaning, apart from selectors. Programs may change them by
 * instructions if the host lets them; otherwise only the kernel does, and a load of a selector.
 *
 * Invariant: a base in orders is one that the host can load.
 */
#include <asm/prctl.h>
#include <linux/audit.h>
#include <wedge/arch.h>
#include <wedge/core.h>
#include <wedge/descriptor.h>
#include "../user_code.h"
#include "door.h"

enum { INT_80 = 0x80, INT_LENGTH = 2, SYSCALL_LENGTH = 2, RETURN_ADDRESS = 8 };

/* The host's and the guest's, by an ABI of Linux. */
#define VSYSCALL_PAGE 0xffffffffff600000

/* Where the stub, its orders and its channel are. */
#define STUB_REGION_SIZE (USER_CHANNEL + USER_CHANNEL_SIZE - USER_STUB)

/* ---- code segments ---- */

static bool is_user_code(uint64_t d)
{
	return descriptor_is_code(d) && descriptor_is_present(d) && descriptor_dpl(d) == 3;
}

/* Does it name code of compatibility mode? A selector of 64-bit code may come from STAR. */
static bool is_32_bit(struct vcpu *v, uint16_t selector)
{
	uint64_t d;

	return descriptor_read(v, selector, &d) && is_user_code(d) && !descriptor_is_64_bit(d) &&
	       descriptor_is_32_bit(d);
}

uint16_t user_code_host_selector(struct vcpu *v)
{
	linux_of(v)->user_cs = (uint16_t)v->cs;
	if (v->cs & X86_SELECTOR_LDT)
		return (uint16_t)v->cs;
	return is_32_bit(v, (uint16_t)v->cs) ? HOST_CS32 : HOST_CS64;
}

/* A far jump has changed the mode: the guest must have the same under this selector. */
static bool is_the_guests_too(struct vcpu *v, uint16_t cs)
{
	uint64_t d;

	if (cs == HOST_CS32)
		return is_32_bit(v, cs);
	return cs == HOST_CS64 && descriptor_read(v, cs, &d) && is_user_code(d) &&
	       descriptor_is_64_bit(d);
}

bool user_code_is_guests(struct vcpu *v, uint64_t cs, uint64_t rip)
{
	if (rip - USER_STUB < STUB_REGION_SIZE || rip - USER_DOOR < USER_DOOR_SIZE)
		return false;
	return (uint16_t)cs == linux_of(v)->host_cs || (cs & X86_SELECTOR_LDT) ||
	       is_the_guests_too(v, (uint16_t)cs);
}

uint16_t user_code_selector(struct vcpu *v, uint64_t cs)
{
	return (uint16_t)cs == linux_of(v)->host_cs ? linux_of(v)->user_cs : (uint16_t)cs | 3u;
}

uint64_t user_code_resume(struct vcpu *v)
{
	return v->rip;
}

/* ---- system calls ---- */

static bool is_vsyscall(uint64_t address)
{
	return address - VSYSCALL_PAGE < X86_PAGE_SIZE;
}

static void fault_in_vsyscall(struct vcpu *v)
{
	v->trap = X86_TRAP_PF;
	v->trap_error = X86_PF_USER | X86_PF_FETCH;
	core_trap(v, v->rip);
}

/* The host has carried out the page's `ret`, and put the call's number into rax, its result. */
static void vsyscall(struct vcpu *v, uint64_t address)
{
	v->gpr[X86_RSP] -= RETURN_ADDRESS;
	v->rip = address;
	fault_in_vsyscall(v);
}

static void call_by_signal(struct vcpu *v, const struct process *process)
{
	struct user_signal_info info = *(const struct user_signal_info *)(process->frame + 1);

	if (is_vsyscall(info.call_address)) {
		vsyscall(v, info.call_address);
	} else if (info.arch == AUDIT_ARCH_X86_64) {
		door_learn(v);
		arch_system_call(v, v->lstar);
	} else {
		exception_deliver(v, INT_80, ARCH_NO_ERROR_CODE, INT_LENGTH);
	}
}

/* Only a hostile program calls the door from nowhere. */
void user_code_system_call(struct vcpu *v, const struct process *process)
{
	if (process->frame_address)
		call_by_signal(v, process);
	else if (door_find(v, process))
		arch_system_call(v, v->lstar);
	else
		exception_gp(v, 0);
}

bool user_code_on_way(struct vcpu *v, const struct process *process)
{
	return door_on_way(v, process);
}

/* The host ends a vsyscall with a bad pointer or stack by a signal that tells no cause. */
bool user_code_caught(struct vcpu *v, bool on_way)
{
	if (on_way && v->trap == X86_TRAP_DB) {
		v->rip += SYSCALL_LENGTH;
		arch_system_call(v, v->lstar);
		return true;
	}
	if (!is_vsyscall(v->rip))
		return false;
	fault_in_vsyscall(v);
	return true;
}

/* ---- bases ---- */

/* What cannot be loaded is 0: no guest kernel sets it, and a program that forges it gets that. */
static uint64_t loadable(uint64_t base)
{
	bool canonical = (uint64_t)((int64_t)(base << 16) >> 16) == base;

	if (machine.info.fsgsbase)
		return canonical ? base : 0;
	return base < HOST_USER_TOP ? base : 0;
}

/* The host makes the selector null, and another would bring a base of its own. */
static void order_base(struct process *process, unsigned int code, enum user_segment segment,
		       uint64_t base, uint64_t *has)
{
	uint16_t *selector = &process->orders->selector[segment];

	if (*selector & X86_SELECTOR_LDT) {
		*has = PROCESS_NO_BASE;
		return;
	}
	if (*has != base)
		process_order(process, __NR_arch_prctl, code, base, 0, 0, 0);
	*has = base;
	if (base)
		*selector = 0;
}

void user_code_load_bases(struct vcpu *v, struct process *process)
{
	struct orders *orders = process->orders;
	uint64_t fs = loadable(v->fs_base), gs = loadable(v->gs_base_user);

	if (machine.info.fsgsbase) {
		orders->bases = USER_BASES_LOADED;
		orders->fs_base = fs;
		orders->gs_base = gs;
		return;
	}
	orders->bases = USER_BASES_ORDERED;
	if (process->moved)
		process->fs_base = process->gs_base = PROCESS_NO_BASE;
	order_base(process, ARCH_SET_FS, USER_FS, fs, &process->fs_base);
	order_base(process, ARCH_SET_GS, USER_GS, gs, &process->gs_base);
}

/* The base that comes with a selector. */
static uint64_t base_of(struct vcpu *v, unsigned int sreg)
{
	uint16_t selector = (uint16_t)v->selector[sreg];
	uint64_t d;

	return descriptor_read(v, selector, &d) && descriptor_is_segment(d) ? descriptor_base(d)
									    : 0;
}

/* The program has loaded a selector, which has changed the base. */
static void read_base(struct vcpu *v, const struct process *process, enum user_segment segment,
		      unsigned int sreg, uint64_t *base, uint64_t *has)
{
	if (process->channel->selector[segment] == process->orders->selector[segment])
		return;
	*base = base_of(v, sreg);
	*has = PROCESS_NO_BASE;
}

void user_code_read_bases(struct vcpu *v, struct process *process)
{
	if (machine.info.fsgsbase) {
		v->fs_base = loadable(process->channel->fs_base);
		v->gs_base_user = loadable(process->channel->gs_base);
		return;
	}
	read_base(v, process, USER_FS, X86_FS, &v->fs_base, &process->fs_base);
	read_base(v, process, USER_GS, X86_GS, &v->gs_base_user, &process->gs_base);
}
