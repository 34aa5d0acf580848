# The file uses the labels that we prefer: others are taken. References across sites hold.
987654321:	nop
	cli
	jmp 987654321b
1:	cli
	jmp 1b
	jmp 1f
	cli
1:
>>>
# The file uses the labels that we prefer: others are taken. References across sites hold.
987654321:	nop
	[cli]0
	jmp 987654321b
1:	[cli]0
	jmp 1b
	jmp 1f
	[cli]0
1:
