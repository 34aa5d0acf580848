/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_host.c - see fake_host.h.
 *
 * Invariant: knows nothing of the guest's tables.
 */
#include <debug.h>

#include "fake_host.h"

enum { PROT_BITS = 3, HEAP = 12 << 20 };

struct linux_machine machine;
struct fake_host host;
struct view fake_view[FAKE_VIEWS];

static uint8_t spare[LINUX_COPIES * X86_PAGE_SIZE];
static bool kernel_text[FAKE_MEMORY / X86_PAGE_SIZE];
/* Address space 0 is the wedge's own; then those of fake_view, then those of space.c. */
static struct process processes[FAKE_SPACES];
_Static_assert(FAKE_SPACES > FAKE_VIEWS + VIEW_SLOTS, "room for all processes");

/* View tables stay with the code under test, which keeps lists of the free ones. */
static uint8_t heap[HEAP] __attribute__((aligned(16)));
static size_t heap_given;

void *__wrap_backend_allocate(size_t size);
void *__wrap_backend_allocate(size_t size)
{
	heap_given += size;
	return heap_given <= HEAP ? heap + heap_given - size : NULL;
}

void fake_heap_ends(void)
{
	heap_given = HEAP;
}

static unsigned int space_of(const struct view *view)
{
	return view->process ? (unsigned int)(view->process - processes) : 0;
}

/* Of a page that is mapped, the physical one << PROT_BITS | HOST_PROT_*. */
static uint32_t *page_at(const struct view *view, uint64_t va, bool make)
{
	return fake_page(space_of(view), va, make);
}

static uint64_t next_mapped(const struct view *view, uint64_t va, uint64_t end)
{
	return fake_page_next(space_of(view), va, end);
}

void fake_host_reset(void)
{
	for (unsigned int i = 0; i < FAKE_VIEWS; i++) {
		view_forget(&fake_view[i]);
		fake_view[i] = (struct view){.process = i == FAKE_KERNEL ? NULL : &processes[i]};
	}
	view_drop_copies(0, machine.pages);
	host = (struct fake_host){0};
	fake_pages_reset();
	memset(kernel_text, 0, sizeof(kernel_text));
	machine.pages = FAKE_MEMORY / X86_PAGE_SIZE;
	machine.info.memory_bytes = FAKE_MEMORY;
	machine.window_alias = WEDGE_BASE - FAKE_LINKED_ABOVE;
}

int fake_host_setup(void **state)
{
	static struct linux_vcpu backend;

	guest_setup(state);
	fake_host_reset();
	backend = (struct linux_vcpu){0};
	vcpu.backend = &backend;
	vcpu.cr[4] |= X86_CR4_PSE | X86_CR4_PGE;
	vcpu.cr[0] |= X86_CR0_WP;
	return 0;
}

int fake_host_teardown(void **state)
{
	if (host.wrong)
		print_message("# %s\n", host.wrong);
	guest_teardown(state);
	return host.wrong ? -1 : 0;
}

unsigned int host_prot(const struct view *view, uint64_t va)
{
	const uint32_t *page = page_at(view, va, false);

	return page ? *page & ((1u << PROT_BITS) - 1) : 0;
}

uint64_t host_physical(const struct view *view, uint64_t va)
{
	const uint32_t *page = page_at(view, va, false);

	return page ? (uint64_t)(*page >> PROT_BITS) * X86_PAGE_SIZE : 0;
}

bool host_maps_any(const struct view *view, uint64_t from, uint64_t size)
{
	return next_mapped(view, from, from + size) < from + size;
}

static void check_range(const struct view *view, uint64_t va, uint64_t size)
{
	uint64_t end = va + size, top = ARCH_LONG_MODE ? LAUNCH_WEDGE_BASE : 1ull << 32;

	if (va % X86_PAGE_SIZE || size % X86_PAGE_SIZE || !size)
		host.wrong = "a range that is not whole pages";
	else if (end < va || end > (view->process ? USER_END : top))
		host.wrong = "a range that reaches beyond the guest's addresses";
	else if (!view->process && va < WEDGE_BASE + (uint64_t)WEDGE_SIZE && end > WEDGE_BASE)
		host.wrong = "a range that holds the window";
	else if (view->process && va < USER_DOOR + (uint64_t)USER_DOOR_SIZE && end > USER_DOOR)
		host.wrong = "a range that holds the door";
}

static bool is_lost(void)
{
	return host.lose_every && ++host.may_be_lost % host.lose_every == 0;
}

