# Symbols named like instructions are no instructions.
wbinvd:
	call wbinvd
cli = 5
sti == 6
hlt:	nop
	.set in, 4
	mov $cli, %eax
	lea ds.0(%rip), %rax
	.globl out
out:
ds.0:
	verw ds.0(%rip)
	jmp hlt
	rep = 4
	.equ lock, 5
>>>
# Symbols named like instructions are no instructions.
wbinvd:
	call wbinvd
cli = 5
sti == 6
hlt:	nop
	.set in, 4
	mov $cli, %eax
	lea ds.0(%rip), %rax
	.globl out
out:
ds.0:
	[verw ds.0(%rip)]29
	jmp hlt
	rep = 4
	.equ lock, 5
