# A register that is an argument.
# options: --32
	.macro save r
	push \r
	mov \r, %eax
	.endm
	save %fs
	save %ecx
	save %ss
	.macro load r
	mov %eax, \r
	.endm
	load %ss
	load %cr3
	load %edx
>>>
# A register that is an argument.
# options: --32
	.macro save r
	.ifeqs "\r","%fs"; [push \r]35; .else; .ifeqs "\r","%ss"; [push \r]42; .else; push \r; .endif; .endif
	.ifeqs "\r","%fs"; [mov \r, %eax]34; .else; .ifeqs "\r","%ss"; [mov \r, %eax]34; .else; mov \r, %eax; .endif; .endif
	.endm
	save %fs
	save %ecx
	save %ss
	.macro load r
	.ifeqs "\r","%ss"; [pad mov %eax, \r]160; .else; .ifeqs "\r","%cr3"; [mov %eax, \r]14; .else; mov %eax, \r; .endif; .endif
	.endm
	load %ss
	load %cr3
	load %edx
