# sites: 6
# The stack of sections, .previous and .subsection through macros.
.macro A
B
.endm
.macro B
.pushsection .data
.endm
.macro C
.popsection
.endm
A
.byte 15,48
C
cli
.macro D
.previous
.endm
.data
.text
D
.byte 15,48
D
hlt
.macro sub n
.subsection \n
.endm
sub 1
sti
sub 0
.section .init.text,"ax",@progbits
cli
.macro dsec name, flags, type=@progbits
.section \name, "\flags", \type
.endm
dsec .mycode, ax
cli
dsec .mydata, aw
.byte 15,48
dsec name=.mycode flags=ax
hlt
