# sites: 3
# .purgem, and a macro that comes and goes.
.macro cli
nop
.endm
cli
.purgem cli
cli
.macro hlt
.byte 0x90
.endm
.macro take op
\op
.endm
.purgem hlt
take hlt
.macro early
sti
.exitm
.data
.endm
early
.if 1
.else
.purgem early
.endif
