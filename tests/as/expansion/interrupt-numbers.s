# sites: 2
# Numbers of interrupts in every spelling.
.macro int3ish n
int $\n
.endm
int3ish 3
int3ish 4
int3ish (1+2)
int3ish 0x03
.set N, 2
N2 = N + 1
int $N2
int $N2+1
int $(N2 * 1)
int $~-4
int $03
int $0b11
int $(4-1)
int $((3))
int $ 3
int $3 # x
