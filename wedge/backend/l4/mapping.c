/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mapping.c - the shadow MMU's mappings on L4 (view/view.h): for the guest kernel by the pager, at
 * once; for user code by messages and orders (process.h).
 *
 * L4 on ia32 cannot keep a page from execution. So a page of small mappings that the kernel may not
 * write counts as code, and the core looks at it before the kernel goes on; programs' pages do not,
 * which it does not execute (a look costs 290,000 instructions). One that it may write
 * is looked at when it loses that right: it is taken away then, and comes back by a fault. Code
 * that stays writable is never looked at: its sensitive instructions are emulated as far as they
 * fault.
 *
 * Invariant: only guest-physical memory is mapped, below what view_bounds() says.
 */
#include <wedge/log.h>
#include <wedge/modules.h>
#include "process.h"

enum { PAGE = X86_PAGE_SIZE, LARGEST_LOG2 = 22, NEW_PAGES = 64 };

/* Items for the pager. */
static struct process_item items[L4_ITEMS];
static unsigned int item_count;

/* Pages of the kernel's that may hold new code. */
static uint32_t new_pages[NEW_PAGES];
unsigned int mapping_new;

/* ---- pieces: fpages are powers of two, and aligned ---- */

static unsigned int piece_log2(uint32_t aligned, uint64_t size, unsigned int most)
{
	unsigned int log2 = X86_PAGE_SHIFT;

	while (log2 < most && !(aligned >> log2 & 1) && 2ull << log2 <= size)
		log2++;
	return log2;
}

/* ---- the kernel's view ---- */

static void send_items(void)
{
	uint32_t tag, sender;

	if (!item_count)
		return;
	for (unsigned int i = 0; i < item_count; i++) {
		*x2_mr(L4_K_UTCB, 1 + 2 * i) = items[i].base | X2_MAP_ITEM;
		*x2_mr(L4_K_UTCB, 2 + 2 * i) = items[i].fpage;
	}
	*x2_word(L4_K_UTCB, X2_UTCB_BR0) = X2_EVERYTHING;
	l4_count(COUNT_L4_IPC);
	tag = x2_ipc(L4_PAGER, L4_PAGER, X2_NEVER, X2_TAG(0, 0, 2 * item_count), L4_K_UTCB,
		     &sender);
	*x2_word(L4_K_UTCB, X2_UTCB_BR0) = 0;
	if (tag & X2_TAG_ERROR)
		wedge_fatal(
			"L4 refuses to map memory for the kernel (error %u): its own memory may be "
			"too small (kmem=)",
			*x2_word(L4_K_UTCB, X2_UTCB_ERROR));
	item_count = 0;
}

static void map_for_kernel(uint32_t base, uint32_t fpage)
{
	l4_count(COUNT_L4_MAP);
	items[item_count++] = (struct process_item){base, fpage};
	if (item_count == L4_ITEMS)
		send_items();
}

static void unmap_for_kernel(uint32_t fpage)
{
	*x2_mr(L4_K_UTCB, 0) = fpage;
	l4_count(COUNT_L4_UNMAP);
	x2_unmap(X2_UNMAP_FLUSH, L4_K_UTCB);
}

/* Is the page to be looked at before it is used? If there is no room to note it, it stays absent.
 */
static bool may_map_now(const struct view *view, uint32_t va, uint64_t size, unsigned int prot)
{
	if (view->process || va < L4_GUEST_KERNEL || (prot & (VIEW_WRITE | VIEW_EXEC)))
		return true;
	if (size / PAGE > NEW_PAGES - mapping_new)
		return false;
	for (uint32_t at = 0; at < size; at += PAGE)
		new_pages[mapping_new++] = va + at;
	return true;
}

void mapping_settle(struct vcpu *v)
{
	for (unsigned int i = 0; i < mapping_new; i++)
		modules_fetch(v, new_pages[i]);
	mapping_new = 0;
}

/* ---- as view.h says ---- */

void mapping_set(const struct view *view, uint64_t va, uint64_t size, uint64_t physical,
		 unsigned int prot)
{
	uint32_t at = (uint32_t)va, from = L4_WINDOW + (uint32_t)physical;
	uint32_t rights = X2_READ | X2_EXEC | (prot & VIEW_WRITE ? X2_WRITE : 0);

	if (!may_map_now(view, at, size, prot))
		return;
	while (size) {
		unsigned int log2 = piece_log2(at | from, size, LARGEST_LOG2);

		if (view->process)
			process_map(view->process, at, X2_FPAGE(from, log2) | rights);
		else
			map_for_kernel(at, X2_FPAGE(from, log2) | rights);
		at += 1u << log2;
		from += 1u << log2;
		size -= 1u << log2;
	}
	if (!view->process)
		send_items();
}

static void unmap(const struct view *view, uint64_t va, uint64_t size, uint32_t rights)
{
	uint32_t at = (uint32_t)va;

	while (size) {
		unsigned int log2 = piece_log2(at, size, 31);

		if (view->process)
			process_unmap(view->process, X2_FPAGE(at, log2) | rights);
		else
			unmap_for_kernel(X2_FPAGE(at, log2) | rights);
		at += 1u << log2;
		size -= 1ull << log2;
	}
}

/* Rights to execute are none of L4's; that to write only ever goes. */
void mapping_protect(const struct view *view, uint64_t va, uint64_t size, unsigned int prot)
{
	if (!(prot & VIEW_WRITE))
		unmap(view, va, size, X2_RIGHTS);
}

void mapping_remove(const struct view *view, uint64_t va, uint64_t size)
{
	unmap(view, va, size, X2_RIGHTS);
}

bool mapping_failed(struct vcpu *v)
{
	(void)v;
	return false;
}

/* No page has a copy. */
void view_map(const struct view *view, uint64_t va, uint64_t size, uint64_t physical,
	      unsigned int prot)
{
	mapping_set(view, va, size, physical, prot);
}

bool view_give_back(const struct view *view, uint64_t va, const struct guest_walk *walk)
{
	(void)view;
	(void)va;
	(void)walk;
	return false;
}

void view_drop_copies(uint64_t page, uint64_t count)
{
	(void)page;
	(void)count;
}

struct view_state *view_state(const struct vcpu *v)
{
	return &((struct l4_machine *)v->backend)->view;
}

struct view_bounds view_bounds(const struct view *view)
{
	uint64_t end = view->process ? STUB_CODE : L4_WINDOW;

	return (struct view_bounds){end, end, end};
}

/* A kernel that is linked 2 GiB above where it is loaded sees no memory there. */
uint64_t view_window_alias(void)
{
	return WEDGE_BASE;
}
