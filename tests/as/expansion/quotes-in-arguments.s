# sites: 7
# No argument's text makes a test an error.
.macro R code:vararg
\code
.endm
R cli
R .ascii "PQ"
R .ascii "P", "QR"
R mov %cr3, %eax
R .byte 'a', 34
R mov %eax, %cr4
R nop
.macro T a, b
\a \b
.endm
T .byte, 1
T hlt
T lgdt, (%eax)
.macro L code:vararg
\code
.endm
L cli
L .ascii "P\"\220"
L .ascii "PPPPP\\P"
L nop
.irp text, "hlt", ".long 4", "nop; nop"
\text
.endr
