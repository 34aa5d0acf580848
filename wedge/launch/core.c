/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core.c - headers, one note, the memory file. The segments share the file's bytes: the memory that
 * an i386 kernel has in one piece behind its image, or an x86-64 kernel's image, and each stretch
 * that the page tables map elsewhere, an x86-64 kernel's direct map among them.
 *
 * Invariant: the memory file is copied with its holes.
 */
#include "core.h"
#include "core_status.h"
#include "launcher.h"
#include "walk.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_SEGMENTS = 16384, LARGE = 1 << 21 /* bytes of an x86-64 kernel's pages */ };

struct core {
	const struct target *target;
	Elf64_Phdr segments[1 + MOST_SEGMENTS]; /* the note first; ELF32's are made when written */
	unsigned int count;
	uint64_t data; /* file offset of guest-physical address 0 */
	size_t note_size;
	unsigned char note[CORE_STATUS_MOST];
};

static bool is_wide(const struct core *core)
{
	return core->target->kernel->wide;
}

/* Memory at `linear`; grows the last segment or begins one. False when there are too many. */
static bool add_memory(struct core *core, uint64_t linear, uint64_t physical, uint64_t size)
{
	Elf64_Phdr *last = &core->segments[core->count - 1];

	if (last->p_type == PT_LOAD && last->p_vaddr + last->p_memsz == linear &&
	    last->p_paddr + last->p_memsz == physical) {
		last->p_memsz += size;
		return true;
	}
	if (core->count == 1 + MOST_SEGMENTS)
		return false;
	core->segments[core->count++] = (Elf64_Phdr){
		.p_type = PT_LOAD,
		.p_vaddr = linear,
		.p_paddr = physical,
		.p_memsz = size,
	};
	return true;
}

/* What the page tables map, apart from the first segment. */
static void add_mapped(struct core *core)
{
	const struct target *target = core->target;
	uint64_t end = walk_end(target), physical, span, left;

	if (walk_is_early(target))
		return;
	for (uint64_t linear = 0; linear < end; linear += span) {
		if (!walk(target, linear, &physical, &span))
			continue;
		if (physical == linear - target->kernel->direct_map &&
		    physical < core->segments[1].p_memsz)
			continue;
		left = target->bytes - physical;
		if (!add_memory(core, linear, physical, span < left ? span : left))
			return;
	}
}

/* Memory that is where the kernel's image is, whatever the page tables say: whole large pages. */
static uint64_t first_segment_size(const struct core *core)
{
	const struct target *target = core->target;
	uint64_t most = is_wide(core) ? (target->kernel->end + LARGE - 1) / LARGE * LARGE
				      : (UINT64_C(1) << 32) - target->kernel->direct_map;

	return target->bytes < most ? target->bytes : most;
}

static uint64_t headers_size(const struct core *core)
{
	return is_wide(core) ? sizeof(Elf64_Ehdr) + core->count * sizeof(Elf64_Phdr)
			     : sizeof(Elf32_Ehdr) + core->count * sizeof(Elf32_Phdr);
}

static void lay_out(struct core *core)
{
	core->note_size = core_status(&core->target->debug->registers, is_wide(core), core->note);
	core->segments[0] = (Elf64_Phdr){.p_type = PT_NOTE, .p_filesz = core->note_size};
	core->segments[1] = (Elf64_Phdr){
		.p_type = PT_LOAD,
		.p_vaddr = core->target->kernel->direct_map,
		.p_memsz = first_segment_size(core),
	};
	core->count = 2;
	add_mapped(core);
	core->segments[0].p_offset = headers_size(core);
	core->data = (core->segments[0].p_offset + core->note_size + PAGE_BYTES - 1) / PAGE_BYTES *
		     PAGE_BYTES;
	for (unsigned int i = 1; i < core->count; i++) {
		Elf64_Phdr *s = &core->segments[i];

		s->p_offset = core->data + s->p_paddr;
		s->p_filesz = s->p_memsz;
		s->p_flags = PF_R | PF_W | PF_X;
		s->p_align = PAGE_BYTES;
	}
}

static bool write_at(int fd, const void *bytes, size_t size, uint64_t at)
{
	return pwrite(fd, bytes, size, (off_t)at) == (ssize_t)size;
}

static bool copy_range(int to, uint64_t at, int from, off_t start, off_t end)
{
	if (lseek(to, (off_t)at + start, SEEK_SET) < 0)
		return false;
	while (start < end) {
		ssize_t done = sendfile(to, from, &start, (size_t)(end - start));

		if (done <= 0 && errno != EINTR)
			return false;
	}
	return true;
}

static bool copy_memory(const struct core *core, int to, int from)
{
	off_t end = 0, start;

	if (ftruncate(to, (off_t)(core->data + core->target->bytes)) < 0)
		return false;
	while ((start = lseek(from, end, SEEK_DATA)) >= 0) {
		end = lseek(from, start, SEEK_HOLE);
		if (end < 0 || !copy_range(to, core->data, from, start, end))
			return false;
	}
	return errno == ENXIO;
}

static bool write_headers_32(const struct core *core, int to)
{
	Elf32_Ehdr header = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_CORE,
		.e_machine = EM_386,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(header),
		.e_ehsize = sizeof(header),
		.e_phentsize = sizeof(Elf32_Phdr),
		.e_phnum = (uint16_t)core->count,
	};
	static Elf32_Phdr segments[1 + MOST_SEGMENTS];

	for (unsigned int i = 0; i < core->count; i++) {
		const Elf64_Phdr *s = &core->segments[i];

		segments[i] = (Elf32_Phdr){
			.p_type = s->p_type,
			.p_offset = (uint32_t)s->p_offset,
			.p_vaddr = (uint32_t)s->p_vaddr,
			.p_paddr = (uint32_t)s->p_paddr,
			.p_filesz = (uint32_t)s->p_filesz,
			.p_memsz = (uint32_t)s->p_memsz,
			.p_flags = s->p_flags,
			.p_align = (uint32_t)s->p_align,
		};
	}
	return write_at(to, &header, sizeof(header), 0) &&
	       write_at(to, segments, core->count * sizeof(segments[0]), sizeof(header));
}

static bool write_headers_64(const struct core *core, int to)
{
	Elf64_Ehdr header = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(header),
		.e_ehsize = sizeof(header),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = (uint16_t)core->count,
	};

	return write_at(to, &header, sizeof(header), 0) &&
	       write_at(to, core->segments, core->count * sizeof(core->segments[0]),
			sizeof(header));
}

static bool write_all(const struct core *core, int to, int memory_fd)
{
	return (is_wide(core) ? write_headers_64(core, to) : write_headers_32(core, to)) &&
	       write_at(to, core->note, core->note_size, core->segments[0].p_offset) &&
	       copy_memory(core, to, memory_fd) && close(to) == 0;
}

void core_write(const char *path, const struct target *target, int memory_fd)
{
	static struct core core;
	char temporary[PATH_MAX];
	struct stat status;
	int fd;

	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
		say("no core: '%s' is not a regular file", path);
		return;
	}
	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary)) {
		say("no core: the name '%s' is too long", path);
		return;
	}
	core.target = target;
	lay_out(&core);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd >= 0 && write_all(&core, fd, memory_fd) && rename(temporary, path) == 0) {
		say("the core is in '%s'%s: gdb vmlinux %s", path,
		    target->stops ? "" : ", without registers", path);
		return;
	}
	say("no core in '%s': %s", path, strerror(errno));
	if (fd >= 0)
		unlink(temporary);
}
