/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ramps_test.c - the ramps: their code, the instruction that one leads to, and a guest that is
 * interrupted or steps on its way.
 *
 * Invariant: a guest is interrupted at every byte of a ramp and of gate_ramp, whether an
 * instruction begins there or not.
 */
#include <arch/x86/ramps.h>
#include <gate_addresses.h>
#include <wedge/descriptor.h>

#include "sample.h"

enum { STORE_LENGTH = ARCH_LONG_MODE ? 11 : 10 };

static uint64_t ramp_at(uint32_t slot)
{
	return WEDGE_RAMPS + 16ull * slot;
}

/* First: no page is there yet, and the back end gives none. */
static void without_memory_a_site_is_refused(void **state)
{
	struct sample s;

	(void)state;
	fake.no_window_pages = true;
	sample_build(&s, (const uint8_t[]){0x0f, 0xa2}, 2, AFTERBURN_INSN_CPUID, false);
	sample_expect_problem(&s, "no memory for its ramp");
	fake.no_window_pages = false;
	assert_null(sample_rewrite(&s, NULL));
	assert_int_equal(sample_branch(&s, 0), SAMPLE_RAMP);
}

/* A store of the slot, which changes no flag, and a jump. */
static void check_ramp(uint32_t slot)
{
	const uint8_t store64[] = {0xc7, 0x04, 0x25, VCPU_BYTES(site)};
	const uint8_t store32[] = {0xc7, 0x05, VCPU_BYTES(site)};
	const uint8_t *store = ARCH_LONG_MODE ? store64 : store32, *code;
	size_t size = ARCH_LONG_MODE ? sizeof(store64) : sizeof(store32);
	uint64_t at;
	uint32_t word;

	assert_null(ramp_of(slot, &at));
	assert_int_equal(at, ramp_at(slot));
	code = fake_window(at);
	assert_memory_equal(code, store, size);
	memcpy(&word, code + size, sizeof(word));
	assert_int_equal(word, slot);
	assert_int_equal(code[STORE_LENGTH], JUMP);
	memcpy(&word, code + STORE_LENGTH + 1, sizeof(word));
	assert_int_equal((uint32_t)(at + STORE_LENGTH + 5) + word, (uint32_t)AT_GATE_RAMP);
}

static void every_slot_has_a_ramp(void **state)
{
	(void)state;
	for (uint32_t slot = 0; slot < SITE_TABLE_MAX; slot++)
		check_ramp(slot);
}

/* A site of the table, rewritten. */
static const struct site *make(const uint8_t *insn, unsigned int length, unsigned int id)
{
	struct site *site =
		site_table_add(GUEST_CODE + 0x100 + 64 * id, insn, 0, (uint8_t)length, (uint8_t)id);
	uint8_t code[AFTERBURN_SITE_MAX];

	assert_non_null(site);
	assert_null(arch_rewrite(site, NULL, code));
	return site;
}

static const struct site *make_cpuid(void)
{
	return make((const uint8_t[]){0x0f, 0xa2}, 2, AFTERBURN_INSN_CPUID);
}

static void a_ramp_leads_to_its_instruction(void **state)
{
	const struct site *site = make_cpuid();

	(void)state;
	vcpu.site = site->slot;
	vcpu.gpr[X86_RSP] = 1;
	fake.cpuid[1] = 0x756e6547;
	core_ramp(&vcpu);
	assert_int_equal(vcpu.rip, site->va + site->site_length);
	assert_int_equal(vcpu.gpr[X86_RBX], 0x756e6547);
	assert_int_equal(vcpu.gpr[X86_RSP], 1);
}

static void a_ramp_without_a_site_ends_the_guest(void **state)
{
	(void)state;
	vcpu.site = SITE_TABLE_MAX - 1;
	assert_fatal("that no site has made", core_ramp(&vcpu));
	vcpu.site = VCPU_NO_SITE;
	assert_fatal("that no site has made", core_ramp(&vcpu));
	/* Behind the instruction the gate is closed again. */
	vcpu.site = make_cpuid()->slot;
	core_ramp(&vcpu);
	assert_fatal("that no site has made", core_ramp(&vcpu));
}

/* An event on the way: the guest is at its site again, with its own RAX. */
static void expect_restart(const struct site *site, uint64_t rip, uint64_t rax)
{
	struct vcpu old;

	vcpu.rip = rip;
	vcpu.gpr[X86_RAX] = 0x1111;
	vcpu.site_rax = 0x2222;
	old = vcpu;
	old.rip = site->va;
	old.gpr[X86_RAX] = rax;
	old.site = VCPU_NO_SITE;
	core_interrupted(&vcpu);
	assert_memory_equal(&vcpu, &old, sizeof(vcpu));
}

