/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot.c - from Xen's initial page tables to the wedge's own (xen/public/xen.h, "Start-of-day
 * memory layout"). What is above the last level is the width's (boot_tables.c).
 *
 * A 64-bit wedge runs below 4 GiB meanwhile, not where it is linked: this code addresses static
 * objects only relative to RIP, and stores no such address. It builds the tables one page at a time
 * through a mapping window in the initial tables.
 *
 * Invariant: every frame that becomes a page table is mapped read-only everywhere before Xen
 * validates it.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "boot.h"

struct xen xen;

/* Pages whose entries in the initial tables are borrowed as windows. */
enum { WINDOW = 0x20 };

extern struct afterburn_wedge_header wedge_header;
extern const char wedge_data[];

uint64_t *boot_window(enum boot_window w)
{
	return (uint64_t *)(boot_initial_base() + (uintptr_t)(WINDOW + w) * PAGE);
}

static void window_set(enum boot_window w, uint64_t entry)
{
	if (hypercall_raw_map((uintptr_t)boot_window(w), entry, UVMF_INVLPG | UVMF_LOCAL))
		wedge_fatal("Xen refuses to map a page of the heap");
}

uint64_t boot_open_table(enum boot_window w)
{
	uint64_t page = xen.heap_next++;

	window_set(w, xen_machine(page) | BOOT_TABLE);
	memset(boot_window(w), 0, PAGE);
	return page;
}

static void close_tables(void)
{
	for (enum boot_window w = 0; w < WINDOW_COUNT; w++)
		window_set(w, 0);
}

static uint64_t table_count(void)
{
	uint64_t l1 = (xen.pages + ENTRIES - 1) / ENTRIES;

	return l1 + 1 + boot_upper_count(l1);
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
		uint64_t *l1 = boot_window(WINDOW_L1);

		boot_open_table(WINDOW_L1);
		for (uint64_t i = 0; i < ENTRIES && page + i < xen.pages; i++)
			l1[i] = physmap_entry(page + i);
	}
}

static unsigned int top_index(uint64_t va)
{
	return (unsigned int)(va / PAGE % ENTRIES);
}

/* The wedge's 2 MiB: image, vCPU, stack, what Xen shares with us. `first` is the first page behind
 * the tables. */
static void build_wedge_l1(uint64_t first)
{
	uint64_t *l1 = boot_window(WINDOW_L1);
	uint64_t image = xen.header->load_paddr / PAGE;
	uint64_t image_pages = (xen.header->sites_offset + PAGE - 1) / PAGE;
	/*
	 * Both addresses are relative to RIP, so their distance is right wherever this code runs.
	 */
	uint64_t constant_pages = (uint64_t)(wedge_data - (const char *)&wedge_header) / PAGE;

	xen.wedge_l1 = boot_open_table(WINDOW_L1);
	for (uint64_t i = 0; i < image_pages; i++)
		l1[i] = xen_machine(image + i) | (i < constant_pages ? BOOT_READ_ONLY : BOOT_TABLE);
	for (unsigned int i = 0; i < WEDGE_VCPU_PAGES; i++)
		l1[top_index(WEDGE_VCPU_BASE) + i] = xen_machine(first++) | BOOT_TABLE;
	for (unsigned int i = 0; i < WEDGE_STACK_PAGES; i++)
		l1[top_index(WEDGE_VCPU_BASE) + WEDGE_VCPU_PAGES + 1 + i] =
			xen_machine(first++) | BOOT_TABLE;
	l1[top_index(XEN_SHARED_INFO)] = xen.start_info->shared_info | BOOT_TABLE;
	if (!(xen.start_info->flags & SIF_INITDOMAIN))
		l1[top_index(XEN_CONSOLE_RING)] =
			xen.start_info->console.domU.mfn * (uint64_t)PAGE | BOOT_TABLE;
}

