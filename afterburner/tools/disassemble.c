/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disassemble.c - the one file that knows libopcodes. Its interface is not stable: this is the
 * form of binutils 2.39 and later (four arguments to init_disassemble_info).
 *
 * Invariant: text never overflows its buffer; a length is between 1 and what is left of the code.
 */
#include "disassemble.h"

/* dis-asm.h refuses to be included without a configuration header; this macro satisfies it. */
#define PACKAGE "afterburn"
#include <dis-asm.h>

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct disassembler {
	struct disassemble_info info;
	disassembler_ftype decode_32, decode_64;
	struct ab_bytes code;
	uint64_t addr;
	char text[512];
	size_t used;
};

/*
 * libopcodes prints most pieces with "%s": a plain copy of these halves the time for a whole
 * kernel.
 */
static int append(void *stream, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int append_list(struct disassembler *d, const char *format, va_list args)
{
	size_t room = sizeof(d->text) - d->used;
	int size;

	if (strcmp(format, "%s") == 0) {
		const char *piece = va_arg(args, const char *);
		size_t length = strlen(piece);

		if (length < room)
			memcpy(d->text + d->used, piece, length + 1);
		size = (int)length;
	} else {
		size = vsnprintf(d->text + d->used, room, format, args);
	}
	if (size > 0)
		d->used = (size_t)size < room ? d->used + (size_t)size : sizeof(d->text) - 1;
	d->text[d->used] = '\0';
	return size;
}

static int append(void *stream, const char *format, ...)
{
	va_list args;
	int size;

	va_start(args, format);
	size = append_list(stream, format, args);
	va_end(args);
	return size;
}

static int append_styled(void *stream, enum disassembler_style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int append_styled(void *stream, enum disassembler_style style, const char *format, ...)
{
	va_list args;
	int size;

	(void)style;
	va_start(args, format);
	size = append_list(stream, format, args);
	va_end(args);
	return size;
}

/* libopcodes reads past the code's end if the last instruction is cut off: no message for that. */
static void ignore_error(int status, bfd_vma addr, struct disassemble_info *info)
{
	(void)status;
	(void)addr;
	(void)info;
}

struct disassembler *disassembler_new(void)
{
	struct disassembler *d = ab_alloc(1, sizeof(*d));

	init_disassemble_info(&d->info, d, append, append_styled);
	d->info.arch = bfd_arch_i386;
	d->info.memory_error_func = ignore_error;
	d->decode_32 = disassembler(bfd_arch_i386, false, bfd_mach_i386_i386, NULL);
	d->decode_64 = disassembler(bfd_arch_i386, false, bfd_mach_x86_64, NULL);
	if (d->decode_32 && d->decode_64)
		return d;
	free(d);
	return NULL;
}

void disassembler_free(struct disassembler *d)
{
	free(d);
}

void disassembler_code(struct disassembler *d, struct ab_bytes code, uint64_t addr)
{
	d->code = code;
	d->addr = addr;
	d->info.buffer = (bfd_byte *)(uintptr_t)code.data;
	d->info.buffer_vma = addr;
	d->info.buffer_length = code.size;
}

/* Single blanks, no comment, no blank at the end. */
static void tidy(char *text)
{
	char *to = text;

	for (const char *from = text; *from && *from != '#'; from++)
		if (*from != ' ' || (to > text && to[-1] != ' '))
			*to++ = *from;
	while (to > text && to[-1] == ' ')
		to--;
	*to = '\0';
}

unsigned int disassemble(struct disassembler *d, uint64_t offset, enum afterburn_code_mode mode,
			 const char **text)
{
	uint64_t left = d->code.size - offset;
	int length;

	d->used = 0;
	d->text[0] = '\0';
	if (mode == AFTERBURN_CODE_64) {
		d->info.mach = bfd_mach_x86_64;
		length = d->decode_64(d->addr + offset, &d->info);
	} else {
		d->info.mach = bfd_mach_i386_i386;
		length = d->decode_32(d->addr + offset, &d->info);
	}
	tidy(d->text);
	*text = d->text;
	if (length < 1)
		return 1;
	return (uint64_t)length > left ? (unsigned int)left : (unsigned int)length;
}
