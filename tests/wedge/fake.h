/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake.h - a back end without a hypervisor: guest-physical memory from malloc, and a record of
 * everything that core and arch ask for.
 *
 * Invariant: each guest page is an allocation of its own, so the address sanitizer sees an access
 * that leaves it by one byte.
 */
#ifndef TESTS_WEDGE_FAKE_H
#define TESTS_WEDGE_FAKE_H

#include <wedge/backend.h>
#include <wedge/backend_traits.h>
#include <wedge/core.h>

#include "tap.h"

enum {
	FAKE_PAGES = 2048,
	FAKE_HOLE_START = 0xa0, /* no RAM from here ... */
	FAKE_HOLE_END = 0x100,	/* ... to here */
	FAKE_PORT_LOG = 64,
	FAKE_BLOCKS_MAX = 100,
	FAKE_PHYSICAL_BITS = 40,
};

/* One port access of the guest. */
struct fake_port {
	bool write;
	uint16_t port;
	unsigned int width;
	uint32_t value;
};

struct fake {
	char console[8192];
	size_t console_size;
	char fatal[512]; /* the reason given to wedge_fatal, or empty */
	const char *command_line;
	uint64_t ramdisk, ramdisk_size;

	jmp_buf *end; /* where backend_end goes */
	enum backend_end how;

	uint64_t now_ns, timer_ns;
	unsigned int blocks;

	unsigned int space_loads, space_flushes, space_fills, space_invalidations;
	uint64_t filled, invalidated;
	bool held; /* the page of held_va may not be executed yet */
	uint64_t held_va;

	unsigned int fs_loads, gs_kernel_loads, gs_user_loads;
	unsigned int gdt_loads, ldt_loads, cr0_loads, cr4_loads;
	unsigned int dr_loads, last_dr, debug_status_reads;
	uint64_t live_fs_base, live_gs_base_user; /* what user code made of its bases */
	bool bases_are_live;
	bool refuse_xcr0, refuse_selector;
	unsigned int selector_loads, last_sreg;
	uint16_t live_selector[X86_SREG_COUNT];
	uint32_t cpuid[4];
	uint32_t cpuid_leaf;
	bool null_clears_base;

	const void *fpu; /* what user code left: 512 bytes for fxrstor; NULL: what the FPU has */
	unsigned int fpu_fetches;
	bool fpu_kept;

	bool no_window_pages;

	unsigned int virtio_devices; /* that machine_init() finds */
	const struct virtio_identity *virtio_identity;
	struct virtio_shared *virtio_shared;
	unsigned int doorbells, last_doorbell; /* device * 16 + queue */
	unsigned int quiets;

	bool real_ports;     /* ports go to the virtual PC instead of the log */
	uint32_t port_value; /* what a logged read gives; one more each time */
	struct fake_port ports[FAKE_PORT_LOG];
	unsigned int port_count;
};

extern struct fake fake;

/* Everything as new, memory zero. */
void fake_reset(void);

/* Gives the memory back, so that leaks and stale pointers show. */
void fake_free(void);

/*
 * The bytes at an address of the window, of a page that backend_window_page() was given. They stay,
 * like the code that makes them, as long as the program runs.
 */
const uint8_t *fake_window(uint64_t va);

/* The call must end the guest in that way. */
#define assert_ends(expected, call)                                                                \
	do {                                                                                       \
		jmp_buf here_;                                                                     \
		if (!setjmp(here_)) {                                                              \
			fake.end = &here_;                                                         \
			call;                                                                      \
			fake.end = NULL;                                                           \
			fail_msg("%s did not end the guest", #call);                               \
		}                                                                                  \
		fake.end = NULL;                                                                   \
		assert_int_equal(fake.how, expected);                                              \
	} while (0)

/* The call must end the guest with a reason that contains the text. */
#define assert_fatal(text, call)                                                                   \
	do {                                                                                       \
		fake.fatal[0] = '\0';                                                              \
		assert_ends(BACKEND_CRASH, call);                                                  \
		if (!strstr(fake.fatal, text))                                                     \
			fail_msg("\"%s\" does not say \"%s\"", fake.fatal, text);                  \
	} while (0)

#endif /* TESTS_WEDGE_FAKE_H */
