/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image.c - opens and checks an image: what it is, how large, and whether somebody uses it.
 *
 * Invariant: an image that is refused has not been changed.
 */
#include "image.h"
#include "image_format.h"
#include "image_lock.h"
#include "image_server.h"
#include "launcher.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static void take_serial(struct image_option *option, const char *serial)
{
	size_t length = strlen(serial);

	for (size_t i = 0; i < length; i++)
		if (!isprint((unsigned char)serial[i]))
			die(END_USAGE, "--disk: a serial number has printable characters only");
	if (length == 0 || length > IMAGE_SERIAL)
		die(END_USAGE, "--disk: a serial number has 1 to %d characters, not '%s'",
		    IMAGE_SERIAL, serial);
	strcpy(option->serial, serial);
}

static void take_format(struct image_option *option, const char *name)
{
	option->told = true;
	option->format = image_format_named(name);
	if (!option->format && strcmp(name, "raw") != 0)
		die(END_USAGE, "--disk: a format is raw, %s, not '%s'", image_format_all(), name);
}

static bool take_option(struct image_option *option, const char *word)
{
	static const char serial[] = "serial=", format[] = "format=";

	if (strcmp(word, "ro") == 0)
		option->read_only = true;
	else if (strcmp(word, "cow") == 0)
		option->cow = true;
	else if (strncmp(word, serial, strlen(serial)) == 0)
		take_serial(option, word + strlen(serial));
	else if (strncmp(word, format, strlen(format)) == 0)
		take_format(option, word + strlen(format));
	else
		return false;
	return true;
}

void image_parse(struct image_option *option, const char *text)
{
	char *comma;

	*option = (struct image_option){.path = strdup(text)};
	if (!option->path)
		die(END_PLATFORM, "the host gives no memory: %s", strerror(errno));
	while ((comma = strrchr(option->path, ',')) && take_option(option, comma + 1))
		*comma = '\0';
	if (!*option->path)
		die(END_USAGE, "--disk needs a file, not '%s'", text);
	if (!option->told)
		option->format = image_format_of_name(option->path);
	if (option->read_only && option->cow)
		die(END_USAGE, "--disk takes ro or cow, not both: '%s'", text);
}

/* A block device that is mounted, or belongs to another one, is refused by O_EXCL. */
static int open_file(const struct image_option *option)
{
	const char *path = option->path;
	int way = option->read_only || option->cow ? O_RDONLY : O_RDWR;
	struct stat status;

	if (stat(path, &status) < 0)
		die(END_USAGE, "the disk '%s' cannot be opened: %s%s", path, strerror(errno),
		    strchr(path, ',')
			    ? " (options behind a comma are ro, cow, serial=S and format=F)"
			    : "");
	if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode))
		die(END_USAGE, "the disk '%s' is neither a regular file nor a block device", path);
	if (way == O_RDWR && S_ISBLK(status.st_mode))
		way |= O_EXCL;
	return open(path, way | O_CLOEXEC | O_NONBLOCK);
}

static uint64_t size_of(int fd)
{
	uint64_t bytes = 0;
	struct stat status;

	if (fstat(fd, &status) < 0 ||
	    (S_ISBLK(status.st_mode) && ioctl(fd, BLKGETSIZE64, &bytes) < 0))
		return 0;
	return S_ISBLK(status.st_mode) ? bytes : (uint64_t)status.st_size;
}

static void check_rights(const struct image_option *option)
{
	if (errno == EACCES || errno == EPERM || errno == EROFS)
		die(END_USAGE, "the disk '%s' may not be %s (%s)%s", option->path,
		    option->read_only || option->cow ? "read" : "written", strerror(errno),
		    option->read_only || option->cow ? "" : ": add ,ro or ,cow");
	die(END_USAGE, "the disk '%s' cannot be opened: %s", option->path, strerror(errno));
}

static void take_lock(const struct image *image)
{
	bool write = !image->option->read_only && !image->option->cow;
	int error = image_lock(image->fd, write);

	if (error == EBUSY)
		die(END_USAGE,
		    "the disk '%s' is in use, as a lock on it says: end the program that %s",
		    image->option->path,
		    write ? "uses it, or add ,ro or ,cow if that only reads it" : "writes it");
	if (error)
		die(END_PLATFORM, "the disk '%s' cannot be locked: %s", image->option->path,
		    strerror(error));
}

/* What is in a raw image is no reason to take it for another: its guest may have written it. */
static void check_content(const struct image *image)
{
	char bytes[IMAGE_FORMAT_MAGIC];
	ssize_t size = pread(image->fd, bytes, sizeof(bytes), 0);
	const char *format = image_format_of_bytes(bytes, size > 0 ? (size_t)size : 0);

	if (format && !image->option->told)
		die(END_USAGE,
		    "the disk '%s' looks like a %s image, but is not named so: add ,format=%s, or "
		    "format=raw if its first sector is the guest's own",
		    image->option->path, format, format);
}

/* Its server has locks of its own, so the launcher has none. */
static void open_server(struct image *image)
{
	static struct image_server servers[LAUNCH_DISKS_MAX];
	static unsigned int count;

	close(image->fd);
	image->fd = -1;
	image->server = &servers[count++];
	image_server_start(image->server, image->option);
	image->bytes = image->server->nbd.bytes;
}

static void check_size(const struct image *image)
{
	if (image->bytes == 0 || image->bytes % IMAGE_SECTOR)
		die(END_USAGE,
		    "the disk '%s' has %" PRIu64 " bytes: a disk has whole sectors of %d bytes, "
		    "at least one",
		    image->option->path, image->bytes, IMAGE_SECTOR);
}

void image_open(struct image *image, const struct image_option *option)
{
	int error;

	*image = (struct image){.option = option, .fd = open_file(option)};
	if (image->fd < 0)
		check_rights(option);
	if (option->format) {
		open_server(image);
		check_size(image);
	} else {
		check_content(image);
		image->bytes = size_of(image->fd);
		check_size(image);
		take_lock(image);
	}
	if (!option->cow)
		return;
	error = overlay_open(&image->overlay, image->bytes / IMAGE_SECTOR);
	if (error)
		die(END_PLATFORM, "the host has no place for what is written to '%s': %s",
		    option->path, strerror(error));
}
