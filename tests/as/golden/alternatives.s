# What an inline alternative looks like: the original is a site, the replacement is not.
# 1 "x.c" 1
	661:
	pushf; pop %rax
662:
.skip -(((6651f-6641f)-(662b-661b)) > 0) * ((6651f-6641f)-(662b-661b)),0x90
663:
.pushsection .altinstructions,"a"
 .long 661b - .
 .long 6641f - .
 .byte 663b-661b
 .byte 6651f-6641f
.popsection
.pushsection .altinstr_replacement, "ax"
6641:
	cli; pushf
6651:
.popsection
# 0 "" 2
>>>
# What an inline alternative looks like: the original is a site, the replacement is not.
# 1 "x.c" 1
	661:
	[pushf]2; pop %rax
662:
.skip -(((6651f-6641f)-(662b-661b)) > 0) * ((6651f-6641f)-(662b-661b)),0x90
663:
.pushsection .altinstructions,"a"
 .long 661b - .
 .long 6641f - .
 .byte 663b-661b
 .byte 6651f-6641f
.popsection
.pushsection .altinstr_replacement, "ax"
6641:
	cli; pushf
6651:
.popsection
# 0 "" 2
