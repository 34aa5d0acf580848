/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof.c - run the assembler for the proof, and report what it finds.
 *
 * Objects for the proof alone are written to memory.
 *
 * Invariant: an object is only accepted after a comparison without a finding.
 */
#include "proof.h"

#include "diag.h"
#include "locate.h"
#include "proof_compare.h"
#include "realas.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* An object in memory, and the file that it is mapped from. */
struct loaded {
	struct ab_bytes bytes;
	struct object object;
};

/* The assembler writes by name, so its file is one that /proc can name. */
static int memory_file(void)
{
	int fd = memfd_create("afterburner-proof", 0);

	if (fd < 0)
		die("cannot make a file in memory: %s", strerror(errno));
	return fd;
}

static pid_t assemble(const struct proof *proof, const char **inputs, unsigned int input_count,
		      int text, int object)
{
	const struct options *o = proof->options;
	unsigned int count = 0;
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	char name[64], **argv;
	pid_t pid;

	while (o->proof_rest[count])
		count++;
	argv = calloc((size_t)count + input_count + 4, sizeof(*argv));
	if (!argv)
		die("out of memory");
	snprintf(name, sizeof(name), "/proc/self/fd/%d", object);
	memcpy(argv, o->proof_rest, count * sizeof(*argv));
	argv[count++] = (char *)"-o";
	argv[count++] = name;
	memcpy(argv + count, inputs, input_count * sizeof(*argv));
	/* What it has to say, the other assembler says. */
	pid = realas_start(proof->real, argv, text, nowhere, nowhere);
	free(argv);
	close(nowhere);
	return pid;
}

void proof_start(struct proof *proof)
{
	static const char *standard_input[] = {"-"};
	const struct options *o = proof->options;
	bool one = o->input_count == 1;
	int text = -1;

	/* A pipe can be read only once, and is what we have read of it. */
	for (unsigned int i = 0; i < o->input_count; i++) {
		struct span span = proof->sources[i].text;

		if (text < 0 && (one || strcmp(o->inputs[i], "-") == 0))
			text = realas_text_fd(span.begin, span_length(span));
	}
	proof->object = memory_file();
	proof->pid = assemble(proof, one ? standard_input : o->inputs, o->input_count, text,
			      proof->object);
	if (text >= 0)
		close(text);
}

/* Open an object. Returns false, with a message, if it cannot be read. */
static bool load(struct loaded *l, const char *name, int fd)
{
	struct ab_error reason;
	struct stat status;
	void *memory;

	*l = (struct loaded){0};
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		error("%s is no file, so it cannot be proved", name);
		return false;
	}
	memory = mmap(NULL, (size_t)status.st_size + 1, PROT_READ, MAP_PRIVATE, fd, 0);
	if (memory == MAP_FAILED) {
		error("cannot read %s for the proof: %s", name, strerror(errno));
		return false;
	}
	l->bytes = (struct ab_bytes){memory, (uint64_t)status.st_size};
	if (object_open(&l->object, l->bytes, &reason) == 0)
		return true;
	error("cannot read %s for the proof: %s", name, reason.text);
	return false;
}

static void unload(struct loaded *l)
{
	object_close(&l->object);
	if (l->bytes.data)
		munmap((void *)l->bytes.data, l->bytes.size + 1);
}

/* Assemble the text with marks, with or without pads. Returns false if gas refuses it. */
static bool assemble_marked(const struct proof *proof, struct marks *marks, bool no_pads,
			    struct loaded *result)
{
	static const char *const input = "-";
	struct policy policy = proof->options->policy;
	struct annotator *a = calloc(1, sizeof(*a));
	int text, object = memory_file(), status;

	if (!a)
		die("out of memory");
	policy.no_pads = no_pads;
	policy.marks = marks;
	marks->count = 0;
	annotate(a, &policy, proof->sources, proof->options->input_count);
	text = realas_text_fd(a->emitter.out.data, a->emitter.out.size);
	annotate_free(a);
	free(a);
	status = realas_wait(proof->real, assemble(proof, (const char **)&input, 1, text, object));
	close(text);
	status = status == 0 && load(result, "a text with marks", object);
	close(object);
	return status;
}

