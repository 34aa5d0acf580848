# sites: 6
# No argument's text makes a test an error.
.macro R code:vararg
\code
.endm
R cli
R .ascii "hello"
R .ascii "a;b", "c\"d\\"
R mov %cr3, %eax
R .byte 'a', 34
R mov %eax, %cr3
R nop
.macro T a, b
\a \b
.endm
T .ascii, "\"x, y\""
T hlt
T lgdt, (%eax)
.irp text, "hlt", ".ascii \"cli\"", "nop; nop"
\text
.endr
