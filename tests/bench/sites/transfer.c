/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transfer.c - into handlers and back, and returns that stay in the kernel; faults.
 *
 * Invariant: all gates are as before afterwards.
 */
#include "forms.h"
#include "handlers.h"
#include "measure.h"
#include "paging.h"

extern const char user_int80[];

enum { VECTOR_BY_KERNEL = 0x81, VECTOR_BY_USER = 0x80 };

/* A software interrupt of the kernel, its handler's iret included. */
LOOPS(int, "", "", "int $0x81")

CHECK(site_int)
{
	handler_set(VECTOR_BY_KERNEL, handler_return);
	measure(&(struct site){.name = "int", LOOPS_OF(int), .per = 1});
	gate_reset(VECTOR_BY_KERNEL);
}

/* From the kernel to the kernel. */
SITE(iret, "iret", "", IRET_FRAME, IRET)
SITE(lret, "lret", "", FAR_ADDRESS, LRET)

/* A page fault of the kernel that its handler steps over: from the fault to behind the iret. */
LOOPS(page_fault, "mov (" S "), " D, "", "testb %%al, (" D ")")

CHECK(site_page_fault)
{
	loop_data[0] = AREA(2);
	handler_set(TRAP_PF, handler_skip);
	measure(&(struct site){.name = "page-fault", LOOPS_OF(page_fault), .per = 1});
	gate_reset(TRAP_PF);
}

/*
 * The first use of a page that the guest's tables have: free on bare metal, a fault that the guest
 * never sees where tables are shadowed. The pages are taken away before each loop.
 */
LOOPS(shadow_fill, "mov (" S "), " D, "add $4096, " D, "testb %%al, (" D ")")

static void forget_pages(void)
{
	static word page;

	if (!page)
		page = physical(page_new());
	for (word i = 0; i <= LOOP_COUNT; i++)
		unmap(LOW_AREA(0) + i * PAGE);
	write_cr3(read_cr3());
	for (word i = 0; i <= LOOP_COUNT; i++)
		map(LOW_AREA(0) + i * PAGE, page, PTE_U | PTE_W);
}

CHECK(site_shadow_fill)
{
	loop_data[0] = LOW_AREA(0);
	measure(&(struct site){
		.name = "shadow-fill", LOOPS_OF(shadow_fill), .per = 1, .before = forget_pages});
}

static void with_user_int80(word count)
{
	user_repeat(user_int80, count);
}

/* From user code to the kernel and back: int 0x80, iret. */
CHECK(site_user_int80)
{
	handler_set(VECTOR_BY_USER, handler_return);
	measure(&(struct site){.name = "user-int80",
			       .with = with_user_int80,
			       .without = user_without_calls,
			       .per = 1});
	gate_reset(VECTOR_BY_USER);
}
