# A macro inside a macro, and loops inside loops.
	.macro outer
	cli
	.macro inner
	sti
	.endm
	hlt
	.endm
	outer
	inner
	.rept 2
	.irp reg, %rax, %rbx
	mov \reg, %cr3
	.irpc n, 03
	mov %cr\n, %rcx
	.endr
	.endr
	.endr
	.rept 2; cli; .endr
>>>
# A macro inside a macro, and loops inside loops.
	.macro outer
	[cli]0
	.macro inner
	[pad sti]129
	.endm
	[hlt]4
	.endm
	outer
	inner
	.rept 2
	.irp reg, %rax, %rbx
	[mov \reg, %cr3]14
	.irpc n, 03
	[mov %cr\n, %rcx]13
	.endr
	.endr
	.endr
	.rept 2; [cli]0; .endr
