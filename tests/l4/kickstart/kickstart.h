/*
 * The loader's parts: modules into memory, what the kernel and the root task are told of it.
 *
 * Invariant: addresses are physical.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "../kernel/layout.h"

#define BOOTINFO_SIZE 4096

/* Multiboot Specification, section 3.3. */
struct module {
	uint32_t start, end, text, reserved;
};

struct multiboot {
	uint32_t flags, lower, upper, device, text, modules, module, symbols[4], map_length, map;
};

struct image {
	uint32_t start, end, entry;
	struct {
		uint32_t start, size;
	} code, data, bss;
};

extern struct boot kernel_data;
extern uint32_t bootinfo[BOOTINFO_SIZE / 4];

_Noreturn void fail(const char *why);
/* Copies an ELF file's segments to their physical addresses. */
struct image load_image(const struct module *m, const struct multiboot *info);

/* Where the first thing in the way of START to END begins, whether loaded or a module; END if
 * nothing is. */
uint32_t first_in_the_way(uint32_t start, uint32_t end, const struct multiboot *info);

/* memory.c: the kernel's heap is BYTES at the end of memory. */
void describe_memory(const struct multiboot *info, uint32_t bytes);
void add_descriptor(uint32_t type, uint32_t start, uint32_t end);

/* bootinfo.c */
void bootinfo_begin(void);
void bootinfo_program(const struct image *image, const char *text);
void bootinfo_file(const struct module *m);
