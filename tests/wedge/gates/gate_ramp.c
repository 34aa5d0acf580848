/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gate_ramp.c - for each width, a rewritten site, its ramp and gate_ramp, executed: whatever the
 * stack pointer holds, every register and flag reaches the wedge's C; and an event before each
 * instruction of the way, whose handler uses the same words of the vCPU, changes nothing of that.
 *
 * Invariant: site and ramp are what the rewriter writes. Every register holds a value of its own.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <cmocka.h>

#include <wedge/arch.h>
#include <wedge/backend.h>
#include <wedge/core.h>
#include <wedge/gates.h>
#include <wedge/guest_memory.h>
#include <wedge/stats.h>

#include <ramp_width.h>

/* The callers, caller.S and i386/ramp_caller.S, know the offsets. */
#define CODE	  (WEDGE_RAMPS - X86_PAGE_SIZE)
#define READ_ONLY (WEDGE_RAMPS - 3 * X86_PAGE_SIZE) /* a page that cannot be written */

struct run {
	guest_word gpr[REGISTERS];
	guest_word flags;
	guest_word code;
};

void run_site(struct run *run);

enum { SLOT = 300, RAMP_BYTES = 16, BELOW = 512, RUBBISH = 0x6b, PLACES = 6 };

/* What user code may have in its flags; IF is always set there. */
static const guest_word flag_bits[] = {0x1, 0x4, 0x10, 0x40, 0x80, 0x400, 0x800, 0x200000};
enum { FLAG_COMBINATIONS = 256, FLAGS_ALWAYS = 0x202 };

static struct vcpu *v;
static uint8_t *code; /* of the site */
static struct site site;
static unsigned int entered;

/* Where an event comes, counted in instructions from the site on; 0: nowhere. */
static unsigned int event_at, steps;
static bool event_came;

/* ---- what the rewriter and the gates ask for ---- */

