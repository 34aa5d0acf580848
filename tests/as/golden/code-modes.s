# 16-bit code passes through.
# options: --32
	.code16
	cli
	.code32
	cli
	.code16gcc
	cli
	movl %eax, %cr0
	.code32
	push %ds
>>>
# 16-bit code passes through.
# options: --32
	.code16
	cli
	.code32
	[cli]0
	.code16gcc
	cli
	movl %eax, %cr0
	.code32
	[push %ds]44
