# A string goes on over the line's end, as in gas (which warns).
# rejected
	.ascii "abc
	cli
"
	cli
>>>
# A string goes on over the line's end, as in gas (which warns).
# rejected
	.ascii "abc
	cli
"
	[cli]0
