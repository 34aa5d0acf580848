/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_host.h - a host that the Linux back end's parts run against: address spaces as tables of
 * pages, changed by the calls that mapping.c would make, the descriptors of an LDT, and user
 * processes, as far as space.c knows them.
 *
 * Invariant: what no host would do (map below its lowest address, protect what is not mapped), and
 * what the back end must never ask (touch the window or the door), is noted in `wrong`.
 */
#ifndef TESTS_WEDGE_LINUX_FAKE_HOST_H
#define TESTS_WEDGE_LINUX_FAKE_HOST_H

#include <process.h>
#include <view/space.h>

#include "../guest.h"
#include "fake_pages.h"

enum {
	FAKE_VIEWS = 4,
	FAKE_KERNEL = 0, /* the wedge's own view; the others are user processes */
	FAKE_LDT = PROCESS_LDT_ENTRIES,
	FAKE_LARGE = 1 << VIEW_TABLE_SHIFT,
	FAKE_MEMORY = 0x500000, /* bytes: a number of large pages of either width, and a part */
	FAKE_LOWEST = 0x10000,	/* vm.mmap_min_addr */
	FAKE_R = HOST_PROT_READ,
	FAKE_W = HOST_PROT_WRITE,
	FAKE_X = HOST_PROT_EXEC,
	FAKE_TABLE = X86_PTE_P | X86_PTE_W | X86_PTE_U, /* an entry that takes no rights away */
};

/* A kernel runs so far above its load address. */
#define FAKE_LINKED_ABOVE (ARCH_LONG_MODE ? 0x40000000u : 0x80000000u)

struct fake_host {
	unsigned int sets, protects, removes;
	const char *wrong;	  /* NULL: nothing */
	unsigned int lose_every;  /* every n-th removal or protection is lost; 0: none */
	unsigned int may_be_lost; /* how many there were */
	uint64_t ldt[FAKE_LDT];
	unsigned int descriptors; /* written */
	struct order order;	  /* the last one that maps nothing */
	unsigned int orders;	  /* of these */
	unsigned int holds;	  /* times that a process had to be stopped */
	bool debugger;		  /* there is one */
	bool no_room;		  /* the next mapping finds none (mapping_failed) */
};

extern struct fake_host host;
extern struct view fake_view[FAKE_VIEWS];

/* Nothing is mapped, in no view. */
void fake_host_reset(void);

/* As guest_setup and guest_teardown do, for the host too. */
int fake_host_setup(void **state);
int fake_host_teardown(void **state);
#define HOST_TEST(function)                                                                        \
	cmocka_unit_test_setup_teardown(function, fake_host_setup, fake_host_teardown)

/* The wedge's heap gives nothing any more. */
void fake_heap_ends(void);

/* HOST_PROT_* of the page at an address of a view; 0: nothing is mapped. */
unsigned int host_prot(const struct view *view, uint64_t va);

/* Guest-physical address of the page that is mapped there. */
uint64_t host_physical(const struct view *view, uint64_t va);

/* Is anything mapped in a view, within so many bytes? */
bool host_maps_any(const struct view *view, uint64_t from, uint64_t size);

/* Marks a guest-physical page as the kernel's own text, rewritten before the start. */
void fake_kernel_text(uint64_t page, bool is);

/* An access that reaches the wedge: false if the guest's tables do not allow it. */
bool fake_touch(struct view *view, uint64_t va, uint32_t access);

/*
 * Entries of the guest's tables: neighbours, and a large page; the entry of level 2 for an address,
 * with the tables above it made.
 */
void fake_map_many(uint64_t va, uint64_t pa, unsigned int count, uint64_t flags);
void fake_map_large(uint64_t va, uint64_t pa, uint64_t flags);
guest_pte *fake_pde(uint64_t va);

/* The host maps exactly that at an address. */
void assert_host_maps(const struct view *view, uint64_t va, uint64_t pa, unsigned int prot);

#endif /* TESTS_WEDGE_LINUX_FAKE_HOST_H */
