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
	.ifeqs "\s","b"; [in\s %dx, %\reg]9; .else; .ifeqs "\s","l"; [in\s %dx, %\reg]9; .else; in\s %dx, %\reg; .endif; .endif
	mov\s %\reg, %\reg
	.endm
	io b al
	io l eax
