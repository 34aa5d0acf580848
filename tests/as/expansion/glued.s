# sites: 9
# Mnemonics and operands glued from arguments.
.macro x86op op, sfx, a:vararg
\op\()\sfx \a
.endm
x86op pus, hf
x86op po, pf
x86op mov, l, %cr0, %eax
x86op mov, l, %eax, %ebx
x86op in, b, %dx, %al
x86op in,"b $0x60,",%al
.macro two a b
\a\b
.endm
two c li
two s ti
two no p
two ire t
.macro pre p, i
\p \i
.endm
pre rep, insb
pre rep, movsb
