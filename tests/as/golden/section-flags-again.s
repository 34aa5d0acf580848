# A section named again without flags keeps those it had.
	.section .head.text,"ax"
	cli
	.section .hdata,"aw"
	cli
	.section .head.text
	cli
	.section .hdata
	cli
>>>
# A section named again without flags keeps those it had.
	.section .head.text,"ax"
	[cli]0
	.section .hdata,"aw"
	cli
	.section .head.text
	[cli]0
	.section .hdata
	cli
