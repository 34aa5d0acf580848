/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_backend.c - backend.h for the tests. The linker brings wedge_fatal and the port accesses
 * here too (--wrap), since the first ends the process's one life and the second go to real chips.
 *
 * Invariant: whatever is asked of the back end can be read back from `fake`.
 */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wedge/lib.h>
#include <wedge/log.h>
#include <wedge/machine.h>

struct fake fake;
int fake_selectors_are_real = FAKE_SELECTORS_ARE_REAL;
int fake_fpu_is_one = 1;

static void *pages[FAKE_PAGES];
static void *allocations[64];
static size_t allocation_count;

void fake_free(void)
{
	for (size_t i = 0; i < FAKE_PAGES; i++) {
		free(pages[i]);
		pages[i] = NULL;
	}
}

/* The site table keeps what it was given as long as the program runs. */
static void __attribute__((destructor)) free_allocations(void)
{
	while (allocation_count)
		free(allocations[--allocation_count]);
}

void fake_reset(void)
{
	fake_free();
	fake = (struct fake){.command_line = "", .timer_ns = UINT64_MAX};
	fake_selectors_are_real = FAKE_SELECTORS_ARE_REAL;
	fake_fpu_is_one = 1;
}

void *backend_page(uint64_t page)
{
	if (page >= FAKE_PAGES || (page >= FAKE_HOLE_START && page < FAKE_HOLE_END))
		return NULL;
	if (!pages[page])
		pages[page] = calloc(1, X86_PAGE_SIZE);
	return pages[page];
}

uint64_t backend_memory_pages(void)
{
	return FAKE_PAGES;
}

bool backend_memory_next(uint64_t from, uint64_t *start, uint64_t *end)
{
	uint64_t hole = FAKE_HOLE_START * X86_PAGE_SIZE, above = FAKE_HOLE_END * X86_PAGE_SIZE;

	if (from >= FAKE_PAGES * X86_PAGE_SIZE)
		return false;
	*start = from < hole ? from : from < above ? above : from;
	*end = from < hole ? hole : FAKE_PAGES * X86_PAGE_SIZE;
	return true;
}

void *backend_allocate(size_t size)
{
	if (allocation_count == sizeof(allocations) / sizeof(allocations[0]))
		abort();
	allocations[allocation_count] = calloc(1, size);
	return allocations[allocation_count++];
}

static struct window_page {
	uint64_t va;
	uint8_t bytes[X86_PAGE_SIZE];
} window[128];
static size_t window_pages;

const uint8_t *fake_window(uint64_t va)
{
	for (size_t i = 0; i < window_pages; i++) {
		if (va - window[i].va < X86_PAGE_SIZE)
			return window[i].bytes + (va - window[i].va);
	}
	fail_msg("nothing is in the window at %lx", (unsigned long)va);
	return NULL;
}

bool backend_window_page(uint64_t va, const void *bytes)
{
	if (fake.no_window_pages)
		return false;
	assert_int_equal(va % X86_PAGE_SIZE, 0);
	assert_in_range(va, WEDGE_RAMPS, WEDGE_BASE + (WEDGE_SIZE - 1));
	for (size_t i = 0; i < window_pages; i++)
		assert_int_not_equal(va, window[i].va);
	assert_in_range(window_pages, 0, sizeof(window) / sizeof(window[0]) - 1);
	window[window_pages].va = va;
	memcpy(window[window_pages++].bytes, bytes, X86_PAGE_SIZE);
	return true;
}

void backend_console_write(const char *text, size_t size)
{
	size_t room = sizeof(fake.console) - 1 - fake.console_size;

	if (size > room)
		size = room;
	memcpy(fake.console + fake.console_size, text, size);
	fake.console_size += size;
}

size_t backend_console_read(char *text, size_t size)
{
	(void)text;
	(void)size;
	return 0;
}

uint64_t backend_now_ns(void)
{
	return fake.now_ns;
}

uint64_t backend_wallclock_s(void)
{
	return 1767225600; /* 2026-01-01 */
}

void backend_timer(uint64_t deadline_ns)
{
	fake.timer_ns = deadline_ns;
}

unsigned int backend_virtio(const struct virtio_identity **identities,
			    struct virtio_shared **shared)
{
	*identities = fake.virtio_identity;
	*shared = fake.virtio_shared;
	return fake.virtio_devices;
}

void backend_virtio_doorbell(unsigned int device, unsigned int queue)
{
	fake.doorbells++;
	fake.last_doorbell = device * 16 + queue;
}

void backend_virtio_quiet(unsigned int device)
{
	(void)device;
	fake.quiets++;
}

/* The next thing that happens is the timer; a guest that sleeps for ever is ended. */
void backend_block(struct vcpu *v)
{
	fake.blocks++;
	if (fake.timer_ns == UINT64_MAX || fake.blocks > FAKE_BLOCKS_MAX)
		backend_end(BACKEND_CRASH);
	if (fake.now_ns < fake.timer_ns)
		fake.now_ns = fake.timer_ns;
	core_timer(v);
}

_Noreturn void backend_end(enum backend_end how)
{
	if (!fake.end) {
		printf("Bail out! the guest ended unasked: %s\n", fake.fatal);
		exit(1);
	}
	fake.how = how;
	longjmp(*fake.end, 1);
}

uint64_t backend_tsc_khz(void)
{
	return 1234567;
}

