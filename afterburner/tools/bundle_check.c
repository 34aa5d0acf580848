/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bundle_check.c - everything that must hold before a kernel and wedges become one file.
 *
 * Invariant: pack writes nothing before all of these checks have passed.
 */
#include "bundle.h"

#include <afterburn/sites.h>
#include <elf.h>
#include <inttypes.h>
#include <string.h>

/* The last byte of a range; ranges may end at the very top of the address space. */
static bool last_byte(uint64_t start, uint64_t size, unsigned int width, uint64_t *last)
{
	uint64_t top = width == 64 ? UINT64_MAX : UINT32_MAX;

	if (size == 0 || start > top || size - 1 > top - start)
		return false;
	*last = start + (size - 1);
	return true;
}

static bool already_packed(const struct ab_image *kernel)
{
	for (uint32_t i = 0; i < kernel->segment_count; i++) {
		const struct ab_segment *s = &kernel->segments[i];

		if ((s->type == PT_LOAD || s->type == AFTERBURN_PT_WEDGE) && s->filesz >= 8 &&
		    ab_get(s->data.data, 8) == AFTERBURN_WEDGE_MAGIC)
			return true;
	}
	return false;
}

static int check_segments(struct bundle *bundle, struct ab_error *error)
{
	const struct ab_image *kernel = bundle->kernel;
	uint64_t end = 0, last;
	uint32_t count = 0;

	for (uint32_t i = 0; i < kernel->segment_count; i++) {
		const struct ab_segment *s = &kernel->segments[i];

		if (s->type == PT_INTERP || s->type == PT_PHDR || s->type == PT_DYNAMIC)
			return ab_fail(error, "not a kernel: a program for a dynamic loader");
		if (s->type != PT_LOAD || s->memsz == 0)
			continue;
		if (s->filesz > s->memsz || !last_byte(s->paddr, s->memsz, kernel->width, &last) ||
		    !last_byte(s->vaddr, s->memsz, kernel->width, &last))
			return ab_fail(error, "segment %u has impossible sizes", i);
		if (s->paddr + s->memsz > end)
			end = s->paddr + s->memsz;
		count++;
	}
	if (count == 0)
		return ab_fail(error, "not a kernel: it has no loadable segment");
	if (count > AFTERBURN_BUNDLE_MAX_SEGMENTS)
		return ab_fail(error, "%u loadable segments; a bundle holds at most %u", count,
			       AFTERBURN_BUNDLE_MAX_SEGMENTS);
	if (end > UINT64_MAX - 2 * AFTERBURN_BUNDLE_ALIGN)
		return ab_fail(error, "its physical addresses leave no room for a wedge");
	bundle->load_paddr = (end + AFTERBURN_BUNDLE_ALIGN - 1) / AFTERBURN_BUNDLE_ALIGN *
			     AFTERBURN_BUNDLE_ALIGN;
	return 0;
}

/*
 * Sites in sections that the program headers do not load would never run. Whether the bytes are
 * code the sections say: Linux has .init.text in a segment without PF_X (every 32-bit one, and
 * 64-bit ones from 7.2 on), since its page tables, not its program headers, say what is executable.
 */
static bool is_in_file(const struct ab_image *kernel, const struct ab_site *site)
{
	for (uint32_t i = 0; i < kernel->segment_count; i++) {
		const struct ab_segment *s = &kernel->segments[i];

		if (s->type == PT_LOAD && site->addr >= s->vaddr &&
		    site->addr - s->vaddr < s->filesz &&
		    s->filesz - (site->addr - s->vaddr) >= site->site_length)
			return true;
	}
	return false;
}

/* Without section headers sites are looked for in executable segments alone: are there others? */
static int check_hidden_code(const struct ab_image *kernel, struct ab_error *error)
{
	unsigned char kind, length;

	for (uint32_t i = 0; kernel->section_count == 0 && i < kernel->segment_count; i++) {
		const struct ab_segment *s = &kernel->segments[i];

		if (s->type != PT_LOAD || s->flags & PF_X)
			continue;
		for (uint64_t at = 0; at + AFTERBURN_PAD_LEN <= s->data.size; at++)
			if (afterburn_pad_read(s->data.data + at, &kind, &length))
				return ab_fail(error,
					       "it has no section headers, and a site at 0x%" PRIx64
					       " in a segment that is not executable; give the "
					       "file with its section headers",
					       s->vaddr + at);
	}
	return 0;
}

static int check_sites(const struct bundle *bundle, struct ab_error *error)
{
	const struct ab_sites *sites = bundle->sites;
	char reason[256], where[256];
	struct ab_site_code code;

	if (sites->count == 0)
		return ab_fail(error,
			       "it has no sites: it was not built with afterburn's assembler "
			       "(see afterburn make)");
	if (sites->count > UINT32_MAX)
		return ab_fail(error, "too many sites");
	for (uint64_t i = 0; i < sites->count; i++) {
		const struct ab_site *site = &sites->list[i];

		ab_site_where(bundle->kernel, site, where, sizeof(where));
		if (ab_site_check(bundle->kernel, site, i ? site - 1 : NULL, &code, reason,
				  sizeof(reason)))
			return ab_fail(error, "the site at %.200s: %.200s", where, reason);
		if (!is_in_file(bundle->kernel, site))
			return ab_fail(error, "the site at %.200s lies in no loadable segment",
				       where);
	}
	return check_hidden_code(bundle->kernel, error);
}

