# No word passed is sensitive: the body stays.
	.macro arith op a b
	\op \a, \b
	.endm
	arith addl %eax, %ebx
	arith op=subl a=%eax b=%ebx
>>>
# No word passed is sensitive: the body stays.
	.macro arith op a b
	\op \a, \b
	.endm
	arith addl %eax, %ebx
	arith op=subl a=%eax b=%ebx
