# sites: 6
# A character constant takes its closing quote, if it has one.
.byte 'a'
cli
.byte 'a
sti
.byte '\n', '\\', ''', '\'', '"', ';', '#'
hlt
	mov $'x', %al; cli
.data
m: .byte 'A'
.byte 'A, '\t'
.text
cli
.if 'a' == 97
hlt
.endif
