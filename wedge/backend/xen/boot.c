/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot.c - from Xen's initial page tables, which map everything at its physical address, to the
 * wedge's own (xen/public/xen.h, "Start-of-day memory layout").
 *
 * The code runs below 4 GiB, not where it is linked: it addresses static objects only relative to
 * RIP, and stores no such address. It builds the tables one page at a time through a mapping window
 * in the initial tables.
 *
 * Invariant: every frame that becomes a page table is mapped read-only everywhere before Xen
 * validates it.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "xen.h"

struct xen xen;

enum {
	/* Addresses whose entries in the initial tables are borrowed as windows. */
	WINDOW = 0x20000,
	READ_ONLY = X86_PTE_P | X86_PTE_A | X86_PTE_D,
	TABLE = READ_ONLY | X86_PTE_W,
};

extern struct afterburn_wedge_header wedge_header;
extern const char wedge_data[];

enum window { WINDOW_L1, WINDOW_L2, WINDOW_L3, WINDOW_L4, WINDOW_CONSOLE, WINDOW_COUNT };

static uint64_t *window_address(enum window w)
{
	return (uint64_t *)(uintptr_t)(WINDOW + (uint64_t)w * PAGE);
}

static void window_set(enum window w, uint64_t entry)
{
	if (hypercall_raw(__HYPERVISOR_update_va_mapping, (uint64_t)window_address(w), entry,
			  UVMF_INVLPG | UVMF_LOCAL, 0, 0))
		wedge_fatal("Xen refuses to map a page of the heap");
}

/* Opens the next heap page as an empty table in a window; returns its page number. */
static uint64_t open_table(enum window w)
{
	uint64_t page = xen.heap_next++;

	window_set(w, xen_machine(page) | TABLE);
	memset(window_address(w), 0, PAGE);
	return page;
}

static void close_tables(void)
{
	for (enum window w = 0; w < WINDOW_COUNT; w++)
		window_set(w, 0);
}

static uint64_t table_count(void)
{
	uint64_t l1 = (xen.pages + ENTRIES - 1) / ENTRIES;
	uint64_t l2 = (l1 + ENTRIES - 1) / ENTRIES;

	return l1 + l2 + 4; /* the last 2 MiB's L1 and L2, the L3, the L4 */
}

static bool is_initial_table(uint64_t page)
{
	const struct start_info *si = xen.start_info;
	uint64_t first = si->pt_base / PAGE;

	return page >= first && page < first + si->nr_pt_frames;
}

/* The physmap's view of a page: tables read-only, everything else writable. */
static uint64_t physmap_entry(uint64_t page)
{
	bool table =
		is_initial_table(page) || (page >= xen.heap && page < xen.heap + table_count());

	return xen_machine(page) | X86_PTE_P | X86_PTE_A | X86_PTE_D | (table ? 0 : X86_PTE_W);
}

static void build_physmap_l1s(void)
{
	xen.physmap_l1 = xen.heap_next;
	for (uint64_t page = 0; page < xen.pages; page += ENTRIES) {
		uint64_t *l1 = window_address(WINDOW_L1);

		open_table(WINDOW_L1);
		for (uint64_t i = 0; i < ENTRIES && page + i < xen.pages; i++)
			l1[i] = physmap_entry(page + i);
	}
}

static void build_physmap_l2s(void)
{
	uint64_t tables = xen.heap_next - xen.physmap_l1;

	xen.physmap_l2 = xen.heap_next;
	for (uint64_t n = 0; n < tables; n += ENTRIES) {
		uint64_t *l2 = window_address(WINDOW_L2);

		open_table(WINDOW_L2);
		for (uint64_t i = 0; i < ENTRIES && n + i < tables; i++)
			l2[i] = xen_machine(xen.physmap_l1 + n + i) | TABLE;
	}
}

static unsigned int top_index(uint64_t va)
{
	return (unsigned int)(va / PAGE % ENTRIES);
}

/* The last 2 MiB: image, vCPU, stack, what Xen shares with us. `first` is the first page behind the
 * tables. */
static void build_wedge_l1(uint64_t first)
{
	uint64_t *l1 = window_address(WINDOW_L1);
	uint64_t image = xen.header->load_paddr / PAGE;
	uint64_t image_pages = (xen.header->sites_offset + PAGE - 1) / PAGE;
	/*
	 * Both addresses are relative to RIP, so their distance is right wherever this code runs.
	 */
	uint64_t constant_pages = (uint64_t)(wedge_data - (const char *)&wedge_header) / PAGE;

	xen.wedge_l1 = open_table(WINDOW_L1);
	for (uint64_t i = 0; i < image_pages; i++)
		l1[i] = xen_machine(image + i) | (i < constant_pages ? READ_ONLY : TABLE);
	for (unsigned int i = 0; i < WEDGE_VCPU_PAGES; i++)
		l1[top_index(WEDGE_VCPU_BASE) + i] = xen_machine(first++) | TABLE;
	for (unsigned int i = 0; i < WEDGE_STACK_PAGES; i++)
		l1[top_index(WEDGE_VCPU_BASE) + WEDGE_VCPU_PAGES + 1 + i] =
			xen_machine(first++) | TABLE;
	l1[top_index(XEN_SHARED_INFO)] = xen.start_info->shared_info | TABLE;
	if (!(xen.start_info->flags & SIF_INITDOMAIN))
		l1[top_index(XEN_CONSOLE_RING)] = xen.start_info->console.domU.mfn * PAGE | TABLE;
}

