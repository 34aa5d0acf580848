/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x2.c - finds the system calls of L4, and asks sigma0 for memory and ports (X.2, appendix
 * "sigma0 protocol").
 *
 * Invariant: nothing here needs the rest of the wedge: the root program uses it too.
 */
#include "x2.h"

uint32_t x2_calls[X2_CALLS];

bool x2_init(void)
{
	if (x2_kip(X2_KIP_MAGIC) != X2_MAGIC || x2_kip(X2_KIP_API) != X2_API)
		return false;
	for (unsigned int i = 0; i < X2_CALLS; i++)
		x2_calls[i] = X2_KIP + x2_kip(X2_KIP_CALLS + 4 * i);
	return true;
}

bool x2_sigma0(uint32_t fpage, uint32_t window, uint32_t utcb)
{
	uint32_t tag, sender;

	*x2_word(utcb, X2_UTCB_BR0) = window;
	*x2_mr(utcb, 1) = fpage;
	*x2_mr(utcb, 2) = 0;
	tag = x2_ipc(X2_SIGMA0, X2_SIGMA0, X2_NEVER, X2_TAG(X2_LABEL_SIGMA0, 0, 2), utcb, &sender);
	*x2_word(utcb, X2_UTCB_BR0) = 0;
	return !(tag & X2_TAG_ERROR) && *x2_mr(utcb, 2);
}
