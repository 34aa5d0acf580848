/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel.c - reads a packed kernel: an ELF32 file whose last loadable segment is the wedge
 * (afterburn/bundle.h).
 *
 * Invariant: no number out of the file is used before it has been checked.
 */
#include "kernel.h"
#include "launcher.h"
#include "symbol.h"

#include <afterburn/sites.h>

#include <elf.h>
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
	if (ident[EI_CLASS] == ELFCLASS64)
		die(END_USAGE,
		    "'%s' is a 64-bit kernel, which cannot run in a Linux process: it lives in the "
		    "upper half of the address space, where a process can map nothing; build it "
		    "for i386 (ARCH=i386)",
		    name);
	if (ident[EI_CLASS] != ELFCLASS32 || ident[EI_DATA] != ELFDATA2LSB)
		die(END_USAGE, "'%s' is not a 32-bit little-endian ELF file", name);
}

static void check_header(const Elf32_Ehdr *h, const char *name)
{
	if (h->e_machine != EM_386)
		die(END_USAGE, "'%s' is not for i386 (ELF machine %u)", name, h->e_machine);
	if (h->e_type != ET_EXEC)
		die(END_USAGE, "'%s' is no kernel: not an executable at a fixed address", name);
	if (h->e_phentsize != sizeof(Elf32_Phdr) || h->e_phnum == 0)
		die(END_USAGE, "'%s' is no kernel: it has no program headers", name);
}

static void add_segment(struct kernel *kernel, const Elf32_Phdr *p, const char *name)
{
	struct part *part;

	if (kernel->count == AFTERBURN_BUNDLE_MAX_SEGMENTS)
		die(END_USAGE, "'%s' has more than %u segments", name,
		    AFTERBURN_BUNDLE_MAX_SEGMENTS);
	part = &kernel->segments[kernel->count++];
	*part = (struct part){p->p_offset, p->p_filesz, p->p_paddr, p->p_memsz};
	if (part->address + part->memory_size > kernel->end)
		kernel->end = part->address + part->memory_size;
	if (kernel->count == 1)
		kernel->direct_map = (uint32_t)(p->p_vaddr - p->p_paddr);
}

/* Is it the wedge's segment? Its header is the kernel's then. */
static bool read_wedge(struct kernel *kernel, const Elf32_Phdr *p, const char *name)
{
	struct afterburn_wedge_header header;

	if (p->p_filesz < sizeof(header))
		return false;
	read_all(kernel->fd, &header, sizeof(header), p->p_offset, name);
	if (header.magic != AFTERBURN_WEDGE_MAGIC)
		return false;
	kernel->header = header;
	kernel->wedge = (struct part){p->p_offset, p->p_filesz, 0, p->p_memsz};
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
	if (strncmp(h->platform, "linux", sizeof(h->platform)) != 0)
		die(END_USAGE,
		    "'%s' is packed for '%.*s', not for a Linux process; give the kernel as it "
		    "was built",
		    name, (int)sizeof(h->platform), h->platform);
	if (h->width != 32 || h->entry == 0 || h->bundle_size != kernel->wedge.file_size ||
	    h->bundle_size != kernel->wedge.memory_size || h->entry >= h->bundle_size)
		die(END_USAGE, "'%s' is damaged: its wedge's header is not right", name);
	if (h->site_count == 0)
		die(END_USAGE,
		    "'%s' has no sites: it was not built with afterburn's assembler (see "
		    "afterburn make)",
		    name);
}

static uint64_t find_panic_word(const struct kernel *kernel)
{
	uint32_t address;

	if (!symbol_find(kernel->fd, "panic_cpu", &address))
		return UINT64_MAX;
	return (uint32_t)(address - kernel->direct_map);
}

void kernel_open(struct kernel *kernel, const char *path, const char *name)
{
	uint64_t size = open_file(kernel, path, name);
	Elf32_Ehdr header = {0};
	Elf32_Phdr p;

	kernel->count = 0;
	kernel->end = 0;
	kernel->wedge = (struct part){0};
	read_all(kernel->fd, &header, size < sizeof(header) ? size : sizeof(header), 0, name);
	check_ident(header.e_ident, size, name);
	check_header(&header, name);
	for (unsigned int i = 0; i < header.e_phnum; i++) {
		read_all(kernel->fd, &p, sizeof(p), (uint64_t)header.e_phoff + i * sizeof(p), name);
		if (p.p_type != PT_LOAD || p.p_memsz == 0)
			continue;
		if (p.p_filesz > p.p_memsz || p.p_memsz > UINT32_MAX - p.p_paddr ||
		    (uint64_t)p.p_offset + p.p_filesz > size)
			die(END_USAGE, "'%s' is damaged: segment %u has impossible sizes", name, i);
		if (kernel->wedge.file_size || !read_wedge(kernel, &p, name))
			add_segment(kernel, &p, name);
	}
	check_wedge(kernel, name);
	if (kernel->count == 0)
		die(END_USAGE, "'%s' is no kernel: it has no loadable segment", name);
	kernel->panic_word = find_panic_word(kernel);
}
