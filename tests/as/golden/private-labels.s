# The file uses the labels that we prefer: others are taken. References across sites hold.
98761:	nop
	cli
	jmp 98761b
1:	cli
	jmp 1b
	jmp 1f
	cli
1:
>>>
# The file uses the labels that we prefer: others are taken. References across sites hold.
98761:	nop
	[cli]0
	jmp 98761b
1:	[cli]0
	jmp 1b
	jmp 1f
	[cli]0
1:
