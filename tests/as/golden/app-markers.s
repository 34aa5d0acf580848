# What gcc writes around inline assembly.
#APP
# 12 "x.c" 1
	cli
# 0 "" 2
#NO_APP
	ret
	.ident	"GCC: cli"
>>>
# What gcc writes around inline assembly.
#APP
# 12 "x.c" 1
	[cli]0
# 0 "" 2
#NO_APP
	ret
	.ident	"GCC: cli"
