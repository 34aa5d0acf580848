# A label between prefix and instruction does not part them; a directive does.
	rep; 1: insb
	rep
2:	insb
	rep
	.p2align 0
	insb
>>>
# A label between prefix and instruction does not part them; a directive does.
	[rep; 1: insb]11
	[rep
2:	insb]11
	rep
	.p2align 0
	[insb]11
