# In 64-bit code only fs and gs can be pushed.
	push %fs
	popq %gs
	pushq %rax
	mov %rax, %ds
	movl %eax, %fs
	rdfsbase %rax
	rdgsbase %rcx
	wrfsbase %eax
	wrgsbase %r15
	lgs (%rax), %ebx
>>>
# In 64-bit code only fs and gs can be pushed.
	[push %fs]35
	[popq %gs]38
	pushq %rax
	[mov %rax, %ds]33
	[movl %eax, %fs]33
	[rdfsbase %rax]52
	[rdgsbase %rcx]53
	[wrfsbase %eax]54
	[wrgsbase %r15]55
	[lgs (%rax), %ebx]48
