# Segment registers as operands; as overrides of memory operands they are none.
# options: --32
	movl %ds, %eax
	mov %ax, %es
	movw %fs, (%eax)
	movw (%eax), %gs
	movl %eax, %ss
	mov %ss, %eax
	movl %fs:0x10, %eax
	movl %eax, %gs:8(%ebx)
	push %ds
	push %cs
	pushl %es
	popl %fs
	pop %gs
	pop %ss
	push %eax
	pushl %fs:4
	lss (%esp), %esp
	lds (%eax), %esi
	les (%eax), %edi
	lfs 4(%eax), %ebx
	lgs 4(%eax), %ebx
>>>
# Segment registers as operands; as overrides of memory operands they are none.
# options: --32
	[movl %ds, %eax]34
	[mov %ax, %es]33
	[movw %fs, (%eax)]34
	[movw (%eax), %gs]33
	[pad movl %eax, %ss]160
	[mov %ss, %eax]34
	movl %fs:0x10, %eax
	movl %eax, %gs:8(%ebx)
	[push %ds]44
	[push %cs]41
	[pushl %es]39
	[popl %fs]36
	[pop %gs]38
	[pad pop %ss]171
	push %eax
	pushl %fs:4
	[lss (%esp), %esp]46
	[lds (%eax), %esi]50
	[les (%eax), %edi]49
	[lfs 4(%eax), %ebx]47
	[lgs 4(%eax), %ebx]48
