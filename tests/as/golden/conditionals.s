# Both sides of conditionals that cannot be decided, and label differences as constants.
660:	nop
	.if . - 660b > 4
	cli
	.else
	sti
	.endif
661:	cli
	sti
662:
	.if (662b - 661b) > 4
	nop
	.endif
	.skip (662b - 661b) - 16
	.ifdef FOO
	cli
	.else
	hlt
	.endif
>>>
# Both sides of conditionals that cannot be decided, and label differences as constants.
660:	nop
	.if . - 660b > 4
	[cli]0
	.else
	[pad sti]129
	.endif
661:	[cli]0
	[pad sti]129
662:
	.if (662b - 661b) > 4
	nop
	.endif
	.skip (662b - 661b) - 16
	.ifdef FOO
	cli
	.else
	[hlt]4
	.endif
