/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log.c - messages on the platform's console, and the end of a guest that cannot go on.
 *
 * Invariant: the first reason of death wins; a fault while dying does not print over it.
 */
#include <stdarg.h>
#include <wedge/backend.h>
#include <wedge/console.h>
#include <wedge/lib.h>
#include <wedge/log.h>

enum { LINE_SIZE = 256 };

static void write_line(const char *prefix, const char *format, va_list arguments)
{
	char line[LINE_SIZE];
	size_t used;

	console_flush();
	memcpy(line, prefix, strlen(prefix));
	used = strlen(prefix);
	used += format_text(line + used, sizeof(line) - used - 2, format, arguments);
	line[used++] = '\n';
	backend_console_write(line, used);
}

void wedge_log(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line("afterburn wedge: ", format, arguments);
	va_end(arguments);
}

/* Whose registers a death shows; none before there is a vCPU. */
static const struct vcpu *shown;

void wedge_log_vcpu(const struct vcpu *v)
{
	shown = v;
}

static void show_registers(const struct vcpu *v)
{
	wedge_log("  rip %016lx cs %04lx rflags %08lx rsp %016lx ss %04lx", v->rip, v->cs,
		  v->rflags, v->gpr[X86_RSP], v->ss);
	wedge_log("  rax %016lx rbx %016lx rcx %016lx rdx %016lx", v->gpr[X86_RAX], v->gpr[X86_RBX],
		  v->gpr[X86_RCX], v->gpr[X86_RDX]);
	wedge_log("  rsi %016lx rdi %016lx rbp %016lx r8  %016lx", v->gpr[X86_RSI], v->gpr[X86_RDI],
		  v->gpr[X86_RBP], v->gpr[8]);
	wedge_log("  r9  %016lx r10 %016lx r11 %016lx r12 %016lx", v->gpr[9], v->gpr[10],
		  v->gpr[11], v->gpr[12]);
	wedge_log("  cr0 %08lx cr2 %016lx cr3 %016lx cr4 %08lx trap %lu error %lx", v->cr[0],
		  v->cr[2], v->cr[3], v->cr[4], v->trap, v->trap_error);
}

_Noreturn void wedge_fatal(const char *format, ...)
{
	static bool dying;
	va_list arguments;

	if (!dying) {
		dying = true;
		va_start(arguments, format);
		write_line("afterburn wedge: fatal: ", format, arguments);
		va_end(arguments);
		if (shown)
			show_registers(shown);
	}
	backend_end(BACKEND_CRASH);
}