const char *backend_command_line(void)
{
	return fake.command_line;
}

void backend_ramdisk(uint64_t *start, uint64_t *size)
{
	*start = fake.ramdisk;
	*size = fake.ramdisk_size;
}

void backend_space_load(struct vcpu *v)
{
	(void)v;
	fake.space_loads++;
}

bool backend_space_fill(struct vcpu *v, uint64_t va, const struct guest_walk *walk)
{
	(void)v;
	(void)walk;
	fake.space_fills++;
	fake.filled = va;
	return true;
}

void backend_space_invalidate(struct vcpu *v, uint64_t va)
{
	(void)v;
	fake.space_invalidations++;
	fake.invalidated = va;
}

void backend_space_flush(struct vcpu *v)
{
	(void)v;
	fake.space_flushes++;
}

bool backend_code_held(struct vcpu *v, uint64_t va)
{
	(void)v;
	return fake.held && va / X86_PAGE_SIZE == fake.held_va / X86_PAGE_SIZE;
}

void backend_code_release(struct vcpu *v, uint64_t va)
{
	assert_true(backend_code_held(v, va));
	fake.held = false;
}

void backend_load_fs_base(struct vcpu *v)
{
	(void)v;
	fake.fs_loads++;
}

void backend_load_gs_base(struct vcpu *v, bool user)
{
	(void)v;
	if (user)
		fake.gs_user_loads++;
	else
		fake.gs_kernel_loads++;
}

void backend_read_bases(struct vcpu *v)
{
	if (!fake.bases_are_live)
		return;
	v->fs_base = fake.live_fs_base;
	v->gs_base_user = fake.live_gs_base_user;
}

void backend_load_gdt(struct vcpu *v)
{
	(void)v;
	fake.gdt_loads++;
}

void backend_load_ldt(struct vcpu *v)
{
	(void)v;
	fake.ldt_loads++;
}

void backend_load_cr0(struct vcpu *v)
{
	(void)v;
	fake.cr0_loads++;
}

void backend_load_cr4(struct vcpu *v)
{
	(void)v;
	fake.cr4_loads++;
}

void backend_load_dr(struct vcpu *v, unsigned int index)
{
	(void)v;
	fake.dr_loads++;
	fake.last_dr = index;
}

void backend_debug_status(struct vcpu *v)
{
	(void)v;
	fake.debug_status_reads++;
}

bool backend_load_xcr0(struct vcpu *v, uint64_t value)
{
	(void)v;
	(void)value;
	return !fake.refuse_xcr0;
}

bool backend_load_selector(struct vcpu *v, unsigned int sreg, uint16_t selector)
{
	(void)v;
	fake.selector_loads++;
	fake.last_sreg = sreg;
	if (fake.refuse_selector)
		return false;
	fake.live_selector[sreg] = selector;
	return true;
}

/* As a hypervisor that has its own 64-bit user code selector would. */
uint16_t backend_user_selector(uint16_t selector)
{
	return selector == 0xe033 ? 0x33 : selector == 0xe02b ? 0x2b : selector;
}

uint16_t backend_read_selector(const struct vcpu *v, unsigned int sreg)
{
	(void)v;
	return fake.live_selector[sreg];
}

void backend_fpu_fetch(struct vcpu *v, bool keep)
{
	(void)v;
	fake.fpu_fetches++;
	fake.fpu_kept = keep;
	if (fake.fpu && keep)
		__asm__ volatile("fxrstor (%0)" : : "r"(fake.fpu) : "memory");
}

bool backend_null_clears_base(void)
{
	return fake.null_clears_base;
}

void backend_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	(void)subleaf;
	fake.cpuid_leaf = leaf;
	memcpy(out, fake.cpuid, sizeof(fake.cpuid));
	if (leaf == 0x80000008)
		out[0] = FAKE_PHYSICAL_BITS;
}

_Noreturn void __wrap_wedge_fatal(const char *format, ...);
uint32_t __real_machine_io_read(struct vcpu *v, uint16_t port, unsigned int width);
void __real_machine_io_write(struct vcpu *v, uint16_t port, unsigned int width, uint32_t value);
uint32_t __wrap_machine_io_read(struct vcpu *v, uint16_t port, unsigned int width);
void __wrap_machine_io_write(struct vcpu *v, uint16_t port, unsigned int width, uint32_t value);

_Noreturn void __wrap_wedge_fatal(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	format_text(fake.fatal, sizeof(fake.fatal), format, arguments);
	va_end(arguments);
	backend_end(BACKEND_CRASH);
}

static void log_port(const struct fake_port *access)
{
	if (fake.port_count < FAKE_PORT_LOG)
		fake.ports[fake.port_count] = *access;
	fake.port_count++;
}

uint32_t __wrap_machine_io_read(struct vcpu *v, uint16_t port, unsigned int width)
{
	uint32_t mask = width == 4 ? UINT32_MAX : (1u << 8 * width) - 1;
	uint32_t value = fake.port_value++ & mask;

	if (fake.real_ports)
		return __real_machine_io_read(v, port, width);
	log_port(&(struct fake_port){false, port, width, value});
	return value;
}

void __wrap_machine_io_write(struct vcpu *v, uint16_t port, unsigned int width, uint32_t value)
{
	if (fake.real_ports)
		__real_machine_io_write(v, port, width, value);
	else
		log_port(&(struct fake_port){true, port, width, value});
}
