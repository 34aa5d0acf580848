/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * door.S - 64-bit programs have no door: their system calls stand in many places, not in one vDSO, and
 * are signals, each with a frame.
 *
 * Invariant: the page is empty, and nothing is mapped at USER_DOOR.
 */
	.section .stub.text, "ax"

	.globl stub_door_page, stub_door_page_end
stub_door_page:
stub_door_page_end:

/* The wedge gives every turn a frame. */
	.globl stub_leave_by_door
stub_leave_by_door:
	ud2

	.section .note.GNU-stack, "", @progbits
