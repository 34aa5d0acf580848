// SPDX-License-Identifier: BSD-2-Clause
/*
 * addresses.c - nothing of the kernel is above 2^47 or in the window that it leaves to a monitor,
 * and its functions tell image, direct map, vmalloc, modules and programs apart.
 *
 * Invariant: no check reads an address that a program or a monitor may have mapped.
 */
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <asm/desc.h>
#include <asm/fixmap.h>
#include "low.h"

/* Below the end of the kernel's GiB: where Linux never has anything. */
#define WINDOW_SIZE (8UL << 20)

/* Where a program that is linked at the usual fixed address begins. */
#define PROGRAM 0x400000UL

static void *image = sprintf;
static void *module = check_addresses;
static void *heap, *vmalloced;

static bool everything_is_low(void)
{
	unsigned long gs, all;
	struct desc_ptr idt;

	rdmsrl(MSR_GS_BASE, gs);
	store_idt(&idt);
	all = (unsigned long)image | (unsigned long)module | (unsigned long)heap | FIXADDR_TOP |
	      (unsigned long)vmalloced | (unsigned long)virt_to_page(heap) | (unsigned long)&all |
	      gs | idt.address;
	return all >> 47 == 0;
}

static bool window_is_empty(void)
{
	unsigned long at = KERNEL_HOLE_END - WINDOW_SIZE;
	unsigned int level;
	pte_t *pte;

	if (MODULES_END > at || FIXADDR_TOP >= at)
		return false;
	for (; at < KERNEL_HOLE_END; at += PAGE_SIZE) {
		pte = lookup_address(at, &level);
		if (pte && pte_present(*pte))
			return false;
	}
	return true;
}

static bool physical_addresses(void)
{
	return phys_to_virt(virt_to_phys(heap)) == heap &&
	       virt_to_phys(image) == (unsigned long)image - __START_KERNEL_map &&
	       virt_addr_valid(image) && virt_addr_valid(heap) && !virt_addr_valid(vmalloced) &&
	       !virt_addr_valid(module) && !virt_addr_valid((void *)PROGRAM) &&
	       !virt_addr_valid((void *)(TASK_SIZE_MAX - PAGE_SIZE)) &&
	       is_vmalloc_addr(vmalloced) && page_address(vmalloc_to_page(vmalloced));
}

/* The first page of the kernel's GiB is not mapped; a program's may be, and must not be read. */
static bool careful_reading(void)
{
	long word;

	return !copy_from_kernel_nofault(&word, image, sizeof(word)) &&
	       !copy_from_kernel_nofault(&word, module, sizeof(word)) &&
	       !copy_from_kernel_nofault(&word, heap, sizeof(word)) &&
	       copy_from_kernel_nofault(&word, (void *)KERNEL_HOLE_START, sizeof(word)) &&
	       copy_from_kernel_nofault(&word, (void *)PROGRAM, sizeof(word));
}

static bool program_has(unsigned long address, unsigned long size)
{
	return access_ok((void __user *)address, size);
}

static bool programs_pointers(void)
{
	return !program_has((unsigned long)image, 1) && !program_has((unsigned long)heap, 1) &&
	       program_has(KERNEL_HOLE_START - 1, 1) && !program_has(KERNEL_HOLE_START - 1, 2) &&
	       !program_has(KERNEL_HOLE_END - 1, 1) && program_has(KERNEL_HOLE_END, 8) &&
	       !program_has(PROGRAM, TASK_SIZE_MAX - PROGRAM) &&
	       program_has(TASK_SIZE_MAX - 8, 8) && !program_has(TASK_SIZE_MAX - 8, 9);
}

unsigned int check_addresses(void)
{
	static bool (*const checks[])(void) = {everything_is_low, window_is_empty,
					       physical_addresses, careful_reading,
					       programs_pointers};
	unsigned int i, failed = 0;

	heap = kmalloc(64, GFP_KERNEL);
	vmalloced = vmalloc(PAGE_SIZE);
	for (i = 0; i < ARRAY_SIZE(checks); i++)
		if (!heap || !vmalloced || !checks[i]())
			failed |= 1 << i;
	vfree(vmalloced);
	kfree(heap);
	return failed;
}
