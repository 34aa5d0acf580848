# sites: 7
# Sections that macros choose: nested, by argument, in both directions.
.macro B
.text
.endm
.macro A
B
.endm
.data
A
cli
.macro S n
.section \n,"ax"
.endm
S .foo
cli
.macro D n,f
.section \n,"\f"
.endm
D .dat,aw
.byte 15,48
.long 1
D .code,ax
hlt
.macro both
.byte 15,48
.endm
.data
both
.text
cli
.macro in_data op
.pushsection .data
.long 1
.byte 15,48
.popsection
\op
.endm
in_data sti
in_data nop
.macro P n:vararg
.pushsection \n
.endm
P .text.more, "ax", @progbits
cli
.popsection
.irp sec, .data, .text
.section \sec
.endr
cli