static const char advice[] = "put '# afterburn: off' before it, or exclude the object "
			     "(AFTERBURN_EXCLUDE)";

static void report(const struct proof *proof, const struct finding *finding,
		   const struct marks *marks)
{
	unsigned int last = proof->options->input_count - 1;

	if (finding->statement != NO_STATEMENT && marks) {
		const struct mark *mark = &marks->list[finding->statement];
		const struct source *source = &proof->sources[mark->source];
		struct location at = locate(source->text, mark->place, source->name);

		error("%.*s:%lu: %s; %s", (int)span_length(at.file), at.file.begin, at.line,
		      finding->text, advice);
	} else {
		error("%s: %s+%#llx: %s; %s", proof->sources[last].name, finding->section,
		      (unsigned long long)finding->at, finding->text, advice);
	}
}

static void report_all(const struct proof *proof, const struct comparison *c)
{
	for (unsigned int i = 0; i < c->count && i < FINDINGS_MAX; i++)
		report(proof, &c->findings[i], c->marks);
	if (c->count > FINDINGS_MAX)
		error("and more");
}

static void prepare(const struct proof *proof, struct comparison *c, const struct object *plain,
		    const struct object *annotated)
{
	*c = (struct comparison){
		.plain = plain,
		.annotated = annotated,
		.mode = proof->options->policy.code.mode,
		.classes = proof->options->policy.code.classes,
	};
}

/* Look again, statement by statement, at what `suspect` found. */
static bool holds_exactly(const struct proof *proof, const struct object *made,
			  const struct comparison *suspect)
{
	struct marks marks = {0};
	struct loaded plain, annotated;
	struct comparison c, same;
	bool holds;

	if (!assemble_marked(proof, &marks, true, &plain) ||
	    !assemble_marked(proof, &marks, false, &annotated)) {
		report_all(proof, suspect);
		return false;
	}
	prepare(proof, &c, &plain.object, &annotated.object);
	c.marks = &marks;
	proof_compare(&c);
	prepare(proof, &same, made, &annotated.object);
	same.identical = true;
	proof_compare(&same);
	holds = c.count == 0 && same.count == 0;
	if (!holds)
		report_all(proof, c.count ? &c : &same);
	proof_compare_free(&c);
	proof_compare_free(&same);
	unload(&plain);
	unload(&annotated);
	free(marks.list);
	return holds;
}

static bool compare(const struct proof *proof, const struct object *plain,
		    const struct object *made)
{
	struct comparison c;
	bool holds;

	prepare(proof, &c, plain, made);
	proof_compare(&c);
	holds = (c.count == 0 && !proof->exactly) || holds_exactly(proof, made, &c);
	proof_compare_free(&c);
	return holds;
}

static bool check(struct proof *proof, int fd)
{
	struct loaded made, plain = {0};
	bool holds;

	holds = load(&made, proof->options->output, fd) &&
		(!proof->pid || load(&plain, "the object without pads", proof->object)) &&
		compare(proof, proof->pid ? &plain.object : &made.object, &made.object);
	unload(&plain);
	unload(&made);
	return holds;
}

static bool is_regular(int fd)
{
	struct stat status;

	return fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

bool proof_holds(struct proof *proof, bool made)
{
	const char *output = proof->options->output;
	int status = proof->pid ? realas_wait(proof->real, proof->pid) : 0, fd;
	struct stat status_of;
	bool holds = false;

	if (!made)
		return false;
	fd = open(output, O_RDONLY | O_CLOEXEC);
	if (proof->options->proof != PROOF_ALWAYS && !is_regular(fd))
		holds = true; /* not asked for, and not possible */
	else if (fd < 0)
		error("cannot read %s for the proof: %s", output, strerror(errno));
	else if (status != 0)
		error("%s: without pads the real as refuses the text", output);
	else
		holds = check(proof, fd);
	/* As gas does: a device stays. */
	if (!holds && (lstat(output, &status_of) != 0 || S_ISREG(status_of.st_mode)))
		unlink(output);
	if (fd >= 0)
		close(fd);
	return holds;
}
