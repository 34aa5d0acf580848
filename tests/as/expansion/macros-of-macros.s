# sites: 2
# Macros that define macros, whose names are put together.
.macro outer a
.macro in\a x
\x
.endm
.endm
outer 1
in1 cli
in1 nop
outer z
inz hlt
