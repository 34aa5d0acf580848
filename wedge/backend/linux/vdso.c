/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vdso.c - see vdso.h: how a vDSO is recognized, and the getcpu of the 64-bit one.
 *
 * Linux keeps the numbers of processor and node in the limit of a segment, where user code reads
 * them by `lsl` (arch/x86/include/asm/segment.h, vdso_read_cpunode). In a user process that segment
 * is the host's, and so would be the numbers. The guest has one processor: 0 of node 0. The 64-bit
 * vDSO is one page, the same in all programs, so it is changed once.
 *
 * Invariant: the wedge changes only a page that is an ELF image named linux-vdso.so.1 and may be
 * executed, and only the instructions it expects. A vDSO that it does not recognize tells the
 * host's numbers.
 */
#include <wedge/arch_traits.h>
#include <wedge/guest_pages.h>
#include <wedge/guest_walk.h>
#include <wedge/lib.h>
#include "vdso.h"

static const char elf[] = {0x7f, 'E', 'L', 'F'};

/* mov $(selector of the segment), %eax; lsl %eax, %eax. The second becomes xor %eax, %eax; nop. */
static const uint8_t read_limit[] = {0xb8, 0x7b, 0x00, 0x00, 0x00, 0x0f, 0x03, 0xc0};
static const uint8_t clear[] = {0x31, 0xc0, 0x90};

static bool known; /* the page has been changed */

bool vdso_is_named(const uint8_t *page, const char *name)
{
	size_t size = strlen(name) + 1;

	if (memcmp(page, elf, sizeof(elf)))
		return false;
	for (size_t i = sizeof(elf); i + size <= X86_PAGE_SIZE; i++) {
		if (page[i] == (uint8_t)name[0] && !memcmp(page + i, name, size))
			return true;
	}
	return false;
}

void vdso_learn(const struct guest_walk *walk)
{
	uint8_t *page;

	if (!ARCH_LONG_MODE || known || walk->no_execute || walk->page_size != X86_PAGE_SIZE)
		return;
	page = guest_page(walk->address);
	if (!page || !vdso_is_named(page, "linux-vdso.so.1"))
		return;
	for (size_t i = 0; i + sizeof(read_limit) <= X86_PAGE_SIZE; i++) {
		if (memcmp(page + i, read_limit, sizeof(read_limit)))
			continue;
		memcpy(page + i + sizeof(read_limit) - sizeof(clear), clear, sizeof(clear));
		known = true;
	}
}
