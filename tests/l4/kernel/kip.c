/*
 * The parts of the kernel interface page that the machine and the loader decide.
 *
 * Invariant: it is complete before the first user code runs.
 */
#include "kernel.h"
#include "call.h"

#define KIP_SIGMA0   0x20
#define KIP_ROOT     0x40
#define KIP_MEMORY   0x54
#define KIP_BOOTINFO 0xb8

static word *at(word offset)
{
	return (word *)(kip_page + offset);
}

static void set_server(word offset, const struct boot_server *server)
{
	at(offset)[1] = server->entry;
	at(offset)[2] = server->start;
	at(offset)[3] = server->end;
}

void kip_init(const struct boot *boot)
{
	extern word kip_frequency[], kip_memory[][2];
	set_server(KIP_SIGMA0, &boot->sigma0);
	set_server(KIP_ROOT, &boot->root);
	for (word i = 0; i < boot->descriptors; i++) {
		kip_memory[i][0] = boot->descriptor[i][0];
		kip_memory[i][1] = boot->descriptor[i][1];
	}
	*at(KIP_MEMORY) |= boot->descriptors;
	*at(KIP_BOOTINFO) = boot->bootinfo;
	kip_frequency[0] = clock_khz();
}
