/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_memory.c - the memory of the fake Xen's domain, mapped twice: as Xen reaches it, and as the
 * wedge does, with the rights that the physmap's tables give; and a process for each test.
 *
 * Invariant: the second mapping's rights follow the tables at once.
 */
#include "fake_memory.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "apart.h"
#include "fake_xen.h"
#include "fake_width.h"

enum { READ_ONLY = X86_PTE_P | X86_PTE_A | X86_PTE_D, TABLE = READ_ONLY | X86_PTE_W };

struct xen xen;
char *fake_physmap;
uint64_t fake_machine_to_physical[FAKE_FIRST_FRAME + FAKE_FRAMES];

static uint64_t *memory; /* Xen's mapping, by machine frame */
static int memory_file;

/* Which blocks of 2 MiB the wedge sees in each of its own, and will see after a flush of the TLB.
 */
enum { SLOTS = FAKE_FRAMES / ENTRIES + 1, BLOCK_BYTES = ENTRIES * PAGE };
#define NOTHING UINT64_MAX
static uint64_t shown[SLOTS], to_show[SLOTS];
static uint64_t physical_to_machine[FAKE_FRAMES];

const uint64_t *fake_frame(uint64_t frame)
{
	if (frame < FAKE_FIRST_FRAME || frame >= FAKE_FIRST_FRAME + xen.pages ||
	    fake_frame_is_gone(frame))
		return NULL;
	return memory + fake_page(frame) * ENTRIES;
}

uint64_t fake_page(uint64_t frame)
{
	return fake_machine_to_physical[frame];
}

void fake_frame_names(uint64_t frame, uint64_t page)
{
	fake_machine_to_physical[frame] = page;
}

void fake_frame_write(uint64_t frame, unsigned int index, uint64_t value)
{
	memory[fake_page(frame) * ENTRIES + index] = value;
}

static uint64_t block_count(void)
{
	return (xen.pages + ENTRIES - 1) / ENTRIES;
}

/* The rights of a page, where the wedge sees it. */
static void protect(uint64_t slot, unsigned int index, uint64_t value)
{
	char *at = fake_physmap + (slot * ENTRIES + index) * PAGE;
	int prot = PROT_NONE;

	if (value & X86_PTE_P)
		prot = PROT_READ | (value & X86_PTE_W ? PROT_WRITE : 0);
	assert_int_equal(mprotect(at, PAGE, prot), 0);
}

void fake_memory_follow(uint64_t table, unsigned int index, uint64_t value)
{
	int in_physmap = fake_physmap_slot(table, index);

	if (in_physmap >= 0 && in_physmap < SLOTS)
		to_show[in_physmap] =
			value ? fake_page((value & X86_PTE_ADDRESS) / PAGE) - xen.physmap_l1
			      : NOTHING;
	if (table < xen.physmap_l1 || table >= xen.physmap_l1 + block_count())
		return;
	for (unsigned int slot = 0; slot < SLOTS; slot++) {
		if (shown[slot] == table - xen.physmap_l1)
			protect(slot, index, value);
	}
}

static void show(unsigned int slot, uint64_t block)
{
	char *at = fake_physmap + (size_t)slot * BLOCK_BYTES;
	const uint64_t *l1 = memory + (xen.physmap_l1 + block) * ENTRIES;

	shown[slot] = block;
	if (block == NOTHING) {
		assert_int_equal(mprotect(at, BLOCK_BYTES, PROT_NONE), 0);
		return;
	}
	assert_ptr_equal(mmap(at, BLOCK_BYTES, PROT_READ, MAP_SHARED | MAP_FIXED, memory_file,
			      (off_t)(block * BLOCK_BYTES)),
			 at);
	for (unsigned int i = 0; i < ENTRIES; i++)
		protect(slot, i, l1[i]);
}

void fake_memory_flushed(void)
{
	for (unsigned int slot = 0; slot < SLOTS; slot++) {
		if (to_show[slot] != shown[slot])
			show(slot, to_show[slot]);
	}
}

