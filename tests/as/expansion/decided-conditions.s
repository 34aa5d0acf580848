# sites: 9
# Text that is never assembled changes nothing; what can be decided is.
.if 0
.data
.endif
cli
.ifdef NEVER
.macro cli
nop
.endm
.endif
cli
.equ five, 2 + 3
.if five == 5 && (five << 1) != 11
hlt
.else
.data
.endif
cli
.ifndef five
.section .rodata
.elseif five - 4
sti
.else
.data
.endif
cli
.ifc a b, a b
.ifnc a,b
cli
.endif
.else
.data
.endif
here:
.ifdef here
.ifb
hlt
.endif
.else
.data
.endif
.ifeqs "x","y"
.data
.endif
.ifnes "x","y"
cli
.endif
.ifge five-6
.data
.endif
