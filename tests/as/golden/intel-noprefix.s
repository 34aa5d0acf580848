# Intel syntax: the destination comes first.
# options: --32
	.intel_syntax noprefix
	mov cr0, eax
	mov eax, cr3
	mov dr7, eax
	mov ds, ax
	mov ss, ax
	mov ax, fs
	mov eax, DWORD PTR fs:[0]
	mov eax, ebx
	in al, dx
	in al, 0x60
	out dx, al
	out 0x80, al
	int 0x80
	int 3
	push fs
	pop es
	rep insb
	pushfd
	popfd
	iretd
	lgdt [eax]
	.att_syntax
	mov %cr0, %eax
	mov cr0, %eax
cr0:
>>>
# Intel syntax: the destination comes first.
# options: --32
	.intel_syntax noprefix
	[mov cr0, eax]14
	[mov eax, cr3]13
	[mov dr7, eax]16
	[mov ds, ax]33
	[pad mov ss, ax]160
	[mov ax, fs]34
	mov eax, DWORD PTR fs:[0]
	mov eax, ebx
	[in al, dx]9
	[in al, 0x60]7
	[out dx, al]10
	[out 0x80, al]8
	[int 0x80]67
	int 3
	[push fs]35
	[pop es]40
	[rep insb]11
	[pushfd]2
	[popfd]3
	[iretd]56
	[lgdt [eax]]20
	.att_syntax
	[mov %cr0, %eax]13
	mov cr0, %eax
cr0:
