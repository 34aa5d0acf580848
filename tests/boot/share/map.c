/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map.c - writes text into a file by a shared mapping: map FILE OFFSET TEXT
 *
 * Invariant: exit code 0 only if the file's bytes, read, are those of the mapping.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct stat status;
	char *bytes, back[256] = "";
	size_t offset, length;
	int fd;

	if (argc != 4)
		return 2;
	offset = strtoul(argv[2], NULL, 10);
	length = strlen(argv[3]);
	fd = open(argv[1], O_RDWR);
	if (fd < 0 || fstat(fd, &status) < 0 || length >= sizeof(back) ||
	    offset + length > (size_t)status.st_size)
		return 3;
	bytes = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED) {
		perror("mmap");
		return 4;
	}
	memcpy(bytes + offset, argv[3], length);
	if (msync(bytes, (size_t)status.st_size, MS_SYNC) < 0)
		return 5;
	if (pread(fd, back, length, (off_t)offset) != (ssize_t)length)
		return 6;
	return memcmp(back, argv[3], length) != 0;
}
