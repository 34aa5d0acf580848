# sites: 2
# Where a condition cannot be decided, what its arms leave behind may be data: nothing there.
1:	nop
	.if . - 1b >= 1
	.data
	.endif
	.byte 15, 48
	.long 1
	.text
	cli
2:	nop
	.if . - 2b == 1
	.text
	sti
	.else
	.section .text.other,"ax"
	hlt
	.endif
	.text
