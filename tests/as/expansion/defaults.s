# sites: 9
# Default values, empty arguments, names.
.rept 2
.irp x, cli, "sti; nop", "mov %cr0, %eax"
\x
.endr
.endr
.macro lots a=1 b=2 c:vararg
.if \a
.ifnb \c
\c
.endif
.endif
.endm
lots
lots 1,2,hlt
lots 0,2,hlt
lots 1,,mov %eax,%cr2
lots , , cli
lots b=3