static void build_upper_tables(void)
{
	uint64_t *l2 = window_address(WINDOW_L2), *l3 = window_address(WINDOW_L3);
	uint64_t *l4 = window_address(WINDOW_L4);
	const uint64_t *initial_l4 = (const uint64_t *)xen.start_info->pt_base;
	uint64_t last_l2, l3_page;

	last_l2 = open_table(WINDOW_L2);
	l2[ENTRIES - 1] = xen_machine(xen.wedge_l1) | TABLE;
	l3_page = open_table(WINDOW_L3);
	for (uint64_t i = 0; xen.physmap_l2 + i < xen.wedge_l1; i++)
		l3[i] = xen_machine(xen.physmap_l2 + i) | TABLE | X86_PTE_NX;
	l3[ENTRIES - 1] = xen_machine(last_l2) | TABLE;
	xen.boot_table = open_table(WINDOW_L4);
	l4[XEN_TOP_SLOT] = xen_machine(l3_page) | TABLE;
	/* This code needs the low mapping until it has jumped to where it is linked. */
	l4[0] = initial_l4[0];
}

/* Xen does not clear a domain's memory, and the vCPU must begin as zeros. */
static void clear_pages(uint64_t first, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		window_set(WINDOW_L1, xen_machine(first + i) | TABLE);
		memset(window_address(WINDOW_L1), 0, PAGE);
	}
	window_set(WINDOW_L1, 0);
}

static void load_tables(void)
{
	struct mmuext_op op = {.cmd = MMUEXT_PIN_L4_TABLE, .arg1.mfn = xen.p2m[xen.boot_table]};
	long error = hypercall_raw(__HYPERVISOR_mmuext_op, (uint64_t)&op, 1, 0, DOMID_SELF, 0);

	if (error)
		wedge_fatal("Xen refuses the wedge's page tables (error %ld)", -error);
	op.cmd = MMUEXT_NEW_BASEPTR;
	hypercall_raw(__HYPERVISOR_mmuext_op, (uint64_t)&op, 1, 0, DOMID_SELF, 0);
}

static void size_memory(void)
{
	struct memory_layout layout = memory_layout_of(xen.start_info->nr_pages);

	if (!layout.pages)
		wedge_fatal("%lu MiB of memory are too little: at least %lu are needed",
			    xen.start_info->nr_pages * PAGE >> 20,
			    memory_layout_least() * PAGE >> 20);
	xen.pages = layout.pages;
	xen.heap = xen.heap_next = layout.heap;
	xen.heap_end = layout.heap_end;
	if (memory_builder_end() > xen.heap)
		wedge_fatal("%lu MiB of memory are too little: kernel and ramdisk reach into the "
			    "wedge's heap, which begins at %lu",
			    xen.pages * PAGE >> 20, xen.heap * PAGE >> 20);
}

void xen_boot(struct start_info *si);

void xen_boot(struct start_info *si)
{
	uint64_t first;

	xen.start_info = si;
	xen.p2m = (uint64_t *)si->mfn_list;
	xen.header = &wedge_header;
	if (!(si->flags & SIF_INITDOMAIN)) {
		window_set(WINDOW_CONSOLE, si->console.domU.mfn * PAGE | TABLE);
		console_set_ring(window_address(WINDOW_CONSOLE));
	}
	size_memory();
	first = xen.heap + table_count();
	build_physmap_l1s();
	build_physmap_l2s();
	build_wedge_l1(first);
	build_upper_tables();
	console_set_ring(NULL);
	close_tables();
	xen.heap_next = first + WEDGE_VCPU_PAGES + WEDGE_STACK_PAGES;
	clear_pages(first, WEDGE_VCPU_PAGES + WEDGE_STACK_PAGES);
	load_tables();
	/* Data is now reached through the physmap; this code still runs at its low address. */
	xen.start_info = (void *)(XEN_PHYSMAP + (uint64_t)si);
	xen.p2m = (void *)(XEN_PHYSMAP + si->mfn_list);
	xen.shared = (void *)XEN_SHARED_INFO;
	xen.header = (void *)(XEN_PHYSMAP + wedge_header.load_paddr);
}
