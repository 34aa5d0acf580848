# sites: 5
# Labels, symbols and macros that are named like instructions, and words that begin like prefixes.
cli:	cli
sti = 5
hlt :	nop
hlt
rexec:	nop
.macro rexecs
cli
.endm
rexecs
rexecs; cli
