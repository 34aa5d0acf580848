# A prefix belongs to the instruction, in the same statement, the next one, or the next line.
	rep insb
	rep; insb
	rep
	outsl
	REP; INSL
	rep/insb
1:	rep
	# a comment between
	insw
	data16 lgdt (%rax)
	rex64; lgdt (%rax)
	addr32 insb
	lock; addl $1, (%rax)
	rep; nop
	cli
	rep movsb
	lock
	nop
	hlt
	{disp32} lgdt (%rax)
>>>
# A prefix belongs to the instruction, in the same statement, the next one, or the next line.
	[rep insb]11
	[rep; insb]11
	[rep
	outsl]12
	[REP; INSL]11
	[rep/insb]11
1:	[rep
	# a comment between
	insw]11
	[data16 lgdt (%rax)]20
	[rex64; lgdt (%rax)]20
	[addr32 insb]11
	lock; addl $1, (%rax)
	rep; nop
	[cli]0
	rep movsb
	lock
	nop
	[hlt]4
	[{disp32} lgdt (%rax)]20
