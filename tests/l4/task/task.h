/*
 * The conformance root task: what its cases share. A case prints one line, "name: what was seen";
 * equal lines on two kernels are the test.
 *
 * Helpers are threads of the task's own space. A child is a thread alone in a space of its own,
 * with the task as its pager and exception handler: the task's image is mapped into it 1:1 on
 * demand, so that a child runs functions of the task and shares its variables. Only faults
 * elsewhere are events.
 *
 * Invariant: every wait has a timeout of a second, so that a case that goes wrong is a line that
 * differs and not the end of the output.
 */
#pragma once
#include "../lib/console.h"
#include "../lib/x2.h"

/* The cases, in the order of the output. */
void cases_kip(struct registers found);
void cases_ipc(void);
void cases_threads(void);
void cases_exchange(void);
void cases_spaces(void);
void cases_faults(void);
void cases_mapping(void);
void cases_exceptions(void);
void cases_flags(void);
void cases_io(void);
void cases_interrupts(void);
void cases_sigma0(void);
void cases_processor(void);
/* A hazard ends the machine: NAME comes from the command line. */
void hazard(const char *name);

/* Waits at most a second for a message from anybody. */
word wait_any(void);
word wait_for(word thread);
/* Lets helpers run for 5 ms: the task has the highest priority. A ThreadSwitch to one that then
 * blocks would not come back. */
void pause(void);
/* Whether FROM names helper N: by its global or local identifier, as the way of the message has it.
 */
bool is_helper(word from, int n);
/* Sends what the message registers hold; at most a second. */
void send(word to);
/* The error code of the last call. */
word error_code(void);
/* "ok" or "error CODE" of the last IPC's tag. */
word outcome(void);

/* Reads and writes a page of the task, so that the task has it. */
void touch_page(word page);

/* Helper N (1 to 6) begins at F, which must not return. Its pager is the task until then. */
word helper(int n, void (*f)(void));
void helper_end(int n);
#define HELPER(n) THREAD(60 + (n), 1)

/* A child that begins at F; the first event of it. */
struct event {
	word from, tag, words[16];
};
struct event child_start(void (*f)(void));
/* The next event of the child, after message registers 0.. were sent as an answer. */
struct event child_answer(void);
/* Answers with a map item, and gives the next event. */
struct event child_map(word send_base, word fpage);
/* Answers an exception with the words of an event. */
struct event child_resume(const struct event *e);
void child_end(void);
word child(void);
/* "page fault", "exception" ...: what an event is. */
void say_event(const struct event *e);
/* The child's last instruction: an event "done" with these words. */
void child_done(word a, word b);

/* Pages of the task that nothing else uses, and an address of the child's that is not mapped. */
extern uint8_t spare[8][PAGE];
#define ELSEWHERE 0x40000000u
