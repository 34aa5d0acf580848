# Alternate macro mode.
	.altmacro
	.macro twice value
	LOCAL again
again:	cli
	mov $value, %eax
	jmp again
	.endm
	twice %1+2
	twice <3>
	.noaltmacro
>>>
# Alternate macro mode.
	.altmacro
	.macro twice value
	LOCAL again
again:	[cli]0
	mov $value, %eax
	jmp again
	.endm
	twice %1+2
	twice <3>
	.noaltmacro
