/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz.c - truncated and mutated files through every reader of the tools, with the address and
 * undefined behaviour sanitizers on.
 *
 * The seeds in $O/tests/tools/seeds are cut at every length, then changed at random places: bits,
 * and numbers that like to overflow. A failure is a sanitizer's report, which ends the program
 * before its plan is printed. AFTERBURN_FUZZ_ROUNDS changes the number of mutations a seed.
 *
 * Invariant: the random numbers are the same in every run.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../random.h"
#include "elf/input.h"
#include "tools/audit.h"
#include "tools/bundle.h"

static struct disassembler *disassembler;
static FILE *nowhere;
static unsigned long accepted, packed;

/* A copy of its own: the wedge frees it. */
static struct ab_bytes copy_of(struct ab_bytes bytes)
{
	unsigned char *copy = malloc(bytes.size ? bytes.size : 1);

	if (!copy)
		abort();
	memcpy(copy, bytes.data, bytes.size);
	return (struct ab_bytes){copy, bytes.size};
}

/* Writes to /dev/null, in both forms if the kernel came in a bzImage. */
static void try_write(struct bundle *bundle)
{
	struct ab_error error;

	bundle_write(bundle, "/dev/null", 0644, &error);
	bundle->outside = NULL;
	bundle_write(bundle, "/dev/null", 0644, &error);
}

/* What `afterburn pack` does with this file as kernel and as wedge. */
static void try_pack(const struct ab_image *kernel, const struct ab_sites *sites,
		     const struct ab_bzimage *outside, struct ab_bytes wedge_file)
{
	struct bundle bundle = {
		.kernel = kernel, .sites = sites, .outside = outside, .wedge_count = 1};
	struct wedge *wedge = &bundle.wedges[0];
	struct ab_error error;

	wedge->file = copy_of(wedge_file);
	if (wedge_open(wedge, "wedge", &error) == 0 && bundle_check(&bundle, &error) == 0 &&
	    wedge_move_notes(wedge, bundle.load_paddr, &error) == 0 &&
	    bundle_build(&bundle, wedge, &error) == 0) {
		packed++;
		try_write(&bundle);
	}
	wedge_close(wedge);
}

static void try_audit(const struct ab_image *image, const struct ab_sites *sites)
{
	struct json json = {.out = nowhere};
	struct audit audit = {.disassembler = disassembler, .json = &json};
	struct subject subject = {.audit = &audit, .image = image, .sites = sites};

	audit_sites(&subject);
	audit_sweep(&subject);
	audit_summary(&subject);
	free(subject.verdicts);
}

static struct ab_bytes other_half[2]; /* a wedge and a kernel that are right */

/* `context` is the bzImage around the file, or NULL. */
static int visit(const char *name, struct ab_bytes file, void *context)
{
	struct ab_image image, kernel;
	struct ab_sites sites = {0}, kernel_sites = {0};
	struct ab_error error;

	if (ab_image_open(&image, name, file, &error) == 0) {
		ab_sites_find(&sites, &image);
		accepted++;
		try_audit(&image, &sites);
		try_pack(&image, &sites, context, other_half[0]);
	}
	if (ab_image_open(&kernel, "kernel", other_half[1], &error) == 0) {
		ab_sites_find(&kernel_sites, &kernel);
		try_pack(&kernel, &kernel_sites, NULL, file);
	}
	ab_sites_free(&kernel_sites);
	ab_image_close(&kernel);
	ab_sites_free(&sites);
	ab_image_close(&image);
	return 0;
}

static void try_bzimage(struct ab_bytes file)
{
	struct ab_bzimage outside;
	struct ab_bytes kernel;
	struct ab_error error;

	if (ab_bzimage_open(&outside, file, &error) < 0 ||
	    ab_bzimage_kernel(&outside, &kernel, &error) < 0)
		return;
	visit("kernel", kernel, &outside);
	free((void *)(uintptr_t)kernel.data);
}

/* A copy of its own, so that the sanitizer sees a read one byte behind the end. */
static void examine(const unsigned char *data, size_t size)
{
	unsigned char *copy = malloc(size ? size : 1);
	struct ab_bytes file = {copy, size};
	struct ab_error error;

	if (!copy)
		abort();
	memcpy(copy, data, size);
	ab_input_any("file", "./file", file, 0, visit, NULL, &error);
	if (ab_is_bzimage(file))
		try_bzimage(file);
	free(copy);
}

