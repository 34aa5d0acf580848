# Moves to and from control and debug registers, both spellings of the latter.
	mov %cr0, %rax
	movq %cr2,%rcx
	mov %rax, %cr3
	movq	%r8,	%cr4
	mov %rax,%cr8
	mov %db7, %rax
	mov %dr6, %rax
	movq %rax, %db0
	movq %rax, %dr7
	mov %rax, %rbx
	mov %RAX, %CR0
	movl %eax, cr0
	mov foo(%rip), %rax
	mov $cr0, %rax
>>>
# Moves to and from control and debug registers, both spellings of the latter.
	[mov %cr0, %rax]13
	[movq %cr2,%rcx]13
	[mov %rax, %cr3]14
	[movq	%r8,	%cr4]14
	[mov %rax,%cr8]14
	[mov %db7, %rax]15
	[mov %dr6, %rax]15
	[movq %rax, %db0]16
	[movq %rax, %dr7]16
	mov %rax, %rbx
	[mov %RAX, %CR0]14
	movl %eax, cr0
	mov foo(%rip), %rax
	mov $cr0, %rax
