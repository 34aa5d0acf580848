# Intel syntax with prefixes on registers, and back.
	.intel_syntax prefix
	mov %cr0, %rax
	mov %rax, %cr0
	.intel_syntax
	mov %cr3, %rax
	.att_syntax prefix
	mov %rax, %cr3
	.att_syntax noprefix
	mov rax, cr3
>>>
# Intel syntax with prefixes on registers, and back.
	.intel_syntax prefix
	[mov %cr0, %rax]14
	[mov %rax, %cr0]13
	.intel_syntax
	[mov %cr3, %rax]14
	.att_syntax prefix
	[mov %rax, %cr3]14
	.att_syntax noprefix
	[mov rax, cr3]14
