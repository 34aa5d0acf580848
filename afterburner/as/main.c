/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - the drop-in assembler: annotate, and let the real one assemble.
 *
 * Invariant: whenever there is nothing to annotate, the real assembler runs on the very command
 * line we were given, in our place.
 */
#include "annotate.h"
#include "dependencies.h"
#include "diag.h"
#include "exclude.h"
#include "hint.h"
#include "input.h"
#include "options.h"
#include "proof.h"
#include "realas.h"
#include "words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_stdin(const char *input)
{
	return strcmp(input, "-") == 0;
}

/* Read all inputs. Returns false if one cannot be read; the real as says it best. */
static bool read_inputs(const struct options *o, struct source *sources)
{
	for (unsigned int i = 0; i < o->input_count; i++) {
		struct source *source = &sources[i];
		struct input in;

		if (!input_read(&in, o->inputs[i]))
			return false;
		source->text = (struct span){in.data, in.data + in.size};
		source->is_stdin = o->input_count == 1 && is_stdin(o->inputs[i]);
		source->name = o->inputs[i];
		if (is_stdin(source->name))
			source->name = source->is_stdin ? "{standard input}" : REALAS_STDIN;
	}
	return true;
}

/* gas refuses to write over one of its inputs; so it must get to see them. */
static bool writes_input(const struct options *o)
{
	struct stat output, input;

	if (stat(o->output, &output) != 0 || !S_ISREG(output.st_mode))
		return false;
	for (unsigned int i = 0; i < o->input_count; i++)
		if (stat(o->inputs[i], &input) == 0 && input.st_dev == output.st_dev &&
		    input.st_ino == output.st_ino)
			return true;
	return false;
}

/* What we took from standard input, the real as gets back. */
static void give_back_stdin(const struct options *o, const struct source *sources)
{
	for (unsigned int i = 0; i < o->input_count; i++) {
		struct span text = sources[i].text;

		if (!is_stdin(o->inputs[i]) || !text.begin)
			continue;
		if (dup2(realas_text_fd(text.begin, span_length(text)), STDIN_FILENO) < 0)
			die("cannot restore standard input: %s", strerror(errno));
		return;
	}
}

/* A text without sites: the real as does it all, and the proof looks for what was missed. */
static int run_plain(const struct options *o, const struct source *sources, const char *real,
		     const struct annotator *annotator)
{
	struct proof proof = {o, sources, real, annotator->several_modes, 0, -1};
	int status = realas_wait(real, realas_start(real, o->given, -1, -1, -1));

	return proof_holds(&proof, status == 0) ? 0 : status ? status : 1;
}

static bool is_to_be_proved(const struct options *o, const struct annotator *annotator)
{
	return o->proof == PROOF_ALWAYS ||
	       (o->proof == PROOF_OF_DISTANCES && annotator->short_distances);
}

static int run_annotated(const struct options *o, const struct source *sources, const char *real,
			 const struct annotator *annotator)
{
	struct proof proof = {o, sources, real, annotator->several_modes, 0, -1};
	struct buffer messages = {0};
	bool prove = is_to_be_proved(o, annotator);
	int status;

	if (prove)
		proof_start(&proof);
	status = realas_run(real, o->rest, &annotator->emitter.out,
			    sources[0].is_stdin ? NULL : sources[o->input_count - 1].name,
			    &messages);
	if (status != 0) {
		give_back_stdin(o, sources);
		if (realas_accepts(real, o->given))
			hint(annotator, &messages);
	}
	if (prove && !proof_holds(&proof, status == 0))
		return status ? status : 1;
	if (status == 0 && o->dependencies)
		dependencies_complete(o->dependencies, sources, o->input_count);
	return status;
}

int main(int argc, char **argv)
{
	static struct annotator annotator;
	struct options o;
	struct source *sources;
	const char *real;

	options_parse(&o, argc, argv);
	real = realas_find();
	if (o.plain || excluded(o.output) || writes_input(&o))
		realas_exec(real, o.given);
	sources = calloc(o.input_count, sizeof(*sources));
	if (!sources)
		die("out of memory");
	words_init();
	if (read_inputs(&o, sources))
		annotate(&annotator, &o.policy, sources, o.input_count);
	if (annotator.emitter.sites == 0) {
		give_back_stdin(&o, sources);
		if (o.proof == PROOF_ALWAYS && annotator.sources)
			return run_plain(&o, sources, real, &annotator);
		realas_exec(real, o.given);
	}
	return run_annotated(&o, sources, real, &annotator);
}
