/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk.c - what the test of disks does in the guest beside a shell's commands: disk COMMAND FILE
 *
 *   random D      how many reads of 4 KiB at random places of the device, one after the other
 *   sequential D  how much reads of 128 KiB give, until the device's end
 *   zero D        makes the device's second MiB zeroes; discard D: gives its third MiB back
 *   keep F        appends records to the file for ever, each with fsync, and says KEPT N
 *   check F N     whether the file has the first N records: runs on the host
 *
 * Invariant: a record is said to be kept only after fsync has returned.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { RECORD = 4096, PIECE = 128 * 1024, SECONDS = 3, MIB = 1 << 20 };

static _Noreturn void fail(const char *what)
{
	perror(what);
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int open_direct(const char *device, uint64_t *bytes)
{
	int fd = open(device, O_RDONLY | O_DIRECT);

	if (fd < 0 || ioctl(fd, BLKGETSIZE64, bytes) < 0)
		fail(device);
	return fd;
}

static void *buffer(size_t size)
{
	void *memory;

	if (posix_memalign(&memory, RECORD, size))
		fail("memory");
	return memory;
}

static void random_reads(const char *device)
{
	uint64_t bytes, state = 1;
	int fd = open_direct(device, &bytes);
	char *memory = buffer(RECORD);
	double from = now(), time;
	unsigned int reads = 0;

	do {
		state = state * 6364136223846793005u + 1442695040888963407u;
		if (pread(fd, memory, RECORD, (off_t)((state >> 20) % (bytes / RECORD) * RECORD)) !=
		    RECORD)
			fail(device);
		reads++;
		time = now() - from;
	} while (time < SECONDS);
	printf("FIGURE random reads of 4 KiB: %.0f per second\n", reads / time);
}

static void sequential_reads(const char *device)
{
	uint64_t bytes, done = 0;
	int fd = open_direct(device, &bytes);
	char *memory = buffer(PIECE);
	double from = now();
	ssize_t size;

	while ((size = read(fd, memory, PIECE)) > 0)
		done += (uint64_t)size;
	if (size < 0 || done != bytes)
		fail(device);
	printf("FIGURE reads of 128 KiB in a row: %.0f MB per second\n",
	       (double)done / (now() - from) / 1e6);
}

static void give(const char *device, unsigned long how, uint64_t offset)
{
	uint64_t range[2] = {offset, MIB};
	int fd = open(device, O_RDWR);

	if (fd < 0 || ioctl(fd, how, range) < 0 || fsync(fd) < 0)
		fail(device);
}

/* Each word of a record is another one, so that no part of a record can pass for another's. */
static void fill(uint64_t *record, uint64_t number)
{
	for (uint64_t i = 0; i < RECORD / sizeof(*record); i++)
		record[i] = (number << 9 | i) * 0x9e3779b97f4a7c15u;
}

static _Noreturn void keep(const char *file)
{
	uint64_t record[RECORD / sizeof(uint64_t)];
	int fd = open(file, O_WRONLY | O_CREAT | O_APPEND, 0644);

	for (uint64_t n = 1;; n++) {
		fill(record, n);
		if (write(fd, record, RECORD) != RECORD || fsync(fd) < 0)
			fail(file);
		printf("KEPT %llu\n", (unsigned long long)n);
		fflush(stdout);
	}
}

static int check(const char *file, uint64_t count)
{
	uint64_t record[RECORD / sizeof(uint64_t)], wanted[RECORD / sizeof(uint64_t)];
	int fd = open(file, O_RDONLY);

	for (uint64_t n = 1; n <= count; n++) {
		fill(wanted, n);
		if (read(fd, record, RECORD) != RECORD || memcmp(record, wanted, RECORD) != 0) {
			printf("record %llu of %llu is lost\n", (unsigned long long)n,
			       (unsigned long long)count);
			return 1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	if (strcmp(what, "random") == 0)
		random_reads(argv[2]);
	else if (strcmp(what, "sequential") == 0)
		sequential_reads(argv[2]);
	else if (strcmp(what, "zero") == 0)
		give(argv[2], BLKZEROOUT, MIB);
	else if (strcmp(what, "discard") == 0)
		give(argv[2], BLKDISCARD, 2 * MIB);
	else if (strcmp(what, "keep") == 0)
		keep(argv[2]);
	else if (strcmp(what, "check") == 0 && argc > 3)
		return check(argv[2], strtoull(argv[3], NULL, 10));
	else
		return 2;
	return 0;
}
