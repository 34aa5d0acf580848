# Labels of the line stay at an instruction that has its pad behind it; a pad in front goes before
# them, so that an exception table entry for the label still names the instruction.
1:	wrmsr ; xor %eax, %eax
1:	movl %eax, %ss
a: b: 2:	rdmsr
	3 : rdmsr
"quoted name":	rdmsr
f:
	sti
4: 5:	sti
	.pushsection __ex_table, "a"
	.long 1b - .
	.popsection
>>>
# Labels of the line stay at an instruction that has its pad behind it; a pad in front goes before
# them, so that an exception table entry for the label still names the instruction.
1:	[wrmsr]74 ; xor %eax, %eax
[pad 1:	movl %eax, %ss]160
a: b: 2:	[rdmsr]73
	3 : [rdmsr]73
"quoted name":	[rdmsr]73
f:
	[pad sti]129
[pad 4: 5:	sti]129
	.pushsection __ex_table, "a"
	.long 1b - .
	.popsection