/* Addresses where no 64-bit kernel on Xen can be. */
static const struct {
	uint64_t start, last;
	const char *whose;
} xen_addresses[] = {
	/*
	 * Xen's in every paravirtual guest (public/arch-x86/xen-x86_64.h, HYPERVISOR_VIRT_START,
	 * _END).
	 */
	{0xffff800000000000, 0xffff87ffffffffff, "Xen's own"},
	/* The physmap: XEN_PHYSMAP and XEN_PHYSMAP_PAGES_MAX of the back end. */
	{0xffffff8000000000, 0xffffffeeffffffff, "the wedge's"},
};

static bool is_taken(uint32_t index, const struct ab_segment *s, struct ab_error *why)
{
	for (unsigned int n = 0; n < sizeof(xen_addresses) / sizeof(xen_addresses[0]); n++)
		if (s->type == PT_LOAD && s->memsz && s->vaddr <= xen_addresses[n].last &&
		    s->vaddr + (s->memsz - 1) >= xen_addresses[n].start) {
			ab_fail(why,
				"its segment %u at 0x%" PRIx64
				" lies among %s addresses (0x%" PRIx64 " to 0x%" PRIx64
				"): it runs on bare metal only; for Xen link it elsewhere",
				index, s->vaddr, xen_addresses[n].whose, xen_addresses[n].start,
				xen_addresses[n].last);
			return true;
		}
	return false;
}

static const struct wedge *find_wedge(const struct bundle *bundle, const char *platform)
{
	for (unsigned int i = 0; i < bundle->wedge_count; i++)
		if (strcmp(bundle->wedges[i].header.platform, platform) == 0)
			return &bundle->wedges[i];
	return NULL;
}

bool bundle_never_runs(const struct bundle *bundle, struct ab_error *why)
{
	if (!find_wedge(bundle, "xen"))
		return false;
	for (uint32_t i = 0; i < bundle->kernel->segment_count; i++)
		if (is_taken(i, &bundle->kernel->segments[i], why))
			return true;
	return false;
}

/* Who must build the kernel again learns at once of all that needs it. */
static int check_build(const struct bundle *bundle, struct ab_error *error)
{
	struct ab_error first;

	if (check_configuration(bundle->kernel, &first) == 0)
		return 0;
	return ab_fail(error, "%.400s%s", first.text,
		       bundle->sites->count ? "" : "; and it has no sites: use afterburn make");
}

static int check_kernel(struct bundle *bundle, struct ab_error *error)
{
	const struct ab_image *kernel = bundle->kernel;

	if (kernel->type != ET_EXEC)
		return ab_fail(error, "not a kernel: not an ELF executable at a fixed address");
	if (already_packed(kernel))
		return ab_fail(error, "it is packed already; give the kernel as it was built");
	if (kernel->segment_count + 1 + bundle->wedge_count >= PN_XNUM)
		return ab_fail(error, "too many program headers");
	if (check_segments(bundle, error) < 0)
		return -1;
	if (check_build(bundle, error) < 0 || find_protocol(bundle, error) < 0)
		return -1;
	return check_sites(bundle, error);
}

int bundle_possible(const char *platform, const struct ab_image *kernel, struct ab_error *error)
{
	if (kernel->width == 64 && strcmp(platform, "l4") == 0)
		return ab_fail(error,
			       "a 64-bit kernel, which lives in the upper half of the address "
			       "space: L4 keeps that for itself; build it for i386");
	if (kernel->width != 64 || strcmp(platform, "linux") != 0)
		return 0;
	for (uint32_t i = 0; i < kernel->segment_count; i++) {
		const struct ab_segment *s = &kernel->segments[i];

		if (s->type == PT_LOAD && s->memsz && s->vaddr >> 63)
			return ab_fail(
				error,
				"a 64-bit kernel in the upper half of the address space, where a "
				"process can map nothing: patch its source with "
				"guest-patches/linux-6.1/low-half.patch of afterburn's source and "
				"build it with CONFIG_X86_LOW_HALF=y, or build it for i386");
	}
	return 0;
}

/* Wedges of one file: one for each platform, one that is loaded with the kernel. */
static int check_together(const struct bundle *bundle, struct ab_error *error)
{
	const struct wedge *loaded = NULL;

	for (unsigned int i = 0; i < bundle->wedge_count; i++) {
		const struct wedge *wedge = &bundle->wedges[i];
		const char *platform = wedge->header.platform;

		if (find_wedge(bundle, platform) != wedge)
			return ab_fail(error, "two wedges for platform '%s'", platform);
		if (wedge_is_launched(wedge))
			continue;
		if (loaded)
			return ab_fail(
				error,
				"the wedges for '%s' and '%s' cannot be in one file: both are "
				"loaded together with the kernel",
				loaded->header.platform, platform);
		loaded = wedge;
	}
	return 0;
}

int bundle_check(struct bundle *bundle, struct ab_error *error)
{
	const struct ab_image *kernel = bundle->kernel;

	for (unsigned int i = 0; i < bundle->wedge_count; i++) {
		const struct wedge *wedge = &bundle->wedges[i];

		if (wedge->header.width != kernel->width)
			return ab_fail(error, "a %u-bit kernel; the wedge %s is for %u-bit kernels",
				       kernel->width, wedge->elf.name, wedge->header.width);
	}
	if (check_together(bundle, error) < 0)
		return -1;
	return check_kernel(bundle, error);
}
