/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * extra.h - what user code tries besides, i386 (../instructions.c).
 *
 * Invariant: the names are those of user programs in ../user.S and user.S.
 */
#ifndef MICRO_EXTRA_H
#define MICRO_EXTRA_H

#define PRIVILEGED_EXTRA(X)

extern const char try_iret_to_kernel[], try_lret_to_kernel[], try_jump_to_kernel[];
extern const char try_call_to_kernel[], try_jump_to_task[];
#define TO_KERNEL                                                                                  \
	try_iret_to_kernel, try_lret_to_kernel, try_jump_to_kernel, try_call_to_kernel,            \
		try_jump_to_task

#endif /* MICRO_EXTRA_H */
