# Both sides of conditionals, and label differences over sites as constants.
	.ifdef FOO
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
>>>
# Both sides of conditionals, and label differences over sites as constants.
	.ifdef FOO
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
