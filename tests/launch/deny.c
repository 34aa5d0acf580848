/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * deny.c - runs a command on a host that seems to lack something: deny WHAT COMMAND ARGUMENT...
 *
 * `listener` refuses nothing itself: it has seccomp's listener, of which there can be one only.
 * With `answer` there is one, but no answer that brings a descriptor along, as before Linux 5.14.
 *
 * Invariant: the filter stays with everything that the command starts.
 */
#include <asm/prctl.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	I386_SET_THREAD_AREA = 243,
	DISPATCH = 59 /* PR_SET_SYSCALL_USER_DISPATCH */,
	ANY = -1,
	NONE = -2,
	KEPT = 100
};

/* A system call, perhaps only with that first argument, and what becomes of it. */
struct rule {
	const char *what;
	unsigned int arch;
	int number, argument;
	unsigned int action;
};

#define REFUSE(error) (SECCOMP_RET_ERRNO | (error))

static const struct rule rules[] = {
	{"seccomp", AUDIT_ARCH_X86_64, SYS_seccomp, ANY, REFUSE(EPERM)},
	{"ldt", AUDIT_ARCH_X86_64, SYS_modify_ldt, ANY, REFUSE(ENOSYS)},
	{"bases", AUDIT_ARCH_X86_64, SYS_arch_prctl, ARCH_SET_GS, REFUSE(EPERM)},
	{"range", AUDIT_ARCH_X86_64, SYS_close_range, ANY, REFUSE(ENOSYS)},
	{"memfd", AUDIT_ARCH_X86_64, SYS_memfd_create, ANY, REFUSE(ENOSYS)},
	{"ptrace", AUDIT_ARCH_X86_64, SYS_ptrace, ANY, REFUSE(EPERM)},
	{"answer", AUDIT_ARCH_X86_64, SYS_ioctl, ANY, REFUSE(EINVAL)},
	{"listener", AUDIT_ARCH_X86_64, NONE, ANY, SECCOMP_RET_ALLOW},
	{"fork", AUDIT_ARCH_X86_64, SYS_clone, ANY, REFUSE(EAGAIN)},
	{"thread", AUDIT_ARCH_X86_64, SYS_clone3, ANY, REFUSE(EAGAIN)},
	{"dispatch", AUDIT_ARCH_X86_64, SYS_prctl, DISPATCH, REFUSE(EINVAL)},
	{"tls", AUDIT_ARCH_I386, I386_SET_THREAD_AREA, ANY, REFUSE(EPERM)},
	{"ia32", AUDIT_ARCH_I386, ANY, ANY, SECCOMP_RET_KILL_PROCESS},
};

static int install(const struct rule *rule)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, rule->arch, 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)rule->number, 0,
			 rule->number == ANY ? 0 : 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)rule->argument, 0,
			 rule->argument == ANY ? 0 : 1),
		BPF_STMT(BPF_RET | BPF_K, rule->action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};
	unsigned int flags = rule->number == NONE ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
	int listener;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	/* The command inherits it, at a number that no shell uses. */
	return listener <= 0 ? listener : fcntl(listener, F_DUPFD, KEPT);
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 2 && i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (strcmp(argv[1], rules[i].what) != 0)
			continue;
		if (install(&rules[i]) < 0) {
			perror("deny");
			return 125;
		}
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		return 127;
	}
	fputs("usage: deny WHAT COMMAND ARGUMENT...\n", stderr);
	return 126;
}
