/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kexec.c - the running kernel starts another one in its place (kexec_file_load(2)).
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "check.h"
#include "width.h"

bool start_kernel(const char *kernel, const char *ramdisk, const char *arguments)
{
	int kernel_file = open(kernel, O_RDONLY | O_CLOEXEC);
	int ramdisk_file = open(ramdisk, O_RDONLY | O_CLOEXEC);

	EXPECT(kernel_file >= 0);
	EXPECT(ramdisk_file >= 0);
	if (syscall(KEXEC_FILE_LOAD, kernel_file, ramdisk_file, strlen(arguments) + 1, arguments,
		    0L)) {
		printf("the kernel does not load %s: %s\n", kernel, strerror(errno));
		return false;
	}
	reboot(RB_KEXEC);
	printf("the kernel does not start %s: %s\n", kernel, strerror(errno));
	return false;
}
