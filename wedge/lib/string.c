/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * string.c - memory and string primitives.
 *
 * String instructions leave the vector registers alone, which hold the guest's values. They work on
 * words of the wedge's own width: %z makes the suffix from the size of the operand.
 *
 * Invariant: touches no floating-point or vector state.
 */
#include <stdbool.h>
#include <wedge/lib.h>

void *memcpy(void *to, const void *from, size_t size)
{
	void *at = to;
	size_t words = size / sizeof(words);

	/*
	 * Most copies are of a few words: then whole words are faster than the start-up of rep
	 * movsb.
	 */
	size %= sizeof(words);
	__asm__ volatile("rep movs%z2" : "+D"(at), "+S"(from), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(size) : : "memory");
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	if (t <= f || t >= f + size)
		return memcpy(to, from, size);
	while (size--)
		t[size] = f[size];
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	void *at = to;
	size_t words = size / sizeof(words);

	size %= sizeof(words);
	__asm__ volatile("rep stos%z1"
			 : "+D"(at), "+c"(words)
			 : "a"((unsigned char)byte * ((size_t)-1 / 0xff))
			 : "memory");
	__asm__ volatile("rep stosb" : "+D"(at), "+c"(size) : "a"(byte) : "memory");
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *x = a, *y = b;
	size_t words = size / sizeof(words);
	bool differ;

	/* Words first. The comparison in front sets the flags if there is none. */
	size %= sizeof(words);
	__asm__ volatile("cmp %2, %2\n\trepe cmps%z2"
			 : "+S"(x), "+D"(y), "+c"(words), "=@ccne"(differ)
			 :
			 : "memory");
	if (differ) {
		x -= sizeof(words);
		y -= sizeof(words);
		size = sizeof(words);
	}
	for (; size; size--, x++, y++) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}
