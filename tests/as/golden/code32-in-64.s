# 32-bit code in a 64-bit object has its own instructions.
	cli
	.code32
	ljmp $8, $1f
	movl %cr0, %eax
	.code64
1:	movq %cr0, %rax
>>>
# 32-bit code in a 64-bit object has its own instructions.
	[cli]0
	.code32
	[pad ljmp $8, $1f]187
	[movl %cr0, %eax]13
	.code64
1:	[movq %cr0, %rax]13
