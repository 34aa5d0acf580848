/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_host.c - see fake_host.h.
 *
 * Invariant: knows nothing of the guest's tables.
 */
#include "fake_host.h"

enum { PROT_BITS = 3, PAGES = 1 << 20, TABLES = 1100 };

struct linux_machine machine;
struct fake_host host;
struct view fake_view[FAKE_VIEWS];

static uint32_t pages[FAKE_VIEWS][PAGES]; /* physical page << PROT_BITS | HOST_PROT_*; 0: none */
static bool kernel_text[FAKE_MEMORY / X86_PAGE_SIZE];
static struct process processes[FAKE_VIEWS];

/* View tables stay with the code under test, which keeps a list of the free ones. */
static struct view_table tables[TABLES];
static unsigned int tables_given;

void *__wrap_backend_allocate(size_t size);
void *__wrap_backend_allocate(size_t size)
{
	assert_int_equal(size, sizeof(tables[0]));
	return tables_given < TABLES ? &tables[tables_given++] : NULL;
}

void fake_host_reset(void)
{
	for (unsigned int i = 0; i < FAKE_VIEWS; i++) {
		view_forget(&fake_view[i]);
		fake_view[i] = (struct view){.process = i == FAKE_KERNEL ? NULL : &processes[i]};
	}
	host = (struct fake_host){0};
	memset(pages, 0, sizeof(pages));
	memset(kernel_text, 0, sizeof(kernel_text));
	machine.pages = FAKE_MEMORY / X86_PAGE_SIZE;
	machine.info.memory_bytes = FAKE_MEMORY;
	machine.window_alias = WEDGE_BASE - 0x80000000;
}

int fake_host_setup(void **state)
{
	static struct linux_vcpu backend;

	guest_setup(state);
	fake_host_reset();
	backend = (struct linux_vcpu){0};
	vcpu.backend = &backend;
	vcpu.cr[4] |= X86_CR4_PSE | X86_CR4_PGE;
	return 0;
}

int fake_host_teardown(void **state)
{
	if (host.wrong)
		print_message("# %s\n", host.wrong);
	guest_teardown(state);
	return host.wrong ? -1 : 0;
}

static uint32_t *entry(const struct view *view, uint64_t va)
{
	return &pages[view - fake_view][va / X86_PAGE_SIZE];
}

unsigned int host_prot(const struct view *view, uint64_t va)
{
	return *entry(view, va) & ((1u << PROT_BITS) - 1);
}

uint64_t host_physical(const struct view *view, uint64_t va)
{
	return (uint64_t)(*entry(view, va) >> PROT_BITS) * X86_PAGE_SIZE;
}

bool host_maps_any(const struct view *view, uint64_t from, uint64_t size)
{
	for (uint64_t va = from; va < from + size; va += X86_PAGE_SIZE) {
		if (*entry(view, va))
			return true;
	}
	return false;
}

static void check_range(const struct view *view, uint64_t va, uint64_t size)
{
	uint64_t end = va + size;

	if (va % X86_PAGE_SIZE || size % X86_PAGE_SIZE || !size)
		host.wrong = "a range that is not whole pages";
	else if (va >= 1ull << 32 || size > 1ull << 32 || end > 1ull << 32)
		host.wrong = "a range above 4 GiB";
	else if (!view->process && va < WEDGE_BASE + (uint64_t)WEDGE_SIZE && end > WEDGE_BASE)
		host.wrong = "a range that holds the window";
	else if (view->process && end > USER_DOOR)
		host.wrong = "a range that holds the door";
}

static bool is_lost(void)
{
	return host.lose_every && ++host.may_be_lost % host.lose_every == 0;
}

void mapping_set(const struct view *view, uint64_t va, uint64_t size, uint64_t physical,
		 unsigned int prot)
{
	host.sets++;
	check_range(view, va, size);
	if (va < FAKE_LOWEST)
		host.wrong = "a mapping at an address that hosts refuse";
	if (physical % X86_PAGE_SIZE || physical + size > machine.info.memory_bytes)
		host.wrong = "a mapping of what is no memory";
	if (!(prot & FAKE_R))
		host.wrong = "a mapping that cannot be read";
	for (uint64_t i = 0; !host.wrong && i < size; i += X86_PAGE_SIZE)
		*entry(view, va + i) =
			(uint32_t)((physical + i) / X86_PAGE_SIZE) << PROT_BITS | prot;
}

void mapping_protect(const struct view *view, uint64_t va, uint64_t size, unsigned int prot)
{
	host.protects++;
	check_range(view, va, size);
	if (is_lost())
		return;
	for (uint64_t i = 0; !host.wrong && i < size; i += X86_PAGE_SIZE) {
		uint32_t *e = entry(view, va + i);

		if (!*e)
			host.wrong = "protection of what is not mapped";
		*e = *e >> PROT_BITS << PROT_BITS | prot;
	}
}

void mapping_remove(const struct view *view, uint64_t va, uint64_t size)
{
	host.removes++;
	check_range(view, va, size);
	if (is_lost())
		return;
	for (uint64_t i = 0; !host.wrong && i < size; i += X86_PAGE_SIZE)
		*entry(view, va + i) = 0;
}

bool memory_is_kernel_text(uint64_t page)
{
	return page < machine.pages && kernel_text[page];
}

void fake_kernel_text(uint64_t page, bool is)
{
	kernel_text[page] = is;
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
	view_fill(view, (uint32_t)va, &walk);
	return true;
}

void fake_map_many(uint32_t va, uint32_t pa, unsigned int count, uint32_t flags)
{
	for (unsigned int i = 0; i < count; i++)
		guest_map(va + i * X86_PAGE_SIZE, pa + i * X86_PAGE_SIZE, flags);
}

void fake_map_large(uint32_t va, uint32_t pa, uint32_t flags)
{
	*guest_entry(va, 2) = pa | flags | X86_PTE_PS;
}

void assert_host_maps(const struct view *view, uint32_t va, uint64_t pa, unsigned int prot)
{
	assert_int_equal(host_prot(view, va), prot);
	assert_int_equal(host_physical(view, va), pa);
}
