/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bundle.h - how `afterburn pack` puts a kernel and its wedges into one ELF file.
 *
 * The packed file is the kernel's ELF file, byte for byte in everything a loader on bare metal
 * looks at (entry, loadable segments, its own notes), plus, for a wedge that a hypervisor starts:
 *
 *   - one PT_LOAD with the wedge: its image flattened to memory size, page aligned, at the first
 *     AFTERBURN_BUNDLE_ALIGN boundary above the kernel's last physical byte;
 *   - in the same PT_LOAD, right behind the image, the tables described here;
 *   - one PT_NOTE: the wedge's own notes, with addresses moved from where the wedge is linked to
 *     where it is loaded;
 *
 * and for each wedge that a launcher maps and calls (`entry`):
 *
 *   - one AFTERBURN_PT_WEDGE with the same contents, which no loader of kernels looks at: on bare
 *     metal and hypervisors nothing of it gets into memory. Its addresses are 0.
 *
 * If the kernel came in a bzImage, the packed file is that bzImage with this ELF file, compressed
 * by gzip, behind it; a struct afterburn_bzimage_mark stands in front of that.
 *
 * The wedge's image begins with a struct afterburn_wedge_header; pack fills in its tail. Each wedge
 * has tables of its own. All addresses called `paddr` are the physical addresses that program
 * headers carry; all offsets count from the first byte of the wedge's image. Little endian; natural
 * alignment; the same layout for 32 and 64 bit.
 *
 * Invariant: nothing in the tables depends on the hypervisor.
 */
#ifndef AFTERBURN_BUNDLE_H
#define AFTERBURN_BUNDLE_H

#define AFTERBURN_WEDGE_MAGIC	 0x0145474445574241ull /* "ABWEDGE\1" */
#define AFTERBURN_BUNDLE_VERSION 3
#define AFTERBURN_BUNDLE_ALIGN	 0x200000ull

#define AFTERBURN_BUNDLE_MAX_SEGMENTS 16

/* A program header's p_type, in the range of operating systems (PT_LOOS to PT_HIOS). */
#define AFTERBURN_PT_WEDGE 0x6ab00001

/* The boot protocol, which pack finds by the notes in the kernel's file. */
#define AFTERBURN_PROTOCOL_LINUX 1 /* Linux's Documentation/x86/boot.rst, 32-bit or 64-bit */
#define AFTERBURN_PROTOCOL_PVH	 2 /* Xen's public/arch-x86/hvm/start_info.h */

#ifndef __ASSEMBLER__

/* A loadable segment of the kernel, as in its program header. Sizes in bytes. */
struct afterburn_bundle_segment {
	unsigned long long vaddr;
	unsigned long long paddr;
	unsigned long long file_size;
	unsigned long long mem_size;
	unsigned int flags; /* PF_R, PF_W, PF_X */
	unsigned int reserved;
};

#define AFTERBURN_SEGMENT_EXECUTE 1u /* PF_X of `flags` */

/* A site of the kernel, absolute. The array is sorted by vaddr and sites do not overlap. */
struct afterburn_bundle_site {
	unsigned long long vaddr; /* of the site's first byte */
	unsigned char insn_offset;
	unsigned char insn_length;
	unsigned char site_length;
	unsigned char kind; /* as in the pad */
	unsigned int
		symbol; /* offset into the names: the function the site is in, NUL terminated */
};

struct afterburn_wedge_header {
	/* Filled in when the wedge is linked. */
	unsigned long long magic;   /* AFTERBURN_WEDGE_MAGIC */
	unsigned int version;	    /* AFTERBURN_BUNDLE_VERSION */
	unsigned int sites_version; /* AFTERBURN_SITES_VERSION */
	unsigned int width;	    /* 32 or 64: the kernels it takes */
	unsigned int entry;	    /* if a launcher calls the wedge: offset in the image; else 0 */
	char platform[16];	    /* "xen", "linux", "l4"; NUL padded */
	/* Filled in by pack. */
	unsigned long long load_paddr;	 /* where this header is loaded; of a launcher's: not 0 */
	unsigned long long bundle_size;	 /* bytes of the segment: image and tables */
	unsigned long long kernel_entry; /* physical; e_entry, or what the PVH note says */
	unsigned int segment_count;
	unsigned int site_count;
	unsigned long long sites_offset; /* of struct afterburn_bundle_site[site_count] */
	unsigned long long names_offset;
	unsigned long long names_size;
	unsigned int protocol; /* AFTERBURN_PROTOCOL_*, of kernel_entry */
	unsigned int reserved;
	struct afterburn_bundle_segment segments[AFTERBURN_BUNDLE_MAX_SEGMENTS];
};

/* Tells programs that do not decompress that a bzImage is packed, and for which platforms. */
struct afterburn_bzimage_mark {
	unsigned long long magic; /* AFTERBURN_WEDGE_MAGIC */
	char platforms[248];	  /* "xen,linux": names of the wedges; NUL padded */
};

_Static_assert(sizeof(struct afterburn_bzimage_mark) == 256, "layout is fixed");
_Static_assert(sizeof(struct afterburn_bundle_segment) == 40, "layout is fixed");
_Static_assert(sizeof(struct afterburn_bundle_site) == 16, "layout is fixed");
_Static_assert(sizeof(struct afterburn_wedge_header) == 104 + 40 * AFTERBURN_BUNDLE_MAX_SEGMENTS,
	       "layout is fixed");

#endif /* __ASSEMBLER__ */
#endif /* AFTERBURN_BUNDLE_H */
