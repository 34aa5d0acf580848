/*
 * The conformance root task's order of business. Its command line, from the bootinfo, is empty for
 * all cases or "hazard=NAME" for one that the machine does not survive.
 *
 * Invariant: the last line says that the end was reached.
 */
#include "task.h"

/* Bootinfo: header {magic, version, size, first record, count}; record {type, version, next}. */
#define BOOTINFO_MAGIC 0x14b0021du
#define TYPE_EXEC      2u

/* The boot loader's memory must be asked for: sigma0 does not answer a fault on it. */
static void obtain(word page)
{
	x2_utcb()[UTCB_ACCEPTOR] = FPAGE_ALL;
	set_mr(0, TAG(LABEL_SIGMA0, 0, 2));
	set_mr(1, FPAGE(page, 12, RIGHTS));
	set_mr(2, 0);
	x2_ipc(SIGMA0, SIGMA0, 0);
	x2_utcb()[UTCB_ACCEPTOR] = 0;
}

/* The task's own command line: the last executable's label. */
static const char *command_line(void)
{
	const word *info = (const word *)x2_kip(KIP_BOOT_INFO);
	obtain((word)info & -PAGE);
	if (!info || info[0] != BOOTINFO_MAGIC)
		return "";
	const word *record = (const word *)((word)info + info[3]);
	const char *found = "";
	for (word i = 0; i < info[4]; i++) {
		if ((record[0] & 0xffff) == TYPE_EXEC && record[15])
			found = (const char *)((word)record + record[15]);
		record = (const word *)((word)record + record[2]);
	}
	return found;
}

/* Behind "hazard=". */
static const char *hazard_name(const char *line)
{
	static const char key[] = "hazard=";
	for (; *line; line++) {
		int i = 0;
		while (key[i] && line[i] == key[i])
			i++;
		if (!key[i])
			return line + i;
	}
	return 0;
}

/* So that no thread of the task faults later: sigma0's answers are for the first one. */
static void touch_image(void)
{
	extern char image_start[], image_end[];
	for (word page = (word)image_start; page < (word)image_end; page += PAGE)
		touch_page(page);
}

void program(void);
void program(void)
{
	struct registers found = x2_init();
	touch_image();
	const char *name = hazard_name(command_line());
	if (name) {
		hazard(name);
		say("survived\n");
		leave();
	}
	say("conformance of an X.2 kernel, ia32\n");
	cases_kip(found);
	cases_ipc();
	cases_threads();
	cases_exchange();
	cases_spaces();
	cases_faults();
	cases_mapping();
	cases_exceptions();
	cases_flags();
	cases_io();
	cases_interrupts();
	cases_sigma0();
	cases_processor();
	say("end\n");
	leave();
}
