# Code handed over in quotes is annotated there, if the macro puts it into code.
	.macro ALT old, new, n=0
140:	\old
141:
	.pushsection .altinstr_replacement,"ax"
	\new
	.popsection
	.endm
	ALT "pushf; pop %rax", "cli; nop"
	ALT new="cli; nop", old="mov %cr3, %rax"
	ALT "nop; nop", "sti; hlt"
	.data
	ALT "cli; nop", "nop"
>>>
# Code handed over in quotes is annotated there, if the macro puts it into code.
	.macro ALT old, new, n=0
.ifeqs "\old","mov %cr3, %rax"; 140:	[\old]13; .else; 140:	\old; .endif
141:
	.pushsection .altinstr_replacement,"ax"
	\new
	.popsection
	.endm
	ALT "[pushf]2; pop %rax", "cli; nop"
	ALT new="cli; nop", old="mov %cr3, %rax"
	ALT "nop; nop", "sti; hlt"
	.data
	ALT "cli; nop", "nop"