/* Copies lie behind the memory; user code may execute them. */
static bool is_copy(const struct view *view, uint64_t physical, uint64_t size, unsigned int prot)
{
	return view->process && size == X86_PAGE_SIZE && prot == (FAKE_R | FAKE_X) &&
	       physical - machine.info.memory_bytes < sizeof(spare);
}

uint8_t *memory_spare(void)
{
	return spare;
}

void mapping_set(const struct view *view, uint64_t va, uint64_t size, uint64_t physical,
		 unsigned int prot)
{
	host.sets++;
	check_range(view, va, size);
	if (va < FAKE_LOWEST)
		host.wrong = "a mapping at an address that hosts refuse";
	if (physical % X86_PAGE_SIZE ||
	    (physical + size > machine.info.memory_bytes && !is_copy(view, physical, size, prot)))
		host.wrong = "a mapping of what is no memory";
	if (!(prot & FAKE_R))
		host.wrong = "a mapping that cannot be read";
	for (uint64_t i = 0; !host.wrong && i < size; i += X86_PAGE_SIZE)
		*page_at(view, va + i, true) =
			(uint32_t)((physical + i) / X86_PAGE_SIZE) << PROT_BITS | prot;
}

void mapping_protect(const struct view *view, uint64_t va, uint64_t size, unsigned int prot)
{
	host.protects++;
	check_range(view, va, size);
	if (is_lost())
		return;
	for (uint64_t i = 0; !host.wrong && i < size; i += X86_PAGE_SIZE) {
		uint32_t *page = page_at(view, va + i, false);

		if (!page || !*page)
			host.wrong = "protection of what is not mapped";
		else
			*page = *page >> PROT_BITS << PROT_BITS | prot;
	}
}

void mapping_remove(const struct view *view, uint64_t va, uint64_t size)
{
	host.removes++;
	check_range(view, va, size);
	if (is_lost())
		return;
	for (uint64_t at = va; !host.wrong && (at = next_mapped(view, at, va + size)) < va + size;)
		*page_at(view, at, false) = 0;
}

bool view_is_kernel_text(uint64_t page)
{
	return page < machine.pages && kernel_text[page];
}

void fake_kernel_text(uint64_t page, bool is)
{
	kernel_text[page] = is;
}

struct process *process_get(uint32_t slot)
{
	assert_true(slot < VIEW_SLOTS);
	return &processes[FAKE_VIEWS + slot];
}

void process_hold(struct process *process)
{
	assert_non_null(process);
	host.holds++;
}

bool debug_attached(void)
{
	return host.debugger;
}

bool mapping_failed(struct vcpu *v)
{
	bool was = host.no_room;

	(void)v;
	host.no_room = false;
	return was;
}

void process_order(struct process *process, long number, uint64_t a, uint64_t b, uint64_t c,
		   uint64_t d, uint64_t f)
{
	(void)process;
	host.order = (struct order){.number = (uint64_t)number, .argument = {a, b, c, d, 0, f}};
	host.orders++;
}

void process_descriptor(struct process *process, unsigned int n, uint64_t descriptor)
{
	(void)process;
	assert_true(n < FAKE_LDT);
	host.ldt[n] = descriptor;
	host.descriptors++;
}

bool fake_touch(struct view *view, uint64_t va, uint32_t access)
{
	struct guest_walk walk;

	if (!guest_walk(&vcpu, va, access | (view->process ? X86_PF_USER : 0), &walk))
		return false;
	assert_true(view_reserve());
	view_fill(view, va, &walk);
	return true;
}

void fake_map_many(uint64_t va, uint64_t pa, unsigned int count, uint64_t flags)
{
	for (unsigned int i = 0; i < count; i++)
		guest_map(va + i * X86_PAGE_SIZE, pa + i * X86_PAGE_SIZE, flags);
}

guest_pte *fake_pde(uint64_t va)
{
	for (unsigned int level = ARCH_PAGE_LEVELS; level > 2; level--) {
		guest_pte *entry = guest_entry(va, level);

		if (!*entry)
			*entry = (guest_pte)(guest_table() | FAKE_TABLE);
	}
	return guest_entry(va, 2);
}

void fake_map_large(uint64_t va, uint64_t pa, uint64_t flags)
{
	*fake_pde(va) = (guest_pte)(pa | flags | X86_PTE_PS);
}

void assert_host_maps(const struct view *view, uint64_t va, uint64_t pa, unsigned int prot)
{
	assert_int_equal(host_prot(view, va), prot);
	assert_int_equal(host_physical(view, va), pa);
}
