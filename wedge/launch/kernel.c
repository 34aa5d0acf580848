/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel.c - reads a packed kernel: an ELF file, for i386 or x86-64, with the wedge for a Linux
 * process in a segment of its own kind, and perhaps other wedges (afterburn/bundle.h).
 *
 * Invariant: no number out of the file is used before it has been checked.
 */
#include "kernel.h"
#include "elf_file.h"
#include "launcher.h"
#include "symbol.h"

#include <afterburn/sites.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Every byte, or the end of the launcher. */
static void read_all(int fd, void *to, size_t size, uint64_t offset, const char *name)
{
	unsigned char *bytes = to;

	while (size) {
		ssize_t done = pread(fd, bytes, size, (off_t)offset);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			die(END_USAGE, "'%s' cannot be read: %s", name, strerror(errno));
		if (done == 0)
			die(END_USAGE, "'%s' is cut short: it ends before what it says it holds",
			    name);
		bytes += done;
		size -= (size_t)done;
		offset += (uint64_t)done;
	}
}

static uint64_t open_file(struct kernel *kernel, const char *path, const char *name)
{
	struct stat status;

	kernel->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (kernel->fd < 0 || fstat(kernel->fd, &status) < 0)
		die(END_USAGE, "'%s' cannot be opened: %s", name, strerror(errno));
	if (!S_ISREG(status.st_mode))
		die(END_USAGE, "'%s' is not a regular file", name);
	return (uint64_t)status.st_size;
}

static void check_ident(const unsigned char *ident, uint64_t size, const char *name)
{
	if (size < EI_NIDENT || memcmp(ident, ELFMAG, SELFMAG) != 0)
		die(END_USAGE, "'%s' is not an ELF file; give a kernel's vmlinux", name);
	if ((ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64) ||
	    ident[EI_DATA] != ELFDATA2LSB)
		die(END_USAGE, "'%s' is not a little-endian ELF file of 32 or 64 bit", name);
}

static void check_header(const struct kernel *kernel, const Elf64_Ehdr *h, const char *name)
{
	if (h->e_machine != (kernel->wide ? EM_X86_64 : EM_386))
		die(END_USAGE, "'%s' is not for i386 or x86-64 (ELF machine %u)", name,
		    h->e_machine);
	if (h->e_type != ET_EXEC)
		die(END_USAGE, "'%s' is no kernel: not an executable at a fixed address", name);
	if (h->e_phentsize != elf_segment_size(kernel->wide) || h->e_phnum == 0)
		die(END_USAGE, "'%s' is no kernel: it has no program headers", name);
}

/* No physical memory of a guest is above (--memory), nor what a launcher would have to load. */
#define PHYSICAL_END (UINT64_C(1) << 32)

static bool has_possible_sizes(const Elf64_Phdr *p, uint64_t file_size)
{
	return p->p_filesz <= p->p_memsz && p->p_paddr < PHYSICAL_END &&
	       p->p_memsz < PHYSICAL_END - p->p_paddr && p->p_offset <= file_size &&
	       p->p_filesz <= file_size - p->p_offset;
}

static void add_segment(struct kernel *kernel, const Elf64_Phdr *p, const char *name)
{
	struct part *part;

	if (kernel->count == AFTERBURN_BUNDLE_MAX_SEGMENTS)
		die(END_USAGE, "'%s' has more than %u segments", name,
		    AFTERBURN_BUNDLE_MAX_SEGMENTS);
	part = &kernel->segments[kernel->count++];
	*part = (struct part){p->p_offset, p->p_filesz, p->p_paddr, p->p_memsz, p->p_vaddr};
	if (part->address + part->memory_size > kernel->end)
		kernel->end = part->address + part->memory_size;
	if (kernel->count == 1)
		kernel->direct_map = p->p_vaddr - p->p_paddr;
}

static bool is_ours(const struct afterburn_wedge_header *header)
{
	return strncmp(header->platform, "linux", sizeof(header->platform)) == 0;
}

/* Is it a wedge's segment? Then this is its header. */
static bool holds_wedge(const struct kernel *kernel, const Elf64_Phdr *p,
			struct afterburn_wedge_header *header, const char *name)
{
	if ((p->p_type != PT_LOAD && p->p_type != AFTERBURN_PT_WEDGE) ||
	    p->p_filesz < sizeof(*header))
		return false;
	read_all(kernel->fd, header, sizeof(*header), p->p_offset, name);
	return header->magic == AFTERBURN_WEDGE_MAGIC;
}

/*
 * Of several wedges the kernel gets ours; otherwise any, so that a message can name it. A
 * hypervisor's is loaded with the kernel elsewhere, and is not here.
 */
static bool read_wedge(struct kernel *kernel, const Elf64_Phdr *p, const char *name)
{
	struct afterburn_wedge_header header;

	if (!holds_wedge(kernel, p, &header, name))
		return false;
	if (kernel->wedge.file_size && is_ours(&kernel->header))
		return true;
	kernel->header = header;
	kernel->wedge = (struct part){p->p_offset, p->p_filesz, 0, p->p_memsz, 0};
	return true;
}

