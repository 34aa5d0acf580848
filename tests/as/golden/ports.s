# Port input and output: immediate, %dx, implied %dx, string forms.
	inb $0x60, %al
	in $0x60, %eax
	inb $0x60
	outb %al, $0x80
	out %al, $PORT
	inb %dx, %al
	in (%dx), %al
	inl (%dx)
	inw %dx
	outl %eax, %dx
	outb %al, (%dx)
	outw %dx
	insb
	insl (%dx), %es:(%rdi)
	outsb
	outsw %ds:(%rsi), %dx
PORT = 0x80
>>>
# Port input and output: immediate, %dx, implied %dx, string forms.
	[inb $0x60, %al]7
	[in $0x60, %eax]7
	[inb $0x60]7
	[outb %al, $0x80]8
	[out %al, $PORT]8
	[inb %dx, %al]9
	[in (%dx), %al]9
	[inl (%dx)]9
	[inw %dx]9
	[outl %eax, %dx]10
	[outb %al, (%dx)]10
	[outw %dx]10
	[insb]11
	[insl (%dx), %es:(%rdi)]11
	[outsb]12
	[outsw %ds:(%rsi), %dx]12
PORT = 0x80
