# Directives that look at code.
f:	cli
	.size f, .-f
	.cfi_sections .debug_frame
	.p2align 4,,10
	.org 64
	sti
	.uleb128 1f-f
1:
>>>
# Directives that look at code.
f:	[cli]0
	.size f, .-f
	.cfi_sections .debug_frame
	.p2align 4,,10
	.org 64
	[pad sti]129
	.uleb128 1f-f
1:
