# Lines that end in CR LF.
	cli
	hlt # x
>>>
# Lines that end in CR LF.
	[cli]0
	[hlt]4 # x
