/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - the drop-in assembler: annotate, and let the real one assemble.
 *
 * Invariant: whenever there is nothing to annotate, the real assembler runs on the very command
 * line we were given, in our place.
 */
#include "annotate.h"
#include "diag.h"
#include "exclude.h"
#include "input.h"
#include "options.h"
#include "realas.h"
#include "words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Read all inputs. Returns false if one cannot be read; the real as says it best. */
static bool read_inputs(const struct options *o, struct span *texts)
{
	for (unsigned int i = 0; i < o->input_count; i++) {
		struct input in;

		if (!input_read(&in, o->inputs[i]))
			return false;
		texts[i] = (struct span){in.data, in.data + in.size};
	}
	return true;
}

static bool reads_stdin(const struct options *o)
{
	for (unsigned int i = 0; i < o->input_count; i++)
		if (strcmp(o->inputs[i], "-") == 0)
			return true;
	return false;
}

/* Several texts follow each other as gas reads them: each begins on a line of its own. */
static void annotate_all(struct annotator *a, const struct options *o, const struct span *texts)
{
	annotate_start(a, &o->policy, texts, o->input_count);
	for (unsigned int i = 0; i < o->input_count; i++) {
		const char *name = o->inputs[i];

		if (strcmp(name, "-") == 0)
			name = o->input_count == 1 ? NULL : "{standard input}";
		annotate_text(a, texts[i], name);
		if (i + 1 < o->input_count && span_length(texts[i]) > 0 && texts[i].end[-1] != '\n')
			buffer_text(&a->emitter.out, "\n");
	}
}

/* No site: the real as does it alone. What we took from standard input it gets back. */
static void hand_over(const char *real, const struct options *o, const struct span *texts)
{
	for (unsigned int i = 0; i < o->input_count; i++) {
		int fd;

		if (!texts || strcmp(o->inputs[i], "-") != 0)
			continue;
		fd = realas_text_fd(texts[i].begin, span_length(texts[i]));
		if (dup2(fd, STDIN_FILENO) < 0)
			die("cannot restore standard input: %s", strerror(errno));
		break;
	}
	realas_exec(real, o->given);
}

int main(int argc, char **argv)
{
	static struct annotator annotator;
	struct buffer messages = {0};
	struct options o;
	struct span *texts;
	const char *real;
	int status;

	options_parse(&o, argc, argv);
	real = realas_find();
	if (o.plain || excluded(o.output))
		hand_over(real, &o, NULL);
	texts = calloc(o.input_count, sizeof(*texts));
	if (!texts)
		die("out of memory");
	if (!read_inputs(&o, texts)) {
		if (reads_stdin(&o))
			die("cannot read an input: %s", strerror(errno));
		hand_over(real, &o, NULL);
	}
	words_init();
	annotate_all(&annotator, &o, texts);
	if (annotator.emitter.sites == 0)
		hand_over(real, &o, texts);
	status = realas_run(real, o.rest, annotator.emitter.out.data, annotator.emitter.out.size,
			    &messages);
	return status;
}
