/*
 * The bootinfo page for the root task: header and records, X.2 manual, appendix on generic
 * bootinfo.
 *
 * Invariant: each record's third word leads to the next one.
 */
#include "kickstart.h"

#define MAGIC	  0x14b0021du
#define FIRST	  0x20
#define TYPE_FILE 1
#define TYPE_EXEC 2
#define TYPE_BOOT 0x102

/* The header's words. */
enum { SIZE = 2, COUNT = 4 };

uint32_t bootinfo[BOOTINFO_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));

void bootinfo_begin(void)
{
	bootinfo[0] = MAGIC;
	bootinfo[1] = 1;
	bootinfo[SIZE] = FIRST;
	bootinfo[3] = FIRST;
}

/* A record of COUNT words, the last but none of them, at TEXT_AT, leads to its text. */
static void add(const uint32_t *words, uint32_t count, uint32_t text_at, const char *text)
{
	uint32_t *record = bootinfo + bootinfo[SIZE] / 4, length = 0;
	while (text && text[length])
		length++;
	uint32_t size = count * 4 + ((length + 4) & ~3u);
	if (bootinfo[SIZE] + size > BOOTINFO_SIZE)
		fail("the modules' command lines are too long");
	for (uint32_t i = 0; i < count; i++)
		record[i] = words[i];
	for (uint32_t i = 0; i < length; i++)
		((char *)(record + count))[i] = text[i];
	record[2] = size;
	record[text_at] = text ? count * 4 : 0;
	bootinfo[SIZE] += size;
	bootinfo[COUNT]++;
}

void bootinfo_program(const struct image *image, const char *text)
{
	const uint32_t words[] = {TYPE_EXEC,
				  1,
				  0,
				  image->code.start,
				  image->code.start,
				  image->code.size,
				  image->data.start,
				  image->data.start,
				  image->data.size,
				  image->bss.start,
				  image->bss.start,
				  image->bss.size,
				  image->entry,
				  1,
				  0,
				  0};
	add(words, 16, 15, text);
}

void bootinfo_file(const struct module *m)
{
	const uint32_t words[] = {TYPE_FILE, 1, 0, m->start, m->end - m->start, 0};
	add(words, 6, 5, (const char *)m->text);
}
