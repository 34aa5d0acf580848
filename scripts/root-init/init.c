/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * init.c - the first process of a guest whose root is a folder of the host (`afterburn run
 * --root`): mounts it, with what a Linux program expects to find, and goes on with the command of
 * --exec, or with the folder's own first process as the kernel looks for it.
 *
 * The kernel's command line says afterburn.root=, overlay: the folder is not changed, what is
 * written is in memory; rw: it is. afterburn.suid=no: all files that the host's root owns seem to
 * be nobody's, and so would be the programs that run as their owner.
 *
 * Invariant: where a step fails that a program would miss, nothing is executed.
 */
#include "root.h"
#include "system.h"

#include <linux/capability.h>
#include <linux/mount.h>

/* Where the parts of the root are until it is one. */
#define ROOT	"/root"
#define FOLDER	"/folder"
#define NOTHING "/nothing"
#define LOWER	"/lower"
#define MEMORY	"/memory"
#define TAG	"afterburn.root"

_Noreturn void init(void);

struct file_system {
	const char *type, *place, *data;
	unsigned long flags;
	bool needed;
};

static void must_mount(const char *source, const char *place, const char *type, unsigned long flags,
		       const char *data)
{
	long error = CALL5(mount, source, place, type, flags, data);

	if (error < 0)
		give_up(place, error);
}

/* What the folder has no place for cannot be there; with an overlay there is always one. */
static void mount_all(const struct file_system *list, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		const struct file_system *f = &list[i];
		long error;

		CALL2(mkdir, f->place, 0755);
		error = CALL5(mount, f->type, f->place, f->type, f->flags, f->data);
		if (error < 0 && f->needed)
			give_up(f->place, error);
	}
}

/* Whether this process may do to any file what its owner may. */
static void be_any_owner(bool on)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
	long error = CALL2(capget, &header, sets);

	sets[0].effective &= ~(1u << CAP_FOWNER);
	if (on)
		sets[0].effective |= 1u << CAP_FOWNER;
	if (error >= 0)
		error = CALL2(capset, &header, sets);
	if (error < 0)
		give_up("capabilities", error);
}

/*
 * An overlay opens files with O_NOATIME if whoever mounted it may do so, for which the host would
 * ask that the user of the run owns the file. So there is a layer between, without anything to
 * write to, whose mounter may not.
 */
static void make_lower(void)
{
	CALL2(mkdir, FOLDER, 0755);
	CALL2(mkdir, NOTHING, 0755);
	CALL2(mkdir, LOWER, 0755);
	must_mount(TAG, FOLDER, "virtiofs", MS_RDONLY, NULL);
	be_any_owner(false);
	must_mount("folder", LOWER, "overlay", MS_RDONLY, "lowerdir=" FOLDER ":" NOTHING);
	be_any_owner(true);
}

static void make_root(bool writable, unsigned long flags)
{
	CALL2(mkdir, ROOT, 0755);
	if (writable) {
		must_mount(TAG, ROOT, "virtiofs", flags, NULL);
		return;
	}
	make_lower();
	CALL2(mkdir, MEMORY, 0755);
	must_mount("memory", MEMORY, "tmpfs", 0, "mode=755");
	CALL2(mkdir, MEMORY "/upper", 0755);
	CALL2(mkdir, MEMORY "/work", 0755);
	must_mount("overlay", ROOT, "overlay", flags,
		   "lowerdir=" LOWER ",upperdir=" MEMORY "/upper,workdir=" MEMORY "/work");
}

static void fill_root(void)
{
	static const struct file_system list[] = {
		{"proc", ROOT "/proc", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC, true},
		{"sysfs", ROOT "/sys", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC, true},
		{"devtmpfs", ROOT "/dev", NULL, MS_NOSUID, true},
		{"devpts", ROOT "/dev/pts", "mode=620,ptmxmode=666", MS_NOSUID | MS_NOEXEC, false},
		{"tmpfs", ROOT "/dev/shm", "mode=1777", MS_NOSUID | MS_NODEV, false},
		{"tmpfs", ROOT "/run", "mode=755", MS_NOSUID | MS_NODEV, false},
		{"tmpfs", ROOT "/tmp", "mode=1777", MS_NOSUID | MS_NODEV, false},
	};

	mount_all(list, sizeof(list) / sizeof(list[0]));
	CALL2(symlink, "/proc/self/fd", ROOT "/dev/fd");
	CALL2(symlink, "/proc/self/fd/0", ROOT "/dev/stdin");
	CALL2(symlink, "/proc/self/fd/1", ROOT "/dev/stdout");
	CALL2(symlink, "/proc/self/fd/2", ROOT "/dev/stderr");
}

/* The RAM disk stays below, where no path leads. */
static void enter_root(void)
{
	long error = CALL1(chdir, ROOT);

	if (error >= 0)
		error = CALL5(mount, ".", "/", NULL, MS_MOVE, NULL);
	if (error >= 0)
		error = CALL1(chroot, ".");
	if (error >= 0)
		error = CALL1(chdir, "/");
	if (error < 0)
		give_up("the new root", error);
}

/* The same places as the kernel's, in its order. */
static _Noreturn void execute_init(void)
{
	static const char *const places[] = {"/sbin/init", "/etc/init", "/bin/init", "/bin/sh"};
	static const char *const environment[] = {"HOME=/", "TERM=linux", NULL};
	long error = 0;

	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *const arguments[] = {places[i], NULL};

		error = CALL3(execve, places[i], arguments, environment);
	}
	give_up("/sbin/init and /bin/sh", error);
}

static void read_line(char *line, size_t room)
{
	CALL2(mkdir, "/proc", 0755);
	must_mount("proc", "/proc", "proc", 0, NULL);
	if (!file_read("/proc/cmdline", line, room))
		give_up("/proc/cmdline", 0);
}

static void mount_early(void)
{
	CALL2(mkdir, "/sys", 0755);
	CALL2(mkdir, "/dev", 0755);
	must_mount("sysfs", "/sys", "sysfs", 0, NULL);
	must_mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
}

_Noreturn void init(void)
{
	static char line[4096];
	char way[16] = "", suid[4] = "";
	bool exec;

	read_line(line, sizeof(line));
	mount_early();
	exec = exec_find();
	text_word(line, TAG, way, sizeof(way));
	text_word(line, "afterburn.suid", suid, sizeof(suid));
	make_root(text_is(way, "rw"), text_is(suid, "no") ? MS_NOSUID : 0);
	fill_root();
	enter_root();
	if (exec)
		exec_run();
	execute_init();
}
