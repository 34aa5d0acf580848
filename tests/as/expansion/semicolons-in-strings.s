# sites: 1
# No test bears a string with a semicolon: the macro's statement is left alone.
.macro R code:vararg
\code
.endm
R .ascii "a;b"
R nop
cli
