/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof_shift.c - a list of steps, searched by halves.
 *
 * Invariant: the first step is at 0 with no shift.
 */
#include "proof_shift.h"

#include "diag.h"

#include <stdlib.h>

static void add(struct shift *shift, struct shift_step step)
{
	if (shift->count == shift->room) {
		shift->room = shift->room ? 2 * shift->room : 16;
		shift->steps = realloc(shift->steps, shift->room * sizeof(*shift->steps));
		if (!shift->steps)
			die("out of memory");
	}
	shift->steps[shift->count++] = step;
}

void shift_start(struct shift *shift, uint64_t size)
{
	*shift = (struct shift){.size = size};
	add(shift, (struct shift_step){0, 0, SHIFT_BEHIND});
}

void shift_free(struct shift *shift)
{
	free(shift->steps);
	*shift = (struct shift){0};
}

void shift_add(struct shift *shift, uint64_t plain, uint64_t annotated, enum shift_label label)
{
	add(shift, (struct shift_step){plain, annotated - plain, label});
}

/* The last step at or before `plain`; the first one for places before the section's beginning. */
static uint64_t find(const struct shift *shift, uint64_t plain)
{
	uint64_t low = 0, high = shift->count;

	if ((int64_t)plain < 0)
		return 0;
	while (high - low > 1) {
		uint64_t middle = low + (high - low) / 2;

		if (shift->steps[middle].plain <= plain)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Is it the place? A step counts on both its sides if its label is at least this one. */
static bool accepts(const struct shift *shift, uint64_t plain, uint64_t annotated,
		    enum shift_label least)
{
	for (uint64_t i = find(shift, plain);; i--) {
		const struct shift_step *step = &shift->steps[i];

		if (annotated - plain == step->delta)
			return true;
		if (i == 0 || step->plain != plain || step->label < least)
			return false;
	}
}

bool shift_accepts(const struct shift *shift, uint64_t plain, uint64_t annotated)
{
	return accepts(shift, plain, annotated, SHIFT_BOTH);
}

bool shift_accepts_end(const struct shift *shift, uint64_t plain, uint64_t annotated)
{
	return accepts(shift, plain, annotated, SHIFT_PAD);
}

bool shift_has(const struct shift *shift, uint64_t delta)
{
	for (uint64_t i = shift->count; i-- > 0;)
		if (shift->steps[i].delta == delta)
			return true;
	return false;
}

static uint64_t end_of(const struct shift *shift, uint64_t i)
{
	return i + 1 < shift->count ? shift->steps[i + 1].plain : shift->size;
}

bool shift_explains(const struct shift *shift, uint64_t before, uint64_t after)
{
	uint64_t first = 0;

	if (before > shift->size)
		return false;
	/* Two fingers: where the distance begins, and where it can end. */
	for (uint64_t i = 0; i < shift->count; i++) {
		uint64_t delta = shift->steps[i].delta + (after - before);

		while (first + 1 < shift->count &&
		       end_of(shift, first) < shift->steps[i].plain + before)
			first++;
		for (uint64_t j = first;
		     j < shift->count && shift->steps[j].plain <= end_of(shift, i) + before; j++)
			if (shift->steps[j].delta == delta)
				return true;
	}
	return false;
}
