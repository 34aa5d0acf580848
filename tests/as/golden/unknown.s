# What is not known passes.
# rejected
	frobnicate %eax
	.frob cli
	cli %eax
	mov
	cli
	%
	@ cli
	}{ cli
	\ cli
>>>
# What is not known passes.
# rejected
	frobnicate %eax
	.frob cli
	cli %eax
	mov
	[cli]0
	%
	@ cli
	}{ cli
	\ cli
