# sites: 4
# A semicolon inside quotes, which only a macro call bears.
.macro R code:vararg
\code
.endm
R .ascii "P;P"
R nop
R cli
R pushf; nop
R mov %cr3, %eax
cli
