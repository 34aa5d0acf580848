# Far jumps and calls of 32-bit code.
# options: --32
	ljmp $8, $1f
	ljmp *%cs:foo
	lcall $0x10, $foo
	lcall *4(%eax)
	lret
	lretl $4
1:
foo:	nop
>>>
# Far jumps and calls of 32-bit code.
# options: --32
	[pad ljmp $8, $1f]187
	[pad ljmp *%cs:foo]188
	[pad lcall $0x10, $foo]189
	[pad lcall *4(%eax)]190
	[pad lret]186
	[pad lretl $4]185
1:
foo:	nop
