/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * classify.c - is this instruction statement a site, and of which instruction?
 *
 * Invariant: instructions are tried in insns.def's order, and the first that fits wins.
 */
#include "classify.h"

#include "words.h"

#include <string.h>

static bool exists(const struct afterburn_insn *insn, enum afterburn_code_mode mode)
{
	return insn->modes &
	       (mode == AFTERBURN_CODE_64 ? AFTERBURN_MODES_64 : AFTERBURN_MODES_16_32);
}

static bool wanted(const struct afterburn_insn *insn, const struct code *code)
{
	return insn->policy == AFTERBURN_POLICY_ALWAYS || code->classes >> insn->class_ & 1;
}

static bool is_port(const struct afterburn_insn *insn)
{
	return insn->operands == AFTERBURN_OPERANDS_PORT_IMM ||
	       insn->operands == AFTERBURN_OPERANDS_PORT_DX;
}

/* `jmp far ...` is Intel's spelling of the mnemonic that AT&T begins with an l. */
static const struct word *find_far(struct span text, struct span operands, const struct code *code)
{
	char word[12] = "l";
	size_t length = span_length(text);

	if (!code->syntax.intel || length + 1 > sizeof(word) ||
	    !operands_are_far(operands, &code->syntax))
		return NULL;
	memcpy(word + 1, text.begin, length);
	return words_find((struct span){word, word + 1 + length});
}

static int choose(const struct word *word, struct span text, const struct code *code)
{
	struct operands operands;
	bool maybe_port = false;

	operands_split(text, &operands);
	for (unsigned int i = 0; i < word->count; i++) {
		const struct afterburn_insn *insn = &afterburn_insns[word->ids[i]];
		enum fit fit;

		if (!exists(insn, code->mode))
			continue;
		fit = operands_fit(insn->operands, &operands, &code->syntax);
		if (fit == FIT_YES)
			return wanted(insn, code) ? word->ids[i] : NO_SITE;
		maybe_port |= fit == FIT_MAYBE && is_port(insn);
	}
	/* Port input and output is sensitive whichever form the macro argument selects. */
	return maybe_port ? AFTERBURN_INSN_DECODE : NO_SITE;
}

/* The operands without the comments among them, in `out`; they must fit. */
static bool strip_comments(struct span *text, char *out, size_t room)
{
	size_t size = 0;

	if (span_length(*text) > room)
		return false;
	for (const char *p = text->begin; p < text->end; p++) {
		if (*p == '/' && p + 1 < text->end && p[1] == '*') {
			p = memmem(p + 2, (size_t)(text->end - p) - 2, "*/", 2);
			if (!p)
				return false;
			p++;
			out[size++] = ' ';
		} else {
			out[size++] = *p;
		}
	}
	*text = span_trim((struct span){out, out + size});
	return true;
}

int classify(struct span text, struct span operands, const struct code *code)
{
	const struct word *word = words_find(text);
	char stripped[256];

	if (!word)
		word = find_far(text, operands, code);
	if (!word)
		return NO_SITE;
	if (operands.begin < operands.end &&
	    memmem(operands.begin, span_length(operands), "/*", 2) &&
	    !strip_comments(&operands, stripped, sizeof(stripped)))
		return NO_SITE;
	return choose(word, operands, code);
}

bool casts_shadow(enum afterburn_insn_id id)
{
	/* All others with the pad in front have it there for unwinders, not for the processor. */
	return afterburn_insns[id].place == AFTERBURN_PLACE_BEFORE &&
	       afterburn_insns[id].class_ != AFTERBURN_CLASS_XFER;
}
