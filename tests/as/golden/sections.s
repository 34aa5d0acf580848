# Only code that runs where it stands.
	cli
	.data
	cli
	.text
	cli
	.bss
	cli
	.section .init.text,"ax",@progbits
	cli
	.section .rodata,"a"
	cli
	.section .foo
	cli
	.section .foo.code, "ax"
	cli
	.section .altinstr_replacement,"ax"
	cli
	.section .discard.text,"ax"
	cli
	.section ".quoted.text","ax"
	cli
	.section .text.unlikely
	cli
	.section .data..page_aligned,"ax"
	cli
	.section .rodata.code,"ax"
	cli
>>>
# Only code that runs where it stands.
	[cli]0
	.data
	cli
	.text
	[cli]0
	.bss
	cli
	.section .init.text,"ax",@progbits
	[cli]0
	.section .rodata,"a"
	cli
	.section .foo
	cli
	.section .foo.code, "ax"
	[cli]0
	.section .altinstr_replacement,"ax"
	cli
	.section .discard.text,"ax"
	cli
	.section ".quoted.text","ax"
	[cli]0
	.section .text.unlikely
	[cli]0
	.section .data..page_aligned,"ax"
	cli
	.section .rodata.code,"ax"
	cli
