# Intel syntax: far transfers.
# options: --32
	.intel_syntax noprefix
	jmp far ptr [eax]
	jmp fword ptr [eax]
	call fword ptr [eax]
	jmp 0x10:0x20
	jmp DWORD PTR ds:[eax]
	jmp eax
	call foo
	retf
foo:	ret
>>>
# Intel syntax: far transfers.
# options: --32
	.intel_syntax noprefix
	[pad jmp far ptr [eax]]188
	[pad jmp fword ptr [eax]]188
	[pad call fword ptr [eax]]190
	[pad jmp 0x10:0x20]187
	jmp DWORD PTR ds:[eax]
	jmp eax
	call foo
	[pad retf]186
foo:	ret
