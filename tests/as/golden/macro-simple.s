# Macro bodies are annotated where they are defined.
	.macro clear a b=3 c:req d:vararg
1:	mov \a, %cr3
	sti
	.endm
	clear %rax, 4, 5
	.macro nothing
	nop
	.endm
	nothing
>>>
# Macro bodies are annotated where they are defined.
	.macro clear a b=3 c:req d:vararg
1:	[mov \a, %cr3]14
	[pad sti]129
	.endm
	clear %rax, 4, 5
	.macro nothing
	nop
	.endm
	nothing
