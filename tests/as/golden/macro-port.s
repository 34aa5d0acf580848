# A port that is an argument: sensitive in any case, so the pad says: decode.
	.macro port p
	outb %al, \p
	.endm
	port $0x80
	port %dx
>>>
# A port that is an argument: sensitive in any case, so the pad says: decode.
	.macro port p
	[outb %al, \p]86
	.endm
	port $0x80
	port %dx
