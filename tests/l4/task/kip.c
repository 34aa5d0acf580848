/*
 * The kernel interface page and what a root task begins with.
 *
 * Invariant: no case prints an address that a kernel may choose.
 */
#include "task.h"

#define TYPE_EXEC 2u

static bool contains(const char *text, const char *part)
{
	for (;; text++) {
		int i = 0;
		while (part[i] && text[i] == part[i])
			i++;
		if (!part[i])
			return true;
		if (!*text)
			return false;
	}
}

/* The feature strings follow the version string, each ended by 0; an empty one is the last. */
static bool has_feature(const char *name)
{
	word kip = 0xbff00000;
	const char *text = (const char *)(kip + x2_kip(0x0c) + 16);
	while (*text++)
		;
	while (*text) {
		if (contains(text, name))
			return true;
		while (*text++)
			;
	}
	return false;
}

static void entries(void)
{
	say("kip.entries:");
	for (word offset = KIP_SPACE_CONTROL; offset <= KIP_SCHEDULE; offset += 4)
		say(" %d", x2_kip(offset) != 0);
	say("\n");
}

static void memory(void)
{
	word info = x2_kip(KIP_MEMORY_INFO), kinds = 0;
	uint64_t bytes = 0;
	for (word i = 0; i < (info & 0xffff); i++) {
		word low = x2_kip((info >> 16) + i * 8), high = x2_kip((info >> 16) + i * 8 + 4);
		word kind = low & 0xf;
		kinds |= 1u << kind;
		if (kind == 1 && !(low & 0x200))
			bytes += (high & ~0x3ffu) + 0x400 - (low & ~0x3ffu);
	}
	say("kip.memory: offset %x, conventional %d, boot loader's %d, some %d\n", info >> 16,
	    kinds >> 1 & 1, kinds >> 14 & 1, bytes > 64u << 20);
}

static void beginnings(void)
{
	word *utcb = x2_utcb();
	say("root.begins: utcb %x id %x pager %x handler %x processor %x\n", (word)utcb,
	    utcb[UTCB_GLOBAL_ID], utcb[UTCB_PAGER], utcb[UTCB_EXCEPTION_HANDLER],
	    utcb[UTCB_PROCESSOR]);
}

static void bootinfo(void)
{
	const word *info = (const word *)x2_kip(KIP_BOOT_INFO);
	say("bootinfo: magic %x version %x programs", info[0], info[1]);
	const word *record = (const word *)((word)info + info[3]);
	for (word i = 0; i < info[4]; i++) {
		if (record[0] == TYPE_EXEC)
			say(" %x-%x", record[3], record[12] - record[3] < record[5]);
		record = (const word *)((word)record + record[2]);
	}
	say("\n");
}

static void clock(void)
{
	uint64_t first = x2_clock();
	x2_ipc(NIL_THREAD, ANY_THREAD, TIMEOUTS(TIME_NEVER, TIME_5MS));
	uint64_t took = x2_clock() - first;
	say("clock: grows %d, 5 ms are at least 3 %d, and less than 500 %d\n", took > 0,
	    took >= 3000, took < 500000);
}

void cases_kip(struct registers found)
{
	say("kip.found: address %x version %x flags %x id %x\n", found.eax, found.ecx, found.edx,
	    found.esi);
	say("kip.head: magic %x version %x flags %x\n", x2_kip(0), x2_kip(4), x2_kip(8));
	say("kip.servers: sigma0 %d root %d sigma1 %x\n", x2_kip(KIP_SIGMA0 + 4) != 0,
	    x2_kip(KIP_ROOT + 4) != 0, x2_kip(KIP_SIGMA1 + 4));
	say("kip.info: utcb %x area %x thread %x page %x processors %x\n", x2_kip(KIP_UTCB_INFO),
	    x2_kip(KIP_AREA_INFO), x2_kip(KIP_THREAD_INFO), x2_kip(KIP_PAGE_INFO),
	    x2_kip(KIP_PROCESSOR_INFO) & 0x0fffffff);
	say("kip.processor: frequency %d\n", x2_kip(x2_kip(KIP_PROCESSOR) + 4) > 10000);
	say("kip.features: pagerexregs %d ioflexpages %d smallspaces %d\n",
	    has_feature("pagerexregs"), has_feature("ioflexpages"), has_feature("smallspaces"));
	entries();
	memory();
	beginnings();
	bootinfo();
	clock();
}
