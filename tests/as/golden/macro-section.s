# A body may change section for itself; the change ends with it. A call can leave one behind.
	.macro table
	.pushsection .data
	cli
	.popsection
	cli
	.endm
	cli
	table
	.macro to_data
	.data
	.endm
	.macro to_text
	.text
	.endm
	cli
	to_data
	cli
	to_text
	cli
	.data
	.macro late
	cli
	.endm
	cli
>>>
# A body may change section for itself; the change ends with it. A call can leave one behind.
	.macro table
	.pushsection .data
	cli
	.popsection
	[cli]0
	.endm
	[cli]0
	table
	.macro to_data
	.data
	.endm
	.macro to_text
	.text
	.endm
	[cli]0
	to_data
	cli
	to_text
	[cli]0
	.data
	.macro late
	[cli]0
	.endm
	cli
