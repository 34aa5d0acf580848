/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_guest.c - see fake_guest.h.
 *
 * Invariant: changes the guest's tables with plain stores.
 */
#include "fake_guest.h"

#include "fake_width.h"

uint64_t new_root(void)
{
	static uint64_t first;
	uint64_t root = guest_table();

	first = first ? first : vcpu.cr[3];
	fake_share_kernel(root, first);
	return root;
}

void be_low(void)
{
	fake_link_kernel(IMAGE_VA);
	guest_map(IMAGE_VA, GUEST_CODE_PA, X86_PTE_P | X86_PTE_W | X86_PTE_G);
}

void load_root(uint64_t root)
{
	vcpu.cr[3] = root;
	guest_forget_space(&vcpu);
	backend_space_load(&vcpu);
}

void invlpg(uint64_t va)
{
	guest_forget_page(&vcpu, va);
	vcpu.no_stack.page = 0;
	backend_space_invalidate(&vcpu, va);
}

/* The page of 4 KiB that it replaces brings the tables above. */
uint64_t map_large(uint64_t va, uint64_t pa, uint64_t flags)
{
	guest_map(va, GUEST_DATA_PA, flags);
	*guest_entry(va, 2) = (guest_pte)((pa & ~(SPAN - 1)) | X86_PTE_PS | flags);
	return va + pa % SPAN;
}

void forbid_to_execute(guest_pte *entry)
{
	if (XEN_LEVELS == 4)
		*entry |= (guest_pte)X86_PTE_NX;
	else
		*entry &= ~(guest_pte)X86_PTE_P;
}

void allow_to_execute(guest_pte *entry)
{
	if (XEN_LEVELS == 4)
		*entry &= ~(guest_pte)X86_PTE_NX;
	else
		*entry |= (guest_pte)X86_PTE_P;
}

bool touch(enum view view, uint64_t va, uint32_t access)
{
	struct guest_walk walk;

	vcpu.cs = view == USER ? USER_CS : 0;
	if (!guest_walk(&vcpu, va, access | (view == USER ? X86_PF_USER : 0), &walk))
		return false;
	backend_space_fill(&vcpu, va, &walk);
	vcpu.cs = 0;
	return true;
}

struct reach reach(enum view view, uint64_t va)
{
	uint64_t frame = fake_top_frame(view == USER), all = ~0ull, any = 0;

	for (unsigned int level = XEN_LEVELS; level; level--) {
		uint64_t e = frame ? fake_frame(frame)[va >> (3 + 9 * level) & 511] : 0;

		if (!(e & X86_PTE_P))
			return (struct reach){0};
		all &= e;
		any |= e;
		frame = (e & X86_PTE_ADDRESS) / PAGE;
	}
	if (view == USER && !(all & X86_PTE_U))
		return (struct reach){0};
	return (struct reach){
		.prot = R | (all & X86_PTE_W ? W : 0) | (any & X86_PTE_NX ? 0 : X),
		.page = fake_page(frame),
	};
}

void assert_reaches(enum view view, uint64_t va, uint64_t pa, unsigned int prot)
{
	struct reach r = reach(view, va);

	assert_int_equal(r.prot, prot);
	assert_int_equal(r.page * PAGE, pa);
}

void assert_reaches_nothing(enum view view, uint64_t va)
{
	assert_int_equal(reach(view, va).prot, 0);
}