static void an_event_on_the_way_starts_the_site_again(void **state)
{
	const struct site *site = make_cpuid();
	const struct site *other = make((const uint8_t[]){0xf4}, 1, AFTERBURN_INSN_HLT);

	(void)state;
	/* On the ramp the note may be another site's still. */
	for (unsigned int i = 0; i < RAMP_BYTES; i++) {
		vcpu.site = other->slot;
		expect_restart(site, ramp_at(site->slot) + i, 0x1111);
	}
	for (uint64_t at = AT_GATE_RAMP; at < AT_GATE_RAMP_MASKED; at++) {
		vcpu.site = other->slot;
		expect_restart(other, at, at < AT_GATE_RAMP_SAVED ? 0x1111 : 0x2222);
	}
}

static void an_event_elsewhere_changes_nothing(void **state)
{
	static const uint64_t places[] = {AT_GATE_RAMP - 1,
					  AT_GATE_RAMP_MASKED,
					  AT_GATE_SITE,
					  GUEST_CODE,
					  0,
					  WEDGE_RAMPS - 1,
					  WEDGE_RAMPS + SITE_TABLE_MAX * RAMP_BYTES,
					  WEDGE_RAMPS + (SITE_TABLE_MAX - 1) * RAMP_BYTES};
	struct vcpu old;

	(void)state;
	vcpu.site = make_cpuid()->slot;
	vcpu.site_rax = 0x2222;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		vcpu.rip = places[i];
		old = vcpu;
		core_interrupted(&vcpu);
		assert_memory_equal(&vcpu, &old, sizeof(vcpu));
	}
}

/* Code that runs below its linked address is put back to where it runs. */
static void early_code_starts_again_where_it_runs(void **state)
{
	const struct site *site = make_cpuid();

	(void)state;
	vcpu.site_delta = 0x1000;
	vcpu.rip = ramp_at(site->slot);
	core_interrupted(&vcpu);
	assert_int_equal(vcpu.rip, site->va - 0x1000);
	/* There it misses the ramp again, unless it has been mapped where it is linked. */
	assert_int_equal(vcpu.site_delta, VCPU_EARLY);
	vcpu.rip = ramp_at(site->slot);
	core_interrupted(&vcpu);
	assert_int_equal(vcpu.rip, site->va);
	assert_int_equal(vcpu.site_delta, 0);
}

static void step_on(const struct site *site)
{
	vcpu.rip = ramp_at(site->slot);
	vcpu.trap = X86_TRAP_DB;
	core_trap(&vcpu, 0);
}

/* The #DB comes behind the site; its handler sees the flags with TF. */
static void a_step_ends_behind_the_site(void **state)
{
	const struct site *site = make_cpuid();

	(void)state;
	vcpu.rflags |= X86_FLAGS_TF;
	fake.cpuid[1] = 0x756e6547;
	step_on(site);
	assert_int_equal(vcpu.gpr[X86_RBX], 0x756e6547);
	assert_int_equal(vcpu.rip, guest_gate_target(X86_TRAP_DB));
	assert_int_equal(guest_peek_word(vcpu.gpr[X86_RSP]), site->va + site->site_length);
	assert_int_equal(guest_peek_word(vcpu.gpr[X86_RSP] + 2 * ARCH_WORD_SIZE) & X86_FLAGS_TF,
			 X86_FLAGS_TF);
}

/* rdpmc with a counter that is not there: #GP at the instruction, and no #DB. */
static void a_step_of_a_faulting_site_is_its_fault(void **state)
{
	const struct site *site =
		make((const uint8_t[]){0x0f, 0x22, 0xc0}, 3, AFTERBURN_INSN_MOV_TO_CR);

	(void)state;
	vcpu.rflags |= X86_FLAGS_TF;
	vcpu.gpr[X86_RAX] = X86_CR0_PG; /* without PE */
	step_on(site);
	assert_int_equal(vcpu.rip, guest_gate_target(X86_TRAP_GP));
	assert_int_equal(guest_peek_word(vcpu.gpr[X86_RSP] + ARCH_WORD_SIZE), site->va);
}

static void a_step_elsewhere_is_reported_where_it_is(void **state)
{
	(void)state;
	vcpu.rip = GUEST_CODE;
	assert_true(core_stepped(&vcpu));
	assert_int_equal(vcpu.rip, GUEST_CODE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(without_memory_a_site_is_refused),
		GUEST_TEST(every_slot_has_a_ramp),
		GUEST_TEST(a_ramp_leads_to_its_instruction),
		GUEST_TEST(a_ramp_without_a_site_ends_the_guest),
		GUEST_TEST(an_event_on_the_way_starts_the_site_again),
		GUEST_TEST(an_event_elsewhere_changes_nothing),
		GUEST_TEST(early_code_starts_again_where_it_runs),
		GUEST_TEST(a_step_ends_behind_the_site),
		GUEST_TEST(a_step_of_a_faulting_site_is_its_fault),
		GUEST_TEST(a_step_elsewhere_is_reported_where_it_is),
	};

	return RUN_TAP(tests);
}
