# sites: 2
# The absolute section takes instructions, whose bytes are dropped, but no values.
.struct 0
a:	cli
.offset 4
b:	hlt
.text
cli
.macro size name, insn:vararg
.struct 0
\insn
.equiv \name, .
.endm
size one, cli
size two, mov %cr0, %eax
.text
.if one == 1
hlt
.else
.data
.endif