static uint64_t state = 0x2545f4914f6cdd1d;

static uint64_t random_number(void)
{
	return next_random(&state) >> 11;
}

/* Headers are at the start and at the end; the middle of a kernel is only code. */
static size_t random_place(size_t size)
{
	size_t window = size < 768 ? size : 768;

	switch (random_number() % 4) {
	case 0:
		return random_number() % window;
	case 1:
		return random_number() % 64 % size;
	case 2:
		return size - 1 - random_number() % window;
	default:
		return random_number() % size;
	}
}

static void mutate(unsigned char *data, size_t size)
{
	static const uint64_t nasty[] = {0,
					 1,
					 0x7f,
					 0xff,
					 0xffff,
					 0x7fffffff,
					 0x80000000,
					 0xffffffff,
					 0x7fffffffffffffff,
					 0x8000000000000000,
					 0xffffffffffffffff,
					 0xfffffffffffff000};
	unsigned int count = 1 + (unsigned int)(random_number() % 4);

	while (count--) {
		size_t at = random_place(size);
		unsigned int width = 1u << random_number() % 4;
		uint64_t value = nasty[random_number() % (sizeof(nasty) / sizeof(nasty[0]))];

		switch (random_number() % 4) {
		case 0:
			data[at] ^= (unsigned char)(1u << random_number() % 8);
			break;
		case 1:
			data[at] = (unsigned char)random_number();
			break;
		case 2:
			value = size + random_number() % 32 - 16;
			/* fall through */
		default:
			at -= at % width;
			if (size - at >= width)
				ab_put(data + at, width, value);
		}
	}
}

static void fuzz(struct ab_bytes seed, unsigned long rounds)
{
	unsigned char *data = malloc(seed.size);

	if (!data)
		abort();
	/* Every length while it is short; in steps where the file is only padding. */
	for (size_t cut = 0; cut<seed.size; cut += seed.size> 8192 && cut > 1024 ? 61 : 1)
		examine(seed.data, cut);
	for (unsigned long i = 0; i < rounds; i++) {
		memcpy(data, seed.data, seed.size);
		mutate(data, seed.size);
		examine(data, seed.size);
	}
	free(data);
}

static struct ab_bytes read_seed(const char *folder, const char *name)
{
	char path[4096];
	struct ab_bytes bytes;
	struct ab_error error;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (ab_input_read(path, &bytes, &error) < 0) {
		printf("Bail out! %s: %s\n", path, error.text);
		exit(1);
	}
	return bytes;
}

int main(void)
{
	const char *out = getenv("O"), *wanted = getenv("AFTERBURN_FUZZ_ROUNDS");
	unsigned long rounds = wanted ? strtoul(wanted, NULL, 10) : 1500;
	char folder[4096];
	struct dirent **names;
	int count, test = 0;

	snprintf(folder, sizeof(folder), "%s/tests/tools/seeds", out ? out : "build");
	count = scandir(folder, &names, NULL, alphasort);
	disassembler = disassembler_new();
	nowhere = fopen("/dev/null", "w");
	if (count < 3 || !disassembler || !nowhere) {
		printf("Bail out! no seeds in %s\n", folder);
		return 1;
	}
	for (int i = 0; i < count; i++) {
		const char *name = names[i]->d_name;
		struct ab_bytes seed;
		bool narrow = strstr(name, "32") != NULL;

		if (name[0] == '.')
			continue;
		seed = read_seed(folder, name);
		other_half[0] = read_seed(folder, narrow ? "wedge32" : "wedge64");
		other_half[1] = read_seed(folder, narrow ? "kernel32" : "kernel64");
		fuzz(seed, rounds);
		for (int half = 0; half < 2; half++)
			free((void *)(uintptr_t)other_half[half].data);
		free((void *)(uintptr_t)seed.data);
		printf("ok %d - %s\n", ++test, name);
	}
	/* A fuzzer whose input never gets past the first check would prove nothing. */
	printf("%s %d - many got through: %lu read, %lu packed\n",
	       accepted > 1000 && packed > 1000 ? "ok" : "not ok", test + 1, accepted, packed);
	printf("1..%d\n", test + 1);
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
	fclose(nowhere);
	disassembler_free(disassembler);
	return accepted > 1000 && packed > 1000 ? 0 : 1;
}