bool backend_window_page(uint64_t va, const void *bytes)
{
	void *page = mmap((void *)va, X86_PAGE_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	assert_ptr_equal(page, (void *)va);
	memcpy(page, bytes, X86_PAGE_SIZE);
	return !mprotect(page, X86_PAGE_SIZE, PROT_READ | PROT_EXEC);
}

struct site *site_table_get(uint32_t slot)
{
	return slot == SLOT ? &site : NULL;
}

bool guest_read_any(struct vcpu *vcpu, uint64_t va, void *to, size_t size,
		    struct guest_fault *fault)
{
	(void)vcpu;
	(void)va;
	(void)to;
	(void)size;
	(void)fault;
	return false;
}

bool stats_wanted(void)
{
	return false;
}

void core_site(struct vcpu *vcpu)
{
	(void)vcpu;
	fail();
}

/* On the wedge's own stack, and with all that C needs. */
static void check_entry(const char *here)
{
	assert_in_range(here - (const char *)v, (WEDGE_VCPU_PAGES + 1) * X86_PAGE_SIZE,
			PAGES * X86_PAGE_SIZE);
	assert_int_equal(v->in_wedge, 1);
	assert_int_equal(v->cs, 0);
	assert_int_equal(v->ss, 0);
}

void core_ramp(struct vcpu *vcpu)
{
	assert_ptr_equal(vcpu, v);
	if (ENTERS_C)
		check_entry(__builtin_frame_address(0));
	assert_int_equal(v->events.masked, 1);
	assert_int_equal(v->site, SLOT);
	entered++;
}

/* ---- an event ---- */

static bool is_on_the_way(uint64_t rip)
{
	return rip == site.va || rip - (WEDGE_RAMPS + SLOT * RAMP_BYTES) < RAMP_BYTES ||
	       (rip >= (uint64_t)gate_ramp && rip < (uint64_t)gate_ramp_masked);
}

/*
 * The event's handler has sites, too: the words of the vCPU are theirs when the guest goes on from
 * what arch_site_of_ramp() makes of it.
 */
static void take_event(greg_t *regs)
{
	const struct site *left;

	v->rip = (uint64_t)regs[REG_RIP];
	v->gpr[X86_RAX] = (uint64_t)regs[REG_RAX];
	left = arch_site_of_ramp(v);
	assert_ptr_equal(left, v->rip == site.va ? NULL : &site);
	regs[REG_RIP] = (greg_t)site.va;
	regs[REG_RAX] = (greg_t)v->gpr[X86_RAX];
	memset(v, RUBBISH, sizeof(*v));
	v->events.masked = 0;
	event_came = true;
}

static void on_step(int signal, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
	uint64_t rip = (uint64_t)regs[REG_RIP];

	(void)signal;
	(void)info;
	if (is_on_the_way(rip) && ++steps == event_at)
		take_event(regs);
	if (event_came || rip == (uint64_t)gate_ramp_masked)
		regs[REG_EFL] &= ~(greg_t)X86_FLAGS_TF;
}

/* ---- the tests ---- */

static void *map(uint64_t at, size_t size, int prot)
{
	void *got = mmap((void *)at, size, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_equal(got, (void *)at);
	return got;
}

static int prepare_process(void **state)
{
	static char alternate[65536];
	static const uint8_t cpuid[] = {0x0f, 0xa2};
	struct sigaction action = {.sa_sigaction = on_step, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	stack_t stack = {.ss_sp = alternate, .ss_size = sizeof(alternate)};

	(void)state;
	v = map(WEDGE_VCPU_BASE, PAGES * X86_PAGE_SIZE, PROT_READ | PROT_WRITE);
	code = map(CODE, X86_PAGE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC);
	map(READ_ONLY, X86_PAGE_SIZE, PROT_READ);
	site = (struct site){.va = (uint64_t)code,
			     .slot = SLOT,
			     .id = AFTERBURN_INSN_CPUID,
			     .insn_length = sizeof(cpuid),
			     .site_length = sizeof(cpuid) + AFTERBURN_PAD_LEN};
	memcpy(site.insn, cpuid, sizeof(cpuid));
	assert_null(arch_rewrite(&site, NULL, code));
	return sigaltstack(&stack, NULL) || sigaction(SIGTRAP, &action, NULL);
}

static guest_word flags_of(unsigned int combination)
{
	guest_word flags = FLAGS_ALWAYS;

	for (unsigned int i = 0; i < 8; i++)
		flags |= combination >> i & 1 ? flag_bits[i] : 0;
	return flags;
}

static guest_word own_value(unsigned int reg)
{
	return (guest_word)(0x0101010101010101 * (reg + 1));
}

static void run(guest_word rsp, guest_word flags, bool masked)
{
	static struct run run;

	run = (struct run){.flags = flags, .code = (guest_word)site.va};
	for (unsigned int i = 0; i < REGISTERS; i++)
		run.gpr[i] = i == X86_RSP ? rsp : own_value(i);
	memset(v, 0, sizeof(*v));
	v->events.masked = masked;
	entered = steps = 0;
	event_came = false;
	run_site(&run);
	flags &= ~(guest_word)X86_FLAGS_TF;
	if (ENTERS_C && masked)
		flags &= ~(guest_word)X86_FLAGS_IF;
	assert_int_equal(entered, 1);
	for (unsigned int i = 0; i < REGISTERS; i++)
		assert_int_equal((guest_word)v->gpr[i], i == X86_RSP ? rsp : own_value(i));
	assert_int_equal((guest_word)v->rflags, flags);
	assert_int_equal((guest_word)v->was_masked, masked);
}

static void any_stack_pointer_will_do(void **state)
{
	static uint8_t own[2 * BELOW];
	const guest_word places[] = {0,
				     1,
				     0x24a000,
				     (guest_word)0x800000000000,
				     (guest_word)0x8000000000000000,
				     (guest_word)-1,
				     (guest_word)(READ_ONLY + X86_PAGE_SIZE),
				     (guest_word)(uintptr_t)(own + BELOW)};

	(void)state;
	memset(own, RUBBISH, sizeof(own));
	for (unsigned int n = 0; n < FLAG_COMBINATIONS * 2; n++)
		for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
			run(places[i], flags_of(n / 2), n & 1);
	for (size_t i = 0; i < sizeof(own); i++)
		assert_int_equal(own[i], RUBBISH);
}

static void an_event_on_the_way_changes_nothing(void **state)
{
	(void)state;
	for (event_at = 1; event_at <= PLACES; event_at++)
		for (unsigned int n = 0; n < FLAG_COMBINATIONS; n++) {
			run(0, flags_of(n) | X86_FLAGS_TF, false);
			assert_true(event_came);
		}
	/* There is no other place. */
	run(0, FLAGS_ALWAYS | X86_FLAGS_TF, false);
	assert_false(event_came);
	assert_int_equal(steps, PLACES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_stack_pointer_will_do),
		cmocka_unit_test(an_event_on_the_way_changes_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, prepare_process, NULL);
}
