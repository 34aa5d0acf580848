# sites: 1
# The same body in code and in data: no argument tells, so nothing is written into the data.
.macro both
.byte 15,48
.endm
both
.data
both
.text
cli
