/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wedge.S - a wedge's outside: header, a little code, zero-filled memory, Xen notes. The defines
 * let tests make it wrong.
 */
#include <afterburn/bundle.h>
#include <afterburn/sites.h>

#ifndef MAGIC
#define MAGIC 0x0145474445574241
#endif
#ifndef VERSION
#define VERSION AFTERBURN_BUNDLE_VERSION
#endif
#ifndef SITES
#define SITES AFTERBURN_SITES_VERSION
#endif
#ifndef PLATFORM
#define PLATFORM "xen"
#endif
#ifndef KERNELS
#define KERNELS WIDTH
#endif
#ifndef LAUNCH_ENTRY
#define LAUNCH_ENTRY 0
#endif
#ifndef ENTRY
#define ENTRY wedge_start
#endif

	.text
	.globl	header
header:	.quad	MAGIC
	.long	VERSION, SITES, KERNELS, LAUNCH_ENTRY
	.ascii	PLATFORM
	.org	header + 40
	.skip	64 + 40 * AFTERBURN_BUNDLE_MAX_SEGMENTS
	.globl	wedge_start
wedge_start:
	ret
	.bss
	.skip	5000

	.section .note.Xen, "a", @note
	.long	4, 4, 6
	.asciz	"Xen"
	.asciz	"tst"
#ifdef VIRT_BASE
	.long	4, 4, 3
	.asciz	"Xen"
	.long	VIRT_BASE
#endif
#ifndef NO_ENTRY
	.long	4, WIDTH / 8, 1
	.asciz	"Xen"
#if WIDTH == 64
	.quad	ENTRY
#else
	.long	ENTRY
#endif
#endif