static void check_wedge(const struct kernel *kernel, const char *name)
{
	const struct afterburn_wedge_header *h = &kernel->header;

	if (kernel->wedge.file_size == 0)
		die(END_USAGE, "'%s' is not packed: make it so with afterburn pack --wedge linux",
		    name);
	if (h->version != AFTERBURN_BUNDLE_VERSION || h->sites_version != AFTERBURN_SITES_VERSION)
		die(END_USAGE,
		    "'%s' was packed by another version of afterburn; pack the kernel anew", name);
	if (!is_ours(h))
		die(END_USAGE,
		    "'%s' is packed for '%.*s', not for a Linux process; give the kernel as it "
		    "was built",
		    name, (int)sizeof(h->platform), h->platform);
	if (h->width != (kernel->wide ? 64 : 32) || h->entry == 0 ||
	    h->bundle_size != kernel->wedge.file_size ||
	    h->bundle_size != kernel->wedge.memory_size || h->entry >= h->bundle_size)
		die(END_USAGE, "'%s' is damaged: its wedge's header is not right", name);
	if (h->site_count == 0)
		die(END_USAGE,
		    "'%s' has no sites: it was not built with afterburn's assembler (see "
		    "afterburn make)",
		    name);
}

/* The guest-physical address of a virtual one of the kernel's; UINT64_MAX if no segment has it. */
static uint64_t physical(const struct kernel *kernel, uint64_t address)
{
	for (unsigned int i = 0; i < kernel->count; i++) {
		const struct part *s = &kernel->segments[i];

		if (address >= s->virtual && address - s->virtual < s->memory_size)
			return s->address + (address - s->virtual);
	}
	return UINT64_MAX;
}

static uint64_t find_panic_word(const struct kernel *kernel)
{
	uint64_t address;

	return symbol_find(kernel->fd, "panic_cpu", &address) ? physical(kernel, address)
							      : UINT64_MAX;
}

static Elf64_Phdr read_segment(const struct kernel *kernel, const Elf64_Ehdr *header,
			       unsigned int index, const char *name)
{
	size_t size = elf_segment_size(kernel->wide);
	union elf_segment segment;

	read_all(kernel->fd, &segment, size, header->e_phoff + index * size, name);
	return elf_segment_of(&segment, kernel->wide);
}

/*
 * A kernel in the upper half of the address space is refused before anything else is asked of it:
 * no other fault of the file matters.
 */
static void check_half(const struct kernel *kernel, const Elf64_Ehdr *header, const char *name)
{
	struct afterburn_wedge_header wedge;

	for (unsigned int i = 0; kernel->wide && i < header->e_phnum; i++) {
		Elf64_Phdr p = read_segment(kernel, header, i, name);

		if (p.p_type == PT_LOAD && p.p_memsz && p.p_vaddr >> 63 &&
		    !holds_wedge(kernel, &p, &wedge, name))
			die(END_PLATFORM,
			    "'%s' is a 64-bit kernel in the upper half of the address space, where "
			    "a process can map nothing: patch its source with "
			    "guest-patches/linux-6.1/low-half.patch of afterburn's source and "
			    "build "
			    "it with CONFIG_X86_LOW_HALF=y (README.md, section A kernel as a "
			    "process), or build it for i386",
			    name);
	}
}

static Elf64_Ehdr read_header(struct kernel *kernel, uint64_t size, const char *name)
{
	union elf_header file = {0};
	Elf64_Ehdr header;

	read_all(kernel->fd, &file, size < sizeof(file) ? size : sizeof(file), 0, name);
	check_ident(file.ident, size, name);
	kernel->wide = elf_is_wide(&file);
	header = elf_header_of(&file);
	check_header(kernel, &header, name);
	return header;
}

void kernel_open(struct kernel *kernel, const char *path, const char *name)
{
	uint64_t size = open_file(kernel, path, name);
	Elf64_Ehdr header = read_header(kernel, size, name);

	kernel->count = 0;
	kernel->end = 0;
	kernel->wedge = (struct part){0};
	check_half(kernel, &header, name);
	for (unsigned int i = 0; i < header.e_phnum; i++) {
		Elf64_Phdr p = read_segment(kernel, &header, i, name);

		if ((p.p_type != PT_LOAD && p.p_type != AFTERBURN_PT_WEDGE) || p.p_memsz == 0)
			continue;
		if (!has_possible_sizes(&p, size))
			die(END_USAGE, "'%s' is damaged: segment %u has impossible sizes", name, i);
		if (!read_wedge(kernel, &p, name) && p.p_type == PT_LOAD)
			add_segment(kernel, &p, name);
	}
	check_wedge(kernel, name);
	if (kernel->count == 0)
		die(END_USAGE, "'%s' is no kernel: it has no loadable segment", name);
	kernel->panic_word = find_panic_word(kernel);
}
