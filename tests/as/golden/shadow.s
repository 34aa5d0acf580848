# sti, mov and pop to ss hold off interrupts: pad in front, nothing behind.
# options: --32
	sti; hlt
	sti
	nop
	sti; sysexit
	sti

# comment
1:	iret
	movl %eax, %ss
	movl %ecx, %esp
	pop %ss
	cli
	iret
>>>
# sti, mov and pop to ss hold off interrupts: pad in front, nothing behind.
# options: --32
	[pad sti]129; [hlt]4
	[pad sti]129
	nop
	[pad sti]129; [sysexit]66
	[pad sti]129

# comment
1:	[iret]56
	[pad movl %eax, %ss]160
	movl %ecx, %esp
	[pad pop %ss]171
	[cli]0
	[iret]56
