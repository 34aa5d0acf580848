# sites: 16
# Mnemonic and operands from several arguments.
.macro I op, arg
\op \arg
.endm
I push %fs
I cli
I push %eax
.macro M a:req, b:vararg
\b
.endm
M x, mov %cr0, %eax
M x, nop
M y, mov %eax , %cr4
.macro P s
pushf\()\s
.endm
P l
.macro R
iret\()l
.endm
R
.macro three a b c
\a\b %eax, %\c
.endm
three mo v cr3
three mo vl cr3
three ad d ebx
.macro at o
.L\@_\o:	\o
.endm
at sti
at nop
.macro byname op=cli, r
\op \r
.endm
byname
byname r=%fs, op=push
byname op = nop
.macro outer o
.macro inner p
\o \p
\p
.endm
inner wbinvd
.purgem inner
.endm
.macro nothing a
.endm
outer nothing
.irpc c, 0234
mov %cr\c, %eax
.endr
