# A mnemonic that is an argument: a case for each word that the file passes.
	.macro op_safe op
	.globl \op\()_safe
\op\()_safe:
1:	\op
	ret
	.endm
	op_safe rdmsr
	op_safe wrmsr
	op_safe nop
>>>
# A mnemonic that is an argument: a case for each word that the file passes.
	.macro op_safe op
	.globl \op\()_safe
\op\()_safe:
.ifeqs "\op","rdmsr"; 1:	[\op]73; .else; .ifeqs "\op","wrmsr"; 1:	[\op]74; .else; 1:	\op; .endif; .endif
	ret
	.endm
	op_safe rdmsr
	op_safe wrmsr
	op_safe nop
