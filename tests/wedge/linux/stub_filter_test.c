/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stub_filter_test.c - the filters of a user process's system calls, as the stub has them, carried
 * out one instruction after the other (linux/bpf_common.h): what may pass, and what must not.
 *
 * Invariant: the host's kernel takes the strictest answer of all filters; TRAP is stricter than all
 * others here.
 */
#include <stub.c>

#include "fake_host.h"

const char stub_handler[1], stub_stopped[1], stub_ordered[1];
const char stub_door_page[1], stub_door_page_end[1];

enum { R = HOST_PROT_READ, W = HOST_PROT_WRITE, RANDOM = 2000000 };

/* ---- the host's kernel ---- */

static uint32_t load(const struct seccomp_data *data, uint32_t offset)
{
	uint32_t word;

	assert_true(offset % 4 == 0 && offset + 4 <= sizeof(*data));
	memcpy(&word, (const char *)data + offset, sizeof(word));
	return word;
}

static bool holds(uint16_t code, uint32_t a, uint32_t operand)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == operand;
	case BPF_JGE:
		return a >= operand;
	case BPF_JGT:
		return a > operand;
	default:
		assert_int_equal(BPF_OP(code), BPF_JSET);
		return a & operand;
	}
}

static uint32_t answer(const struct sock_filter *filter, size_t count,
		       const struct seccomp_data *data)
{
	uint32_t a = 0, x = 0;

	for (size_t at = 0; at < count; at++) {
		const struct sock_filter *i = &filter[at];

		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			a = load(data, i->k);
			break;
		case BPF_LD | BPF_IMM:
			a = i->k;
			break;
		case BPF_ALU | BPF_ADD | BPF_X:
			a += x;
			break;
		case BPF_ALU | BPF_SUB | BPF_X:
			a -= x;
			break;
		case BPF_MISC | BPF_TAX:
			x = a;
			break;
		case BPF_RET | BPF_K:
			return i->k;
		default:
			assert_int_equal(BPF_CLASS(i->code), BPF_JMP);
			at += holds(i->code, a, BPF_SRC(i->code) == BPF_X ? x : i->k) ? i->jt
										      : i->jf;
		}
	}
	fail_msg("a filter has no end");
	return 0;
}

#define PASSES(filter, data)                                                                       \
	(answer(filter, sizeof(filter) / sizeof((filter)[0]), data) != SECCOMP_RET_TRAP)

static bool passes(const struct seccomp_data *data)
{
	return PASSES(user_filter, data) && (!ARCH_LONG_MODE || PASSES(place_filter, data));
}

static struct seccomp_data by_stub(int number, uint64_t a, uint64_t b, uint64_t c)
{
	return (struct seccomp_data){
		.nr = number,
		.arch = AUDIT_ARCH_X86_64,
		.instruction_pointer = USER_STUB + 0x100,
		.args = {a, b, c},
	};
}

static bool may(int number, uint64_t a, uint64_t b, uint64_t c)
{
	struct seccomp_data data = by_stub(number, a, b, c);

	return passes(&data);
}

static bool may_map(uint64_t a, uint64_t size, unsigned int flags, uint64_t fd)
{
	struct seccomp_data data = by_stub(__NR_mmap, a, size, R | W);

	data.args[3] = flags;
	data.args[4] = fd;
	return passes(&data);
}

/* ---- ranges ---- */

/* Numbers at which something begins or ends, or at which a carry hides. */
static const uint64_t borders[] = {
	0,
	0x1000,
	0x10000,
	USER_DOOR - 0x1000,
	USER_DOOR,
	USER_DOOR + 0x1000,
	0xfffff000,
	0x100000000,
	0x100001000,
	0x1fffff000,
	0x200000000,
	USER_END - 0x1000,
	USER_END,
	USER_END + 0x1000ull,
	USER_END + 0xfffff000ull,
	USER_STUB - 0x100001000,
	USER_STUB - 0x1000,
	USER_STUB,
	USER_STUB + 0x1000,
	USER_ORDERS,
	USER_CHANNEL,
	0x7ffffffff000,
	0x8000000000000000,
	0xffffffff00000000,
	0xfffffffffffff000,
};
enum { BORDERS = sizeof(borders) / sizeof(borders[0]) };

static void check_range(uint64_t from, uint64_t size)
{
	unsigned __int128 end = (unsigned __int128)from + size;
	bool holds_door = from < USER_DOOR + (uint64_t)USER_DOOR_SIZE && end > USER_DOOR;
	bool own = end <= USER_END && !holds_door;
	bool harmless = end <= USER_STUB && !(size && holds_door);

	if (own && size) {
		assert_true(may(__NR_munmap, from, size, 0));
		assert_true(may(__NR_mprotect, from, size, R));
		assert_true(may_map(from, size, SHARED_FIXED, USER_MEMORY_FD));
	}
	if (!harmless) {
		assert_false(may(__NR_munmap, from, size, 0));
		assert_false(may(__NR_mprotect, from, size, R));
		assert_false(may_map(from, size, SHARED_FIXED, USER_MEMORY_FD));
	}
}

static void ranges_at_borders(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < BORDERS; i++) {
		for (unsigned int k = 0; k < BORDERS; k++) {
			check_range(borders[i], borders[k]);
			check_range(borders[i], borders[k] - borders[i]);
		}
	}
}

