/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz.c - throw mutated assembly text at the pass, with sanitizers on.
 *
 *   fuzz ROUNDS SEED FILE...     mutates the files; prints TAP; deterministic
 *
 * Checks of every text, mutated or not:
 *   - no sanitizer report, no crash;
 *   - what comes out holds the bytes of what went in, in order;
 *   - without sites, nothing else comes out.
 *
 * Invariant: a text is handed to the pass in a block of exactly its size and one newline, so that
 * reading further is an error.
 */
#include "annotate.h"
#include "diag.h"
#include "words.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long state;

static unsigned long draw(unsigned long below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return below ? state % below : 0;
}

/* Words that lead into the corners of the splitter. */
static const char *const pieces[] = {
	"cli",
	"\n",
	";",
	"\"",
	"'",
	"/*",
	"*/",
	"#",
	"\\",
	"\\op",
	"\\@",
	"\\()",
	":",
	"1:",
	"rep",
	"rep;",
	".macro m op\n",
	"\n.endm\n",
	"\nm cli\n",
	"mov %cr0,",
	"%cr",
	".irp op, cli, sti\n",
	"\n.endr\n",
	".byte 0x0f,0x01,0xcb",
	".section",
	".section .x,\"ax\"\n",
	".pushsection .data\n",
	".popsection\n",
	".previous\n",
	".code16\n",
	".code32\n",
	".intel_syntax noprefix\n",
	".att_syntax\n",
	".altmacro\n",
	"# 0 \"\" 2\n",
	"# 1 \"f\"\n",
	"#NO_APP\n",
	"# afterburn: off\n",
	"# afterburn: on\n",
	"=",
	"{",
	"}",
	"\r",
	"\t",
	"\x80",
	",",
	"(",
	")",
	"in $",
	"\nm \"cli; nop\"\n",
	"987654321:",
	"sti\n",
	"lret ",
	".purgem m\n",
	"\"cli; sti\"",
	".if 0\n",
	".if . - 1b\n",
	".ifdef m\n",
	".ifc \\op,cli\n",
	".else\n",
	".elseif 1\n",
	".endif\n",
	".rept 3\n",
	".irpc c, 034\n",
	".set x, 3\n",
	"x = x + 1\n",
	"int $x\n",
	".exitm\n",
	".noaltmacro\n",
	".macro v a:vararg\n\\a\n.endm\nv mov %cr0, %eax\n",
	"'A'",
	"&op",
	"<cli>",
};

static void put(char *text, size_t *size, size_t room, size_t at, const char *what, size_t length)
{
	if (*size + length > room)
		return;
	memmove(text + at + length, text + at, *size - at);
	memcpy(text + at, what, length);
	*size += length;
}

static void mutate(char *text, size_t *size, size_t room)
{
	for (unsigned long n = 1 + draw(8); n > 0; n--) {
		size_t at = draw(*size + 1), length = draw(40);
		const char *piece = pieces[draw(sizeof(pieces) / sizeof(pieces[0]))];
		char byte = (char)draw(256);

		switch (draw(5)) {
		case 0:
			put(text, size, room, at, piece, strlen(piece));
			break;
		case 1:
			put(text, size, room, at, &byte, 1);
			break;
		case 2: /* cut out */
			if (length > *size - at)
				length = *size - at;
			memmove(text + at, text + at + length, *size - at - length);
			*size -= length;
			break;
		case 3: /* cut off */
			*size = draw(20) ? *size : at;
			break;
		default: /* repeat a part elsewhere */
			if (length <= *size - at && *size + length <= room) {
				char copy[40];

				memcpy(copy, text + at, length);
				put(text, size, room, draw(*size + 1), copy, length);
			}
		}
	}
}

/* The bytes of the text, in order, with nothing but additions between them? */
static int is_kept(const char *in, size_t in_size, const char *out, size_t out_size)
{
	size_t at = 0;

	for (size_t i = 0; i < out_size && at < in_size; i++)
		at += out[i] == in[at];
	return at == in_size;
}

/* The pass ends the program through these; here it ends the round. */
static jmp_buf refused;

void error(const char *format, ...)
{
	(void)format;
}

void die(const char *format, ...)
{
	(void)format;
	longjmp(refused, 1);
}

static const char *compare(const char *text, size_t size, const struct annotator *a)
{
	if (!is_kept(text, size, a->emitter.out.data, a->emitter.out.size))
		return "bytes of the text are lost";
	if (a->emitter.sites == 0 && a->emitter.out.size != size)
		return "a text without sites is changed";
	return NULL;
}

static const char *check(const char *text, size_t size)
{
	static struct annotator a;
	struct policy policy = {.code = {.mode = draw(2) ? AFTERBURN_CODE_64 : AFTERBURN_CODE_32}};
	struct source source = {.name = "f", .is_stdin = true};
	const char *volatile wrong = NULL;
	char *volatile exact = malloc(size + 1);

	if (!exact)
		abort();
	memcpy(exact, text, size);
	exact[size] = '\n';
	source.text = (struct span){exact, exact + size};
	if (setjmp(refused))
		; /* with a message; nothing came out */
	else if (annotate(&a, &policy, &source, 1), size < 8 || memcmp(text, "#NO_APP\n", 8) != 0)
		wrong = compare(text, size, &a); /* else the first line is replaced */
	annotate_free(&a);
	free(exact);
	return wrong;
}

static size_t load(const char *path, char *text, size_t room)
{
	FILE *f = fopen(path, "rb");
	size_t size;

	if (!f) {
		perror(path);
		exit(2);
	}
	size = fread(text, 1, room, f);
	fclose(f);
	return size;
}

int main(int argc, char **argv)
{
	static char original[16384], text[32768];
	long rounds = argc > 3 ? atol(argv[1]) : 0, done = 0;
	unsigned long seed = argc > 3 ? strtoul(argv[2], NULL, 10) : 0;

	if (rounds <= 0 || seed == 0) {
		fprintf(stderr, "usage: fuzz ROUNDS SEED FILE...\n");
		return 2;
	}
	state = seed;
	words_init();
	printf("1..1\n");
	for (; done < rounds; done++) {
		size_t size = load(argv[3 + done % (argc - 3)], original, sizeof(original));
		const char *wrong;

		memcpy(text, original, size);
		if (done >= argc - 3)
			mutate(text, &size, sizeof(text));
		wrong = check(text, size);
		if (wrong) {
			printf("not ok 1 - round %ld: %s\n", done, wrong);
			fwrite(text, 1, size, stderr);
			return 1;
		}
	}
	printf("ok 1 - %ld texts\n", done);
	return 0;
}
