/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forms.h - returns and what they pop, of this width: to label 2, interrupts off.
 *
 * Invariant: the other width's header defines the same names.
 */
#ifndef BENCH_SITES_FORMS_H
#define BENCH_SITES_FORMS_H

#define TEXT(macro) TEXT_(macro)
#define TEXT_(text) #text

#define FAR_ADDRESS "push $" TEXT(KERNEL_CS) "\n\tpush $2f"
#define LRET	    "lretq"
#define IRET_FRAME                                                                                 \
	"mov %%rsp, %%rax\n\tpush $" TEXT(KERNEL_DS) "\n\tpush %%rax\n\tpush $0x2\n\t" FAR_ADDRESS
#define IRET "iretq"

#endif /* BENCH_SITES_FORMS_H */
