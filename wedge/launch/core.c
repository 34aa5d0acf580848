/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core.c - headers, one note, the memory file. The segments share the file's bytes: all memory at
 * the kernel's direct map, and each stretch that the page tables map elsewhere.
 *
 * Invariant: the memory file is copied with its holes.
 */
#include "core.h"
#include "launcher.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* struct elf_prstatus of a 32-bit Linux. */
struct status {
	uint32_t number, code, error;
	uint16_t current, pad;
	uint32_t pending, held;
	uint32_t pid, parent, group, session;
	uint32_t times[8];
	uint32_t ebx, ecx, edx, esi, edi, ebp, eax, ds, es, fs, gs, original_eax, eip, cs, eflags,
		esp, ss;
	uint32_t fpu_valid;
};

struct note {
	Elf32_Nhdr header;
	char owner[8];
	struct status status;
};

_Static_assert(sizeof(struct status) == 144, "as gdb expects it");

enum { MOST_SEGMENTS = 16384 };

struct core {
	const struct target *target;
	uint32_t direct_map;
	Elf32_Phdr segments[1 + MOST_SEGMENTS];
	unsigned int count;
	uint64_t data; /* file offset of guest-physical address 0 */
};

/* A page at `linear`; grows the last segment or begins one. False when there are too many. */
static bool add_page(struct core *core, uint32_t linear, uint64_t physical)
{
	Elf32_Phdr *last = &core->segments[core->count - 1];

	if (last->p_type == PT_LOAD && last->p_vaddr + last->p_memsz == linear &&
	    last->p_paddr + last->p_memsz == physical) {
		last->p_memsz += (uint32_t)PAGE_BYTES;
		return true;
	}
	if (core->count == 1 + MOST_SEGMENTS)
		return false;
	core->segments[core->count++] = (Elf32_Phdr){
		.p_type = PT_LOAD,
		.p_vaddr = linear,
		.p_paddr = (uint32_t)physical,
		.p_memsz = (uint32_t)PAGE_BYTES,
	};
	return true;
}

/* What the page tables map, apart from the direct map. */
static void add_mapped(struct core *core)
{
	const struct target *target = core->target;
	uint64_t physical;

	if (!(target->debug->registers.cr0 >> 31))
		return;
	for (uint64_t linear = 0; linear < UINT64_C(1) << 32; linear += PAGE_BYTES) {
		if (!target_walk(target, (uint32_t)linear, &physical))
			continue;
		if (physical == (uint32_t)(linear - core->direct_map))
			continue;
		if (!add_page(core, (uint32_t)linear, physical))
			return;
	}
}

static void lay_out(struct core *core)
{
	uint64_t direct = (UINT64_C(1) << 32) - core->direct_map;

	core->segments[0] = (Elf32_Phdr){.p_type = PT_NOTE, .p_filesz = sizeof(struct note)};
	core->segments[1] = (Elf32_Phdr){
		.p_type = PT_LOAD,
		.p_vaddr = core->direct_map,
		.p_memsz = (uint32_t)(core->target->bytes < direct ? core->target->bytes : direct),
	};
	core->count = 2;
	add_mapped(core);
	core->segments[0].p_offset =
		(uint32_t)(sizeof(Elf32_Ehdr) + core->count * sizeof(Elf32_Phdr));
	core->data = (core->segments[0].p_offset + sizeof(struct note) + PAGE_BYTES - 1) /
		     PAGE_BYTES * PAGE_BYTES;
	for (unsigned int i = 1; i < core->count; i++) {
		Elf32_Phdr *s = &core->segments[i];

		s->p_offset = (uint32_t)(core->data + s->p_paddr);
		s->p_filesz = s->p_memsz;
		s->p_flags = PF_R | PF_W | PF_X;
		s->p_align = (uint32_t)PAGE_BYTES;
	}
}

static Elf32_Ehdr file_header(const struct core *core)
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

	return header;
}

static struct note status_note(const struct launch_registers *r)
{
	return (struct note){
		.header = {.n_namesz = 5, .n_descsz = sizeof(struct status), .n_type = NT_PRSTATUS},
		.owner = "CORE",
		.status =
			{
				.number = SIGABRT,
				.current = SIGABRT,
				.pid = 1,
				.ebx = r->ebx,
				.ecx = r->ecx,
				.edx = r->edx,
				.esi = r->esi,
				.edi = r->edi,
				.ebp = r->ebp,
				.eax = r->eax,
				.ds = r->ds,
				.es = r->es,
				.fs = r->fs,
				.gs = r->gs,
				.original_eax = UINT32_MAX,
				.eip = r->eip,
				.cs = r->cs,
				.eflags = r->eflags,
				.esp = r->esp,
				.ss = r->ss,
			},
	};
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

static bool write_all(const struct core *core, int to, int memory_fd)
{
	Elf32_Ehdr header = file_header(core);
	struct note note = status_note(&core->target->debug->registers);

	return write_at(to, &header, sizeof(header), 0) &&
	       write_at(to, core->segments, core->count * sizeof(Elf32_Phdr), sizeof(header)) &&
	       write_at(to, &note, sizeof(note), core->segments[0].p_offset) &&
	       copy_memory(core, to, memory_fd) && close(to) == 0;
}

void core_write(const char *path, const struct target *target, int memory_fd, uint32_t direct_map)
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
	core.direct_map = direct_map;
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