static uint64_t random_pages(uint64_t *seed)
{
	uint64_t r = next_random(seed);

	return r >> (r & 63) & ~0xfffull;
}

static void ranges_at_random(void **state)
{
	uint64_t seed = 88172645463325252;

	(void)state;
	for (unsigned int i = 0; i < RANDOM; i++) {
		uint64_t near = borders[i % BORDERS],
			 from = near + (random_pages(&seed) & 0xfffff000);

		check_range(from, random_pages(&seed));
		check_range(random_pages(&seed), near);
	}
}

/* ---- the rest ---- */

static void memory_comes_from_the_file(void **state)
{
	(void)state;
	assert_true(may_map(0x20000, 0x1000, SHARED_FIXED, USER_MEMORY_FD));
	assert_false(may_map(0x20000, 0x1000, SHARED_FIXED, USER_MEMORY_FD + 1));
	assert_false(may_map(0x20000, 0x1000, SHARED_FIXED | HOST_MAP_ANONYMOUS, USER_MEMORY_FD));
	assert_false(may_map(0x20000, 0x1000, HOST_MAP_SHARED, USER_MEMORY_FD));
	assert_false(may_map(0x20000, 0x1000, HOST_MAP_PRIVATE | HOST_MAP_FIXED, USER_MEMORY_FD));
	assert_false(may(__NR_mprotect, 0x20000, 0x1000, R | W));
	assert_false(may(__NR_mprotect, 0x20000, 0x1000, W));
}

static void few_calls_pass(void **state)
{
	static const int allowed[] = {USER_STOP, __NR_rt_sigreturn, __NR_close, __NR_sched_yield};
	unsigned int others = 0;

	(void)state;
	for (unsigned int i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		assert_true(may(allowed[i], 0, 0, 0));
	for (int number = -1; number < 1024; number++)
		others += may(number, ~0ull << 12, ~0ull << 12, 7);
	assert_int_equal(others, sizeof(allowed) / sizeof(allowed[0]));
	assert_false(may(0x40000000 | USER_STOP, 0, 0, 0));
}

static void calls_of_32_bit_code_are_the_guests(void **state)
{
	struct seccomp_data data = by_stub(USER_STOP, 0, 0, 0);

	(void)state;
	data.arch = AUDIT_ARCH_I386;
	assert_false(passes(&data));
}

static void bases_are_the_programs_own(void **state)
{
	(void)state;
	assert_int_equal(may(__NR_arch_prctl, ARCH_SET_FS, 0x1000, 0), ARCH_LONG_MODE);
	assert_int_equal(may(__NR_arch_prctl, ARCH_SET_GS, 0x1000, 0), ARCH_LONG_MODE);
	assert_false(may(__NR_arch_prctl, ARCH_GET_FS, 0x1000, 0));
	assert_false(may(__NR_arch_prctl, 0x1023, 18, 0)); /* ARCH_REQ_XCOMP_PERM */
	assert_false(may(__NR_arch_prctl, 0x2001, 0, 0));  /* ARCH_MAP_VDSO_X32 */
}

static void descriptors_come_out_of_orders(void **state)
{
	const uint64_t first = USER_ORDERS + offsetof(struct orders, descriptor);
	const uint64_t size = sizeof(struct user_desc);

	(void)state;
	for (unsigned int i = 0; i < USER_DESCRIPTORS; i++)
		assert_true(may(__NR_modify_ldt, USER_LDT_WRITE, first + i * size, size));
	assert_false(may(__NR_modify_ldt, USER_LDT_WRITE, first - size, size));
	assert_false(may(__NR_modify_ldt, USER_LDT_WRITE, first + 1, size));
	assert_false(may(__NR_modify_ldt, USER_LDT_WRITE, first + USER_DESCRIPTORS * size, size));
	assert_false(may(__NR_modify_ldt, USER_LDT_WRITE, (uint32_t)first, size));
	assert_false(may(__NR_modify_ldt, 0, first, size));
}

/* 64-bit code makes its system calls by the same instruction as the stub. */
static void calls_of_64_bit_code_are_the_guests(void **state)
{
	static const uint64_t outside[] = {
		0x401000,
		0,
		USER_STUB - 1,
		USER_STUB + USER_STUB_SIZE,
		USER_STUB + 0x100000000,
		(uint32_t)USER_STUB + 0x100,
		USER_CHANNEL,
		0xffffffffff600000,
	};
	struct seccomp_data data = by_stub(USER_STOP, 0, 0, 0);

	(void)state;
	for (unsigned int i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
		data.instruction_pointer = outside[i];
		assert_int_equal(passes(&data), !ARCH_LONG_MODE);
	}
	data.instruction_pointer = USER_STUB;
	assert_true(passes(&data));
	data.instruction_pointer = USER_STUB + USER_STUB_SIZE - 1;
	assert_true(passes(&data));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_at_borders),
		cmocka_unit_test(ranges_at_random),
		cmocka_unit_test(memory_comes_from_the_file),
		cmocka_unit_test(few_calls_pass),
		cmocka_unit_test(calls_of_32_bit_code_are_the_guests),
		cmocka_unit_test(bases_are_the_programs_own),
		cmocka_unit_test(descriptors_come_out_of_orders),
		cmocka_unit_test(calls_of_64_bit_code_are_the_guests),
	};

	return RUN_TAP(tests);
}
