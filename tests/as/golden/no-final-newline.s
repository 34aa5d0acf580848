# The last line has no end.
	cli
>>>
# The last line has no end.
	[cli]0
