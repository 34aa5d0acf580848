# sites: 6
# gas writes int with 3 as int3, however the 3 comes about.
.equ BP, 3
int $BP
int $3
int $(1 + 2)
int $0x3
int $BP + 1
int $BP - 3
int $0x80
int $later
int $(later + 3)
.equ later, 3
int $later
.set later, 4
int $later
.irp n, 3, 4
int $\n
.endr
