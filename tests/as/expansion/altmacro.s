# sites: 5
# Alternate macro mode: arguments without a backslash, angle brackets.
.altmacro
.macro m op, arg
op arg
.endm
m cli
m push, <%fs>
m nop
.macro w text
text
.endm
w <mov %cr3, %eax>
w <nop>
.macro l b
nop
.endm
l 1
.noaltmacro
hlt
.macro x op
\op
.endm
x sti
