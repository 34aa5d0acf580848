# Transfers have the pad in front, so that an unwind hint may follow; iret may fault and has it behind.
	iretq
	iret
	lretq
	lret $8
	ljmp *(%rax)
	ljmpl *8(%rax)
	lcall *foo(%rip)
	syscall
	sysretq
	sysretl
	sysenter
	sysexit
	int $0x80
	int $3
	int $0x3
	int3
	ret
	jmp *(%rax)
foo:	nop
>>>
# Transfers have the pad in front, so that an unwind hint may follow; iret may fault and has it behind.
	[iretq]56
	[iret]56
	[pad lretq]186
	[pad lret $8]185
	[pad ljmp *(%rax)]188
	[pad ljmpl *8(%rax)]188
	[pad lcall *foo(%rip)]190
	[pad syscall]191
	[pad sysretq]192
	[pad sysretl]192
	[pad sysenter]193
	[pad sysexit]194
	[int $0x80]67
	int $3
	int $0x3
	int3
	ret
	jmp *(%rax)
foo:	nop
