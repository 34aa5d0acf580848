/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compare.c - the comparison behind the proof, without an assembler around it.
 *
 *   compare bits PLAIN ANNOTATED...    the pair is equal but for pads; each bit that is flipped in
 *                                      what becomes part of a program makes it unequal
 *   compare fuzz ROUNDS SEED FILE...   mutated objects, in pairs: no crash, no sanitizer report
 *
 * Invariant: objects are handed over in blocks of exactly their size, so that reading further is an
 * error.
 */
#include "proof_compare.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ab_bytes load(const char *path)
{
	FILE *f = fopen(path, "rb");
	static unsigned char all[1 << 20];
	unsigned char *data;
	size_t size;

	if (!f) {
		perror(path);
		exit(2);
	}
	size = fread(all, 1, sizeof(all), f);
	fclose(f);
	data = malloc(size ? size : 1);
	if (!data)
		abort();
	memcpy(data, all, size);
	return (struct ab_bytes){data, size};
}

/* The number of findings; -1 if one of the files is refused. */
static int compare(struct ab_bytes plain, struct ab_bytes annotated, struct finding *first)
{
	struct object p, a;
	struct ab_error error;
	int count = -1;

	if (object_open(&p, plain, &error) == 0) {
		if (object_open(&a, annotated, &error) == 0) {
			struct comparison c = {
				.plain = &p,
				.annotated = &a,
				.mode = p.width == 64 ? AFTERBURN_CODE_64 : AFTERBURN_CODE_32,
			};

			proof_compare(&c);
			count = (int)c.count;
			*first = c.findings[0];
			proof_compare_free(&c);
		}
		object_close(&a);
	}
	object_close(&p);
	return count;
}

/* Is every bit of the section's bytes significant to the program? */
static int matters(const struct object_section *section, const struct object *object)
{
	if (section->flags & SHF_ALLOC)
		return section->type == SHT_PROGBITS;
	return (section->type == SHT_RELA || section->type == SHT_REL) &&
	       object->sections[section->info].flags & SHF_ALLOC;
}

/* Flip each bit of the section in turn. Returns how many flips were not noticed. */
static unsigned int flip(struct ab_bytes plain, struct ab_bytes annotated,
			 const struct object_section *section, unsigned long *flips)
{
	unsigned char *bytes = (unsigned char *)section->data.data;
	unsigned int missed = 0;
	struct finding first;

	for (uint64_t bit = 0; bit < 8 * section->data.size; bit++, ++*flips) {
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
		if (compare(plain, annotated, &first) == 0) {
			fprintf(stderr, "%s+%#llx: flip of bit %u is not noticed\n", section->name,
				(unsigned long long)bit / 8, (unsigned int)bit % 8);
			missed++;
		}
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
	return missed;
}

static int bits(int count, char **paths)
{
	int bad = 0;

	printf("1..%d\n", count / 2);
	for (int i = 0; i + 1 < count; i += 2) {
		struct ab_bytes plain = load(paths[i]), annotated = load(paths[i + 1]);
		unsigned int missed = 0;
		unsigned long flips = 0;
		struct ab_error error;
		struct finding first;
		struct object object;

		if (compare(plain, annotated, &first) != 0) {
			printf("not ok %d - %s: %s+%#llx: %s\n", i / 2 + 1, paths[i], first.section,
			       (unsigned long long)first.at, first.text);
			bad = 1;
			continue;
		}
		object_open(&object, annotated, &error);
		for (uint32_t s = 1; s < object.section_count; s++)
			if (matters(&object.sections[s], &object))
				missed += flip(plain, annotated, &object.sections[s], &flips);
		object_close(&object);
		printf("%sok %d - %s: %lu flips\n", missed || !flips ? "not " : "", i / 2 + 1,
		       paths[i], flips);
		bad |= missed || !flips;
		free((void *)plain.data);
		free((void *)annotated.data);
	}
	return bad;
}

static unsigned long state;

static unsigned long draw(unsigned long below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return below ? state % below : 0;
}

/* A mutated copy, in a block of its size. */
static struct ab_bytes mutate(struct ab_bytes from)
{
	static const unsigned char likely[] = {0,    1,	   2,	 4,    7,    8,
					       0x7f, 0x80, 0xff, 0xfe, 0x0f, 0xe9};
	uint64_t size = draw(30) ? from.size : draw(from.size + 1);
	unsigned char *data = malloc(size ? size : 1);

	if (!data)
		abort();
	memcpy(data, from.data, size);
	for (unsigned long n = draw(6); n > 0 && size > 0; n--) {
		/* The headers of file and sections, at both ends, are the most delicate. */
		uint64_t at = draw(3) ? size - 1 - draw(size < 2000 ? size : 2000) : draw(size);

		if (draw(8) == 0)
			at = draw(size < 64 ? size : 64);
		data[at] = draw(2) ? likely[draw(sizeof(likely))] : (unsigned char)draw(256);
	}
	return (struct ab_bytes){data, size};
}

static int fuzz(long rounds, int count, char **paths)
{
	struct ab_bytes *files = calloc((size_t)count, sizeof(*files));
	long compared = 0;

	if (!files)
		abort();
	for (int i = 0; i < count; i++)
		files[i] = load(paths[i]);
	for (long round = 0; round < rounds; round++) {
		unsigned long pair = 2 * draw((unsigned long)count / 2);
		struct ab_bytes plain = mutate(files[pair]), annotated = mutate(files[pair + 1]);
		struct finding first;

		compared += compare(plain, annotated, &first) >= 0;
		free((void *)plain.data);
		free((void *)annotated.data);
	}
	for (int i = 0; i < count; i++)
		free((void *)files[i].data);
	free(files);
	/* Mutations that every file refuses would test the header's checks alone. */
	printf("1..1\n%sok 1 - %ld pairs, %ld of them compared\n",
	       compared > rounds / 10 ? "" : "not ", rounds, compared);
	return compared <= rounds / 10;
}

int main(int argc, char **argv)
{
	if (argc > 3 && strcmp(argv[1], "bits") == 0)
		return bits(argc - 2, argv + 2);
	if (argc > 5 && strcmp(argv[1], "fuzz") == 0) {
		state = strtoul(argv[3], NULL, 10);
		return fuzz(atol(argv[2]), argc - 4, argv + 4);
	}
	fprintf(stderr, "usage: compare bits PLAIN ANNOTATED... | fuzz ROUNDS SEED FILE...\n");
	return 2;
}
