# sites: 4
# Loops, with and without an end that is known.
.set i, 0
.rept 3
.if i == 1
cli
.endif
.set i, i + 1
.endr
.rept 0
.data
.endr
sti
.macro count n
.if \n
hlt
count (\n - 1)
.endif
.endm
count 2
1:	nop
.rept . - 1b
.data
.endr
.text
