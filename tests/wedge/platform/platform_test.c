/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * platform_test.c - a kernel of three sites on the example platform: it is rewritten, started,
 * writes to its serial port and switches off. What a kernel does between its sites is C here.
 *
 * Invariant: each site is entered as its rewritten code does, by its ramp.
 */
#include "platform.h"

#include <afterburn/sites.h>
#include <wedge/core.h>
#include <wedge/site_table.h>

#include <sys/mman.h>

#define KERNEL_VA 0xffffffff81000000ull

enum { KERNEL_PA = 0x100000, PORT_COM1 = 0x3f8, TRANSMITTER_EMPTY = 0x20 };
enum { OUT, CPUID, HALT, SITES };

static const struct {
	uint8_t bytes[2], length, id;
} insns[SITES] = {
	[OUT] = {{0xee}, 1, AFTERBURN_INSN_OUT_DX},
	[CPUID] = {{0x0f, 0xa2}, 2, AFTERBURN_INSN_CPUID},
	[HALT] = {{0xf4}, 1, AFTERBURN_INSN_HLT},
};

/* As pack lays it out: the header, and the tables behind it. */
static struct {
	struct afterburn_wedge_header header;
	struct afterburn_bundle_site sites[SITES];
	char names[8];
} packed;

static uint64_t va_of(unsigned int site)
{
	return KERNEL_VA + 16 * site;
}

/* What as and pack would have made. */
static void build_kernel(void)
{
	packed.header = (struct afterburn_wedge_header){
		.magic = AFTERBURN_WEDGE_MAGIC,
		.version = AFTERBURN_BUNDLE_VERSION,
		.sites_version = AFTERBURN_SITES_VERSION,
		.width = 64,
		.load_paddr = 0x200000,
		.kernel_entry = KERNEL_PA,
		.protocol = AFTERBURN_PROTOCOL_LINUX,
		.segment_count = 1,
		.site_count = SITES,
		.sites_offset = (size_t)((char *)packed.sites - (char *)&packed),
		.names_offset = (size_t)((char *)packed.names - (char *)&packed),
		.names_size = sizeof(packed.names),
	};
	packed.header.segments[0] = (struct afterburn_bundle_segment){
		.vaddr = KERNEL_VA, .paddr = KERNEL_PA, .mem_size = X86_PAGE_SIZE};
	for (unsigned int i = 0; i < SITES; i++) {
		uint8_t *code = (uint8_t *)backend_page(KERNEL_PA / X86_PAGE_SIZE) + 16 * i;
		const uint8_t pad[] = {
			AFTERBURN_PAD_BYTE0,	 AFTERBURN_PAD_BYTE1, AFTERBURN_PAD_BYTE2,
			insns[i].length,	 insns[i].id,	      AFTERBURN_PAD_MAGIC & 0xff,
			AFTERBURN_PAD_MAGIC >> 8};

		memcpy(code, insns[i].bytes, insns[i].length);
		memcpy(code + insns[i].length, pad, sizeof(pad));
		packed.sites[i] = (struct afterburn_bundle_site){
			.vaddr = va_of(i),
			.insn_length = insns[i].length,
			.site_length = (uint8_t)(insns[i].length + AFTERBURN_PAD_LEN),
			.kind = insns[i].id,
		};
	}
}

/*
 * The site jumps to its ramp, which notes the slot, and that to a gate, which calls the core. This
 * kernel maps nothing, so it stays where it was loaded.
 */
static void execute(struct vcpu *v, unsigned int site)
{
	v->site = site_table_find(va_of(site))->slot;
	core_ramp(v);
	assert_int_equal(v->rip,
			 va_of(site) - KERNEL_VA + KERNEL_PA + packed.sites[site].site_length);
}

static void write_serial(struct vcpu *v, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		v->gpr[X86_RDX] = PORT_COM1;
		v->gpr[X86_RAX] = (uint8_t)text[i];
		execute(v, OUT);
	}
}

/* The kernel: who made the processor? */
static void run_guest(struct vcpu *v)
{
	uint32_t name[3];

	v->gpr[X86_RAX] = v->gpr[X86_RCX] = 0;
	execute(v, CPUID);
	name[0] = (uint32_t)v->gpr[X86_RBX];
	name[1] = (uint32_t)v->gpr[X86_RDX];
	name[2] = (uint32_t)v->gpr[X86_RCX];
	write_serial(v, (const char *)name, sizeof(name));
	execute(v, HALT);
}

static void a_kernel_starts_writes_and_switches_off(void **state)
{
	struct vcpu *v = vcpu_this();

	(void)state;
	assert_ptr_equal(mmap(v, WEDGE_VCPU_PAGES * X86_PAGE_SIZE, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0),
			 v);
	build_kernel();
	if (!setjmp(platform.end)) {
		core_start(v, &packed.header);
		assert_int_equal(v->rip, KERNEL_PA);
		run_guest(v);
		fail_msg("the halt did not switch off");
	}
	assert_int_equal(platform.how, BACKEND_POWEROFF);
	assert_non_null(strstr(platform.console, "3 sites rewritten"));
	assert_non_null(strstr(platform.console, "ExamplePlatf"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kernel_starts_writes_and_switches_off),
	};

	return RUN_TAP(tests);
}
