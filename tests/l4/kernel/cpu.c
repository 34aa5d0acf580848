/*
 * Descriptor tables, the task state segment, and what changes when another thread is entered.
 *
 * Invariant: GDT and IDT have the limits that the original's have: user code can read them.
 */
#include "kernel.h"
#include "call.h"

struct task_state {
	word link, esp0, ss0, unused[22];
	uint16_t trap, bitmap;
};
_Static_assert(sizeof(struct task_state) == 0x68, "Intel SDM 3A, figure 8-2");

struct gate {
	uint16_t offset_low, selector, type, offset_high;
};

/* The original's GDT limit is 0x80: one byte more than its 16 entries. */
static uint64_t gdt[17] = {
	[KERNEL_CODE / 8] = 0x00cf9b000000ffff,
	[KERNEL_DATA / 8] = 0x00cf93000000ffff,
	[USER_CODE / 8] = 0x00cffb000000ffff,
	[USER_DATA / 8] = 0x00cff3000000ffff,
	/* base UTCB_POINTER, limit 3 bytes */
	[USER_UTCB / 8] = 0xdf40f30000000003,
};
static struct gate idt[257];
static struct {
	uint16_t limit;
	word base;
} __attribute__((packed)) table;

/* The page with the task state, which all spaces share, and the one behind the bitmap. */
static uint8_t task_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static uint8_t no_ports[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static word utcb_pointer_page[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));
static word utcb_pointer_table[1024] __attribute__((aligned(PAGE_SIZE)));
static struct tcb *entered;

static struct task_state *task_state(void)
{
	return (struct task_state *)(task_page + (TASK_STATE & (PAGE_SIZE - 1)));
}

static void set_gate(word vector, word privilege)
{
	extern char vectors[];
	word address = (word)vectors + vector * 16;
	idt[vector] =
		(struct gate){(uint16_t)address, KERNEL_CODE, (uint16_t)(0x8e00 | privilege << 13),
			      (uint16_t)(address >> 16)};
}

void cpu_map_ports(struct space *s)
{
	word *entry = space_entry(s, PORT_BITMAP - PAGE_SIZE, true);
	for (word i = 0; i < 4; i++) {
		uint8_t *page = i == 0 ? task_page : no_ports;
		if ((i == 1 || i == 2) && s->ports[i - 1])
			page = s->ports[i - 1];
		entry[i] = PHYSICAL(page) | ENTRY_PRESENT | ENTRY_WRITABLE;
	}
	if (s == loaded_space)
		for (word i = 0; i < 4; i++)
			space_changed(s, PORT_BITMAP - PAGE_SIZE + i * PAGE_SIZE);
}

static void load_tables(void)
{
	word base = TASK_STATE;
	gdt[TASK_SELECTOR / 8] = 0x67 | (uint64_t)(base & 0xffffff) << 16 | (uint64_t)0x89 << 40 |
				 (uint64_t)(base >> 24) << 56;
	/* The segment reaches to the end of the bitmap and the byte behind it. */
	gdt[TASK_SELECTOR / 8] = (gdt[TASK_SELECTOR / 8] & ~0xffffull) | (0x68 + 8192);
	table.limit = 0x80;
	table.base = (word)gdt;
	__asm__ volatile("lgdt %0" ::"m"(table));
	__asm__ volatile(
		"ljmp %0, $1f\n1:\n\tmovl %1, %%ss\n\tmovl %1, %%ds\n\tmovl %1, %%es" ::"i"(
			KERNEL_CODE),
		"r"(KERNEL_DATA));
	__asm__ volatile("movl %0, %%fs\n\tmovl %1, %%gs" ::"r"(USER_DATA), "r"(USER_UTCB));
	table.limit = 0x800;
	table.base = (word)idt;
	__asm__ volatile("lidt %0" ::"m"(table));
}

void cpu_init(void)
{
	extern word boot_directory[];
	utcb_pointer_table[0] =
		PHYSICAL(utcb_pointer_page) | ENTRY_PRESENT | ENTRY_WRITABLE | ENTRY_USER;
	boot_directory[UTCB_POINTER >> 22] =
		PHYSICAL(utcb_pointer_table) | ENTRY_PRESENT | ENTRY_WRITABLE | ENTRY_USER;
	for (word i = 0; i < PAGE_SIZE; i++)
		no_ports[i] = 0xff;
	for (word i = 0; i < 256; i++)
		set_gate(i, i == VECTOR_IPC || i == VECTOR_CALL ? 3 : 0);
	task_state()->ss0 = KERNEL_DATA;
	task_state()->bitmap = sizeof(struct task_state);
	load_tables();
}

_Noreturn void cpu_enter(struct tcb *t)
{
	static bool task_loaded;
	if (t->space != loaded_space)
		space_load(t->space);
	if (!task_loaded)
		__asm__ volatile("ltr %w0" ::"r"(TASK_SELECTOR));
	task_loaded = true;
	task_state()->esp0 = (word)(&t->frame + 1);
	if (t->new_registers)
		__asm__ volatile("movl %0, %%fs\n\tmovl %1, %%gs" ::"r"(USER_DATA), "r"(USER_UTCB));
	t->new_registers = false;
	if (t != entered)
		write_utcb_pointer(t->utcb);
	entered = t;
	if (fpu_is_of(t))
		__asm__ volatile("clts");
	else
		__asm__ volatile("movl %%cr0, %%eax\n\torl $8, %%eax\n\tmovl %%eax, %%cr0" ::
					 : "eax");
	leave_kernel(&t->frame);
}

void cpu_forget(const struct tcb *t)
{
	if (entered == t)
		entered = NULL;
}
