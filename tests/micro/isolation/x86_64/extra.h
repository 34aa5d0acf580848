/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * extra.h - what user code tries besides, x86-64 (../instructions.c).
 *
 * Invariant: the names are those of user programs in ../user.S and user.S.
 */
#ifndef MICRO_EXTRA_H
#define MICRO_EXTRA_H

#define PRIVILEGED_EXTRA(X) X(swapgs) X(sysret)

extern const char try_iret_to_kernel[], try_lret_to_kernel[], try_iret_to_xen[];
#define TO_KERNEL try_iret_to_kernel, try_lret_to_kernel, try_iret_to_xen

#endif /* MICRO_EXTRA_H */
