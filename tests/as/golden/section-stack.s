# pushsection, popsection, previous, subsection.
	.text
	cli
	.pushsection .data
	cli
	.pushsection .init.text,"ax"
	cli
	.popsection
	cli
	.popsection
	cli
	.data
	cli
	.previous
	cli
	.previous
	cli
	.text
	.subsection 1
	cli
	.previous
	cli
	.pushsection .x, 1, "ax"; cli; .popsection; cli
	.popsection
>>>
# pushsection, popsection, previous, subsection.
	.text
	[cli]0
	.pushsection .data
	cli
	.pushsection .init.text,"ax"
	[cli]0
	.popsection
	cli
	.popsection
	[cli]0
	.data
	cli
	.previous
	[cli]0
	.previous
	cli
	.text
	.subsection 1
	[cli]0
	.previous
	[cli]0
	.pushsection .x, 1, "ax"; [cli]0; .popsection; [cli]0
	.popsection
