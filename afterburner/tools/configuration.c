/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * configuration.c - refuses Linux kernels whose configuration no wedge can run, and names the
 * option. It is read in the kernel itself, where CONFIG_IKCONFIG has put it; other signs of an
 * option serve kernels without.
 *
 * Invariant: a kernel that shows no sign of an option is not refused for it.
 */
#include "bundle.h"
#include "elf/decompress.h"

#include <stdlib.h>
#include <string.h>

/* Around the compressed configuration (Linux's kernel/configs.c). */
#define BEGIN "IKCFG_ST"

/* Ten times the largest known. */
#define CONFIGURATION_LIMIT (UINT64_C(4) << 20)

static bool has_symbol(const struct ab_image *kernel, const char *name)
{
	for (uint32_t i = 0; i < kernel->symbol_count; i++)
		if (strcmp(kernel->symbols[i].name, name) == 0)
			return true;
	return false;
}

static bool has_line(struct ab_bytes text, const char *line)
{
	size_t size = strlen(line);

	for (const unsigned char *at = text.data, *end = text.data + text.size; at < end;) {
		const unsigned char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t length = (size_t)((newline ? newline : end) - at);

		if (length == size && memcmp(at, line, size) == 0)
			return true;
		at += length + 1;
	}
	return false;
}

/* The configuration, or nothing: a damaged one says as little as none. */
static struct ab_bytes read_configuration(const struct ab_image *kernel)
{
	struct ab_bytes file = kernel->file, packed, text = {0};
	const unsigned char *begin = memmem(file.data, file.size, BEGIN, strlen(BEGIN));
	uint64_t at = begin ? (uint64_t)(begin - file.data) + strlen(BEGIN) : file.size;
	struct ab_error ignored;

	ab_slice(file, at, file.size - at, &packed);
	if (ab_decompress(packed, CONFIGURATION_LIMIT, &text, &ignored) < 0)
		return (struct ab_bytes){0};
	return text;
}

static int check(const struct ab_image *kernel, struct ab_bytes configuration,
		 struct ab_error *error)
{
	if (has_xen_entry(kernel) || has_line(configuration, "CONFIG_PARAVIRT_XXL=y"))
		return ab_fail(error,
			       "built with CONFIG_XEN_PV: it brings a Xen entry of its own, and "
			       "CONFIG_PARAVIRT_XXL, which copies cli, sti and pushf into the "
			       "kernel's code at start-up, without pads; build it with "
			       "CONFIG_XEN_PV=n, which turns off both");
	/* head_32.S has this table with PAE, and initial_page_table without. */
	if (kernel->width == 32 &&
	    (has_symbol(kernel, "initial_pg_pmd") || has_line(configuration, "CONFIG_X86_PAE=y")))
		return ab_fail(error,
			       "built with CONFIG_X86_PAE, which wedges do not show to 32-bit "
			       "kernels; build it with CONFIG_HIGHMEM64G=n and CONFIG_X86_PAE=n");
	return 0;
}

int check_configuration(const struct ab_image *kernel, struct ab_error *error)
{
	struct ab_bytes configuration = read_configuration(kernel);
	int result = check(kernel, configuration, error);

	free((void *)(uintptr_t)configuration.data);
	return result;
}
