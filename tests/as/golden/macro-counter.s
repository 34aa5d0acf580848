# \@ and names made of arguments.
	.macro wait name
.Lwait\@:
	hlt
\name\()_\@: cli
	jmp .Lwait\@
	.endm
	wait a
	wait b
>>>
# \@ and names made of arguments.
	.macro wait name
.Lwait\@:
	[hlt]4
\name\()_\@: [cli]0
	jmp .Lwait\@
	.endm
	wait a
	wait b
