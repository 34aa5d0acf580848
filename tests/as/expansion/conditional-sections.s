# sites: 2
# Conditionals inside macros that choose a section.
.macro seg s
.ifc \s,data
.data
.else
.text
.endif
.endm
seg data
.byte 15,48
seg text
cli
.if 0 == 1
.elseif 1
hlt
.else
sti
.endif
