# sites: 5
# Several statements in one argument.
.macro Q code
\code
.endm
Q "cli; nop; hlt"
Q "nop"
Q "pushf; pop %eax"
.macro W code
Q "\code"
.endm
W "sti; nop"
W "nop; nop"
.macro V a, b
.section .rodata
.ascii "\a"
.text
\b
.endm
V "x;y", "cli;nop"
