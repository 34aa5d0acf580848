/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log.c - messages on the platform's console, and the end of a guest that cannot go on.
 *
 * Invariant: only the first fatal message is printed; a fault during it prints no second one.
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

/*
 * The vCPU whose registers a fatal message shows; NULL before there is one. Each processor maps its
 * own vCPU at that address.
 */
static const struct vcpu *shown;
static void (*show_registers)(const struct vcpu *v);

void wedge_log_vcpu(const struct vcpu *v, void (*show)(const struct vcpu *v))
{
	shown = v;
	show_registers = show;
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
