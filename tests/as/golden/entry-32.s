# The ways in and out of an i386 kernel, as entry_32.S writes them: segment registers with exception
# table entries, macros that are used twice, the way out of sysenter.
# options: --32
.macro SAVE_ALL pt_regs_ax=%eax
	cld
	pushl	$0
	pushl	%fs
	pushl	\pt_regs_ax
	movl	$(13*8), %eax
	movl	%eax, %fs
	pushl	%es
	pushl	%ds
	pushl	\pt_regs_ax
	movl	$(15*8+3), %edx
	movl	%edx, %ds
	movl	%edx, %es
.endm
.macro RESTORE_REGS pop=0
1:	popl	%ds
2:	popl	%es
3:	popl	%fs
4:	addl	$(4 + \pop), %esp
	.pushsection __ex_table, "a"
	.balign 4
	.long 1b - ., 2b - ., 3b - .
	.popsection
.endm
	SAVE_ALL
	RESTORE_REGS pop=4
.Lirq_return:
	iret
	.pushsection __ex_table, "a"
	.long (.Lirq_return) - .
	.popsection
	SAVE_ALL pt_regs_ax=$-38
	pushl	%ss
	pushl	(%esp)
	lss	(%esp), %esp
	movl	%ss:-4(%eax), %ecx
	btrl	$9, (%esp)
	popfl
	popl	%eax
	sti
	sysexit
.pushsection .fixup, "ax"
2:	movl	$0, 4(%esp)
	jmp	2b
.popsection
>>>
# The ways in and out of an i386 kernel, as entry_32.S writes them: segment registers with exception
# table entries, macros that are used twice, the way out of sysenter.
# options: --32
.macro SAVE_ALL pt_regs_ax=%eax
	cld
	pushl	$0
	[pushl	%fs]35
	pushl	\pt_regs_ax
	movl	$(13*8), %eax
	[movl	%eax, %fs]33
	[pushl	%es]39
	[pushl	%ds]44
	pushl	\pt_regs_ax
	movl	$(15*8+3), %edx
	[movl	%edx, %ds]33
	[movl	%edx, %es]33
.endm
.macro RESTORE_REGS pop=0
1:	[popl	%ds]45
2:	[popl	%es]40
3:	[popl	%fs]36
4:	addl	$(4 + \pop), %esp
	.pushsection __ex_table, "a"
	.balign 4
	.long 1b - ., 2b - ., 3b - .
	.popsection
.endm
	SAVE_ALL
	RESTORE_REGS pop=4
.Lirq_return:
	[iret]56
	.pushsection __ex_table, "a"
	.long (.Lirq_return) - .
	.popsection
	SAVE_ALL pt_regs_ax=$-38
	[pushl	%ss]42
	pushl	(%esp)
	[lss	(%esp), %esp]46
	movl	%ss:-4(%eax), %ecx
	btrl	$9, (%esp)
	[popfl]3
	popl	%eax
	[pad sti]129
	[sysexit]66
.pushsection .fixup, "ax"
2:	movl	$0, 4(%esp)
	jmp	2b
.popsection