/* Xen does not clear a domain's memory, and the vCPU must begin as zeros. */
static void clear_pages(uint64_t first, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		window_set(WINDOW_L1, xen_machine(first + i) | BOOT_TABLE);
		memset(boot_window(WINDOW_L1), 0, PAGE);
	}
	window_set(WINDOW_L1, 0);
}

static void load_tables(void)
{
	struct mmuext_op op = {.cmd = XEN_LEVELS == 4 ? MMUEXT_PIN_L4_TABLE : MMUEXT_PIN_L3_TABLE,
			       .arg1.mfn = xen.p2m[xen.boot_table]};
	long error = hypercall_raw(__HYPERVISOR_mmuext_op, (unsigned long)&op, 1, 0, DOMID_SELF, 0);

	if (error)
		wedge_fatal("Xen refuses the wedge's page tables (error %ld)", -error);
	op.cmd = MMUEXT_NEW_BASEPTR;
	hypercall_raw(__HYPERVISOR_mmuext_op, (unsigned long)&op, 1, 0, DOMID_SELF, 0);
}

/* Devices keep pointers to the guest's memory, so that of a domain that has some must not move. */
static uint64_t usable_pages(void)
{
	const struct start_info *si = xen.start_info;
	bool all = (si->flags & SIF_INITDOMAIN) || si->nr_pages < XEN_PHYSMAP_PAGES_MAX;

	return all ? si->nr_pages : XEN_PHYSMAP_PAGES_MAX;
}

static void size_memory(void)
{
	struct memory_layout layout = memory_layout_of(usable_pages());

	if (!layout.pages)
		wedge_fatal("%lu MiB of memory are too little: at least %lu are needed",
			    xen_mib(xen.start_info->nr_pages), xen_mib(memory_layout_least()));
	xen.pages = layout.pages;
	xen.heap = xen.heap_next = layout.heap;
	xen.heap_end = layout.heap_end;
	if (memory_builder_end() > xen.heap)
		wedge_fatal("%lu MiB of memory are too little: kernel and ramdisk reach into the "
			    "wedge's heap, which begins at %lu",
			    xen_mib(xen.pages), xen_mib(xen.heap));
}

/* From here on, what the start page says of places are guest-physical addresses. */
static void make_physical(struct start_info *si, uintptr_t base)
{
	si->pt_base -= base;
	si->mfn_list -= base;
	if (si->mod_len && !(si->flags & SIF_MOD_START_PFN))
		si->mod_start -= base;
}

void xen_boot(struct start_info *si);

void xen_boot(struct start_info *si)
{
	uintptr_t base = boot_initial_base();
	uint64_t first;

	xen.start_info = si;
	xen.p2m = (unsigned long *)si->mfn_list;
	xen.header = &wedge_header;
	make_physical(si, base);
	if (!(si->flags & SIF_INITDOMAIN)) {
		window_set(WINDOW_CONSOLE, si->console.domU.mfn * (uint64_t)PAGE | BOOT_TABLE);
		console_set_ring(boot_window(WINDOW_CONSOLE));
	}
	size_memory();
	first = xen.heap + table_count();
	build_physmap_l1s();
	boot_build_middle();
	build_wedge_l1(first);
	boot_build_top();
	console_set_ring(NULL);
	close_tables();
	xen.heap_next = first + WEDGE_VCPU_PAGES + WEDGE_STACK_PAGES;
	clear_pages(first, WEDGE_VCPU_PAGES + WEDGE_STACK_PAGES);
	load_tables();
	/* Data is now reached through the physmap; 64-bit code still runs at its low address. */
	xen.start_info = (void *)(XEN_PHYSMAP + ((uintptr_t)si - base));
	xen.p2m = (void *)(XEN_PHYSMAP + (uintptr_t)xen.start_info->mfn_list);
	xen.shared = (void *)XEN_SHARED_INFO;
	xen.header = (void *)(uintptr_t)(XEN_PHYSMAP + wedge_header.load_paddr);
}
