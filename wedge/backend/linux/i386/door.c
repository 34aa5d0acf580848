/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * door.c - puts a call to the door into the guest's vDSO, in place of its int 0x80.
 *
 * On many hosts int 0x80 costs more than the rest of a system call, and the signal that it becomes
 * costs as much again. Linux's i386 vDSO has one int 0x80, with four bytes of NOPs in front of it
 * (where other machines have sysenter): room for the six bytes of `call *USER_DOOR`, which is right
 * at every address of the page.
 *
 * The kernel restarts a system call two bytes before the return address, where the int was: user
 * code that is resumed there goes on at the call instead.
 *
 * Invariant: the wedge changes only a page that is an ELF image named linux-gate.so.1, and only the
 * instructions it expects. A vDSO that it does not recognize works unchanged, but slower.
 */
#include <wedge/guest_memory.h>
#include <wedge/guest_pages.h>
#include <wedge/guest_walk.h>
#include <wedge/lib.h>
#include "door.h"
#include "../channel.h"
#include "../vdso.h"

enum {
	BEFORE = 9, /* push ecx, edx, ebp; four bytes of NOP; int 0x80 */
	AFTER = 4,  /* pop ebp, edx, ecx; ret */
	CALL_LENGTH = 6,
	INT_LENGTH = 2,
};

/* The page that has been changed, and where in it user code goes on behind the call. */
static struct {
	bool known;
	uint64_t page;
	uint32_t behind;
} door;

static const uint8_t pushes[] = {0x51, 0x52, 0x55}, leave[] = {0xcd, 0x80, 0x5d, 0x5a, 0x59, 0xc3};
static const uint8_t nops[][4] = {
	{0x90, 0x90, 0x90, 0x90}, {0x0f, 0x1f, 0x40, 0x00}, {0x8d, 0x74, 0x26, 0x00}};

static bool is_expected(const uint8_t *code)
{
	bool nop = false;

	for (unsigned int i = 0; i < sizeof(nops) / sizeof(nops[0]); i++)
		nop |= !memcmp(code + sizeof(pushes), nops[i], sizeof(nops[i]));
	return nop && !memcmp(code, pushes, sizeof(pushes)) &&
	       !memcmp(code + sizeof(pushes) + sizeof(nops[0]), leave, sizeof(leave));
}

void door_learn(struct vcpu *v)
{
	static const uint8_t call[] = {0xff, 0x15};
	uint32_t offset = v->rip % X86_PAGE_SIZE, pointer = USER_DOOR;
	struct guest_walk walk;
	uint8_t *page;

	if (door.known || offset < BEFORE || offset + AFTER > X86_PAGE_SIZE ||
	    !guest_lookup(v, v->rip, &walk))
		return;
	page = guest_pointer(walk.address - offset, X86_PAGE_SIZE);
	if (!page || !is_expected(page + offset - BEFORE) ||
	    !vdso_is_named(page, "linux-gate.so.1"))
		return;
	memcpy(page + offset - CALL_LENGTH, call, sizeof(call));
	memcpy(page + offset - CALL_LENGTH + sizeof(call), &pointer, sizeof(pointer));
	door.known = true;
	door.page = walk.address / X86_PAGE_SIZE;
	door.behind = offset;
}

/* Does the vCPU's rip lie that much before the place behind the call, wherever it is mapped? */
static bool is_before(struct vcpu *v, uint32_t distance)
{
	struct guest_walk walk;

	return door.known && v->rip % X86_PAGE_SIZE == door.behind - distance &&
	       guest_lookup(v, v->rip, &walk) && walk.address / X86_PAGE_SIZE == door.page;
}

bool door_caught(struct vcpu *v)
{
	uint32_t behind;

	if (v->rip == USER_DOOR_CODE &&
	    guest_read_user(v, v->gpr[X86_RSP], &behind, sizeof(behind))) {
		v->rip = behind;
		v->gpr[X86_RSP] = (uint32_t)(v->gpr[X86_RSP] + 4);
		return true;
	}
	if (!is_before(v, CALL_LENGTH))
		return false;
	v->rip += CALL_LENGTH;
	return true;
}

uint64_t door_resume(struct vcpu *v)
{
	return (uint32_t)v->rip + (is_before(v, INT_LENGTH) ? INT_LENGTH - CALL_LENGTH : 0);
}
