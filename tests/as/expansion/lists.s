# sites: 9
# Lists of arguments, taken apart by .irp; code by condition.
.macro save regs:vararg
.irp r,\regs
push \r
.endr
.endm
save %eax, %fs, %gs
.macro restore regs:vararg
.irp r,\regs
pop %\r
.endr
.endm
restore gs,fs,eax
.macro cond c, t, f
.if \c
\t
.else
\f
.endif
.endm
cond 1, cli, sti
cond 0, cli, sti
cond (2>1), "cli; hlt", nop
cond c=0 t=nop f="mov %eax, %cr3"
