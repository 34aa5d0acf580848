# Intel syntax from the command line.
# options: -msyntax=intel -mnaked-reg
	mov cr0, rax
	mov rax, cr0
>>>
# Intel syntax from the command line.
# options: -msyntax=intel -mnaked-reg
	[mov cr0, rax]14
	[mov rax, cr0]13
