# A macro with an instruction's name is what gas takes.
	.macro cli
	nop
	.endm
	cli
	CLI
	.purgem cli
	cli
>>>
# A macro with an instruction's name is what gas takes.
	.macro cli
	nop
	.endm
	cli
	CLI
	.purgem cli
	[cli]0
