/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proof_fill.c - skip fill of different lengths.
 *
 * Invariant: only called where the sides differ, so code that happens to be a NOP is compared like
 * any other.
 */
#include "proof_fill.h"

#include <afterburn/length.h>
#include <afterburn/sites.h>

/* lea 0(%esi), %esi in its many forms: no effect (i386 fill). */
static bool is_lea_to_itself(const unsigned char *code, const struct afterburn_layout *l)
{
	unsigned char modrm = code[l->modrm_at];
	unsigned int base = modrm & 7;

	if (modrm >> 6 != 3 && base == 4)
		base = code[l->modrm_at + 1] & 7;
	for (unsigned int i = 0; i < l->disp_size; i++)
		if (code[l->disp_at + i])
			return false;
	return base == (modrm >> 3 & 7);
}

static bool is_nop(const unsigned char *code, const struct afterburn_layout *l,
		   enum afterburn_code_mode mode)
{
	unsigned char modrm = code[l->modrm_at];

	if (l->vector)
		return false;
	if (l->map == AFTERBURN_MAP_0F)
		return l->opcode == 0x1f;
	switch (l->opcode) {
	case 0x90:
	case 0xcc:
		return l->map == AFTERBURN_MAP_1B;
	case 0x8d:
		return is_lea_to_itself(code, l);
	case 0x89: /* mov %esi, %esi */
		return mode != AFTERBURN_CODE_64 && modrm >> 6 == 3 &&
		       (modrm >> 3 & 7) == (modrm & 7);
	default:
		return false;
	}
}

/* Bytes of one piece of fill at `at`, or 0. */
static uint64_t piece(struct ab_bytes code, uint64_t at, enum afterburn_code_mode mode)
{
	struct afterburn_layout l;
	unsigned char kind, length;
	struct ab_bytes pad;

	if (at >= code.size)
		return 0;
	if (code.data[at] == 0)
		return 1;
	if (ab_slice(code, at, AFTERBURN_PAD_LEN, &pad) &&
	    afterburn_pad_parse(pad.data, &kind, &length))
		return 0;
	if (!afterburn_length(code.data + at, code.size - at, mode, &l) ||
	    !is_nop(code.data + at, &l, mode))
		return 0;
	return l.length;
}

/* Long fill begins with a jump to its end. */
static uint64_t jump(struct ab_bytes code, uint64_t at, enum afterburn_code_mode mode)
{
	struct afterburn_layout l;
	uint64_t end, next;

	if (!afterburn_length(code.data + at, code.size - at, mode, &l) || !l.relative ||
	    (l.opcode != 0xeb && l.opcode != 0xe9))
		return 0;
	end = at + l.length + ab_get(code.data + at + l.imm_at, l.imm_size);
	for (at += l.length; at < end; at += next) {
		next = piece(code, at, mode);
		if (next == 0)
			return 0;
	}
	return at == end ? end : 0;
}

static uint64_t fill_end(struct ab_bytes code, uint64_t at, enum afterburn_code_mode mode)
{
	uint64_t next = at < code.size ? jump(code, at, mode) : 0;

	if (next)
		at = next;
	while ((next = piece(code, at, mode)))
		at += next;
	return at;
}

/* The largest power of two that divides the address. */
static uint64_t alignment(uint64_t address)
{
	return address ? address & -address : (uint64_t)1 << 63;
}

/* Does an alignment explain that fill from here ends there? None at all may be too long to make. */
static bool is_aligned(uint64_t p, uint64_t p_end, uint64_t a, uint64_t a_end)
{
	uint64_t common = (uint64_t)1 << 63;

	if (p_end > p)
		common = alignment(p_end);
	if (a_end > a && alignment(a_end) < common)
		common = alignment(a_end);
	return p_end - p < common && a_end - a < common;
}

bool fill_skip(struct ab_bytes plain, struct ab_bytes annotated, enum afterburn_code_mode mode,
	       const struct shift *shift, uint64_t *p, uint64_t *a)
{
	uint64_t p_end = fill_end(plain, *p, mode), a_end = fill_end(annotated, *a, mode);

	/* NOPs behind the fill belong to the program; they are the same on both sides. */
	while (p_end > *p || a_end > *a) {
		if (is_aligned(*p, p_end, *a, a_end) || shift_has(shift, a_end - p_end)) {
			*p = p_end;
			*a = a_end;
			return true;
		}
		if (p_end == *p || a_end == *a ||
		    plain.data[p_end - 1] != annotated.data[a_end - 1])
			return false;
		p_end--;
		a_end--;
	}
	return false;
}
