/*
 * kickstart: loads the test kernel, sigma0 and the root task, in this order of modules, as the
 * original's loader of the same name does; further modules are files for the root task.
 *
 * Invariant: a module that cannot be loaded ends the boot with a sentence on COM1.
 */
#include <stddef.h>
#include "kickstart.h"
#include "../ports.h"

#define MULTIBOOT_MAGIC 0x2badb002u
#define DEFAULT_HEAP	(16u << 20)
#define EXIT_PORT	0xf4

struct boot kernel_data;

static void print(const char *text)
{
	for (; *text; text++) {
		while (!(in8(0x3fd) & 0x20))
			;
		out8(0x3f8, (uint8_t)*text);
	}
}

_Noreturn void fail(const char *why)
{
	print("kickstart of the X.2 test kernel: ");
	print(why);
	print("\n");
	while (!(in8(0x3fd) & 0x40))
		;
	out8(EXIT_PORT, 1);
	for (;;)
		__asm__ volatile("hlt");
}

/* kmem=SIZE[M] of the command line, or the default. */
static uint32_t heap_size(const char *text)
{
	static const char key[] = "kmem=";
	for (; *text; text++) {
		size_t i = 0;
		while (key[i] && text[i] == key[i])
			i++;
		if (key[i])
			continue;
		uint32_t value = 0;
		for (text += i; *text >= '0' && *text <= '9'; text++)
			value = value * 10 + (uint32_t)(*text - '0');
		return *text == 'M' ? value << 20 : value;
	}
	return DEFAULT_HEAP;
}

static struct boot_server server(const struct image *image)
{
	return (struct boot_server){image->start, image->end, image->entry};
}

/* Returns the kernel's entry. */
uint32_t load(uint32_t magic, const struct multiboot *info);
uint32_t load(uint32_t magic, const struct multiboot *info)
{
	if (magic != MULTIBOOT_MAGIC)
		fail("not started by a Multiboot loader");
	if (info->modules < 3)
		fail("wants modules: kernel, sigma0, root task");
	const struct module *m = (const struct module *)info->module;
	struct image kernel = load_image(&m[0], info);
	struct image sigma0 = load_image(&m[1], info);
	struct image root = load_image(&m[2], info);
	kernel_data.sigma0 = server(&sigma0);
	kernel_data.root = server(&root);
	describe_memory(info, heap_size((const char *)info->text));
	add_descriptor(0x2e, sigma0.start, sigma0.end);
	add_descriptor(0x2e, root.start, root.end);
	bootinfo_begin();
	bootinfo_program(&sigma0, (const char *)m[1].text);
	bootinfo_program(&root, (const char *)m[2].text);
	for (uint32_t i = 3; i < info->modules; i++) {
		bootinfo_file(&m[i]);
		add_descriptor(0x3e, m[i].start, m[i].end);
	}
	kernel_data.bootinfo = (uint32_t)bootinfo;
	add_descriptor(0x1e, (uint32_t)bootinfo, (uint32_t)bootinfo + BOOTINFO_SIZE);
	add_descriptor(0x02, kernel.start, kernel.end);
	add_descriptor(0x201, 0, KERNEL_BASE);
	/* The second line is the original's last one: programs look for it. */
	print("X.2 test kernel: for Afterburner's tests only, not for use\n");
	print("Launching kernel ...\n");
	return kernel.entry;
}
