# A mnemonic with an argument for its suffix.
	.macro io s reg
	in\s %dx, %\reg
	mov\s %\reg, %\reg
	.endm
	io b al
	io l eax
>>>
# A mnemonic with an argument for its suffix.
	.macro io s reg
	.ifeqs "in\s","ins"; [in\s %dx, %\reg]11; .else; .ifeqs "in\s","inb"; [in\s %dx, %\reg]9; .else; .ifeqs "in\s","inl"; [in\s %dx, %\reg]9; .else; in\s %dx, %\reg; .endif; .endif; .endif
	mov\s %\reg, %\reg
	.endm
	io b al
	io l eax