static void map_memory(void)
{
	size_t size = xen.pages * PAGE;

	memory_file = memfd_create("domain", MFD_CLOEXEC);
	assert_int_equal(ftruncate(memory_file, (off_t)size), 0);
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory_file, 0);
	fake_physmap = mmap(NULL, SLOTS * (size_t)BLOCK_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
			    memory_file, 0);
	assert_true(memory != MAP_FAILED && fake_physmap != MAP_FAILED);
	for (unsigned int slot = 0; slot < SLOTS; slot++)
		shown[slot] = to_show[slot] = slot < block_count() ? slot : NOTHING;
	memset(fake_machine_to_physical, 0xff, sizeof(fake_machine_to_physical));
	for (uint64_t page = 0; page < xen.pages; page++) {
		physical_to_machine[page] = FAKE_FIRST_FRAME + xen.pages - 1 - page;
		fake_machine_to_physical[physical_to_machine[page]] = page;
	}
	xen.p2m = physical_to_machine;
}

static uint64_t *new_table(uint64_t *page)
{
	*page = xen.heap_next++;
	return memory + *page * ENTRIES;
}

/* The tables that boot.c makes. */
static void build_tables(void)
{
	uint64_t tables = (xen.pages + ENTRIES - 1) / ENTRIES, *l1 = NULL, page;
	uint64_t tables_end = xen.heap + tables + FAKE_UPPER_TABLES;

	xen.physmap_l1 = xen.heap_next;
	for (uint64_t i = 0; i < xen.pages; i++) {
		bool is_table = i >= xen.heap && i < tables_end;

		if (i % ENTRIES == 0)
			l1 = new_table(&page);
		l1[i % ENTRIES] = xen_machine(i) | (is_table ? READ_ONLY : TABLE);
	}
	fake_build_upper(new_table, tables);
	assert_int_equal(xen.heap_next, tables_end);
	for (page = xen.heap; page < tables_end; page++)
		assert_int_equal(mprotect(fake_physmap + page * PAGE, PAGE, PROT_READ), 0);
}

static void load_tables(void)
{
	struct mmuext_op ops[] = {
		{.cmd = MMUEXT_PIN_L1_TABLE + XEN_LEVELS - 1, .arg1.mfn = xen.p2m[xen.boot_table]},
		{.cmd = MMUEXT_NEW_BASEPTR, .arg1.mfn = xen.p2m[xen.boot_table]},
	};

	assert_int_equal(hypercall_raw(__HYPERVISOR_mmuext_op, (uintptr_t)ops, 2, 0, DOMID_SELF, 0),
			 0);
}

/* A domain as boot.c and memory_init leave it. */
static void start(uint64_t heap_pages)
{
	static struct afterburn_wedge_header header = {.load_paddr = FAKE_WEDGE_PAGE * PAGE};
	static struct start_info start = {.pt_base = (FAKE_WEDGE_END - 5) * PAGE,
					  .nr_pt_frames = 4};
	static struct xen_vcpu backend;

	assert_in_range(heap_pages, 1, FAKE_HEAP_MAX);
	xen.heap = xen.heap_next = FAKE_GUEST_PAGES;
	xen.heap_end = xen.heap + heap_pages;
	xen.pages = xen.heap_end + FAKE_GUEST_ABOVE;
	xen.header = &header;
	xen.start_info = &start;
	map_memory();
	build_tables();
	load_tables();
	fake_link_kernel(GUEST_CODE);
	memory_init();
	guest_setup(NULL);
	vcpu.backend = &backend;
	vcpu.cr[4] |= X86_CR4_PGE | X86_CR4_PSE;
}

/* ---- a process for each test ---- */

static void (*running)(void);
static uint64_t running_heap;

static void run_here(void **state)
{
	(void)state;
	start(running_heap);
	running();
}

void fake_xen_run(void (*test)(void), uint64_t heap_pages)
{
	running = test;
	running_heap = heap_pages;
	run_apart(run_here);
}
