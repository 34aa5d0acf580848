# Descriptor tables and what looks into them.
	lgdt (%rax)
	lidt foo(%rip)
	sgdt (%rsp)
	sidt (%rsp)
	lldt %ax
	ltr %ax
	sldt %eax
	str %eax
	lmsw %ax
	smsw %eax
	verr %ax
	verw foo(%rip)
	lar %eax, %ebx
	lsl %eax, %ebx
	invlpg (%rax)
	invpcid (%rax), %rbx
foo:	.quad 0
>>>
# Descriptor tables and what looks into them.
	[lgdt (%rax)]20
	[lidt foo(%rip)]21
	[sgdt (%rsp)]22
	[sidt (%rsp)]23
	[lldt %ax]24
	[ltr %ax]25
	[sldt %eax]26
	[str %eax]27
	[lmsw %ax]18
	[smsw %eax]19
	[verr %ax]28
	[verw foo(%rip)]29
	[lar %eax, %ebx]30
	[lsl %eax, %ebx]31
	[invlpg (%rax)]68
	[invpcid (%rax), %rbx]69
foo:	.quad 0
