# Cases with the pad in front, a default value, and .irp.
	.macro one op=sti
	\op
	nop
	.endm
	one
	one nop
	.irp op, cli, nop
	\op
	.endr
>>>
# Cases with the pad in front, a default value, and .irp.
	.macro one op=sti
	.ifeqs "\op","sti"; [pad \op]129; .else; \op; .endif
	nop
	.endm
	one
	one nop
	.irp op, cli, nop
	.ifeqs "\op","cli"; [\op]0; .else; \op; .endif
	.endr
