# SPDX-License-Identifier: BSD-2-Clause
#
# A kernel that only says when it was entered: prints GUEST-TSC and the time stamp counter in
# decimal on the first serial port, then powers QEMU's PC off through its ACPI port.
#
# Entered by the PVH protocol: 32-bit protected mode, flat segments, no stack, interrupts off.
	.section .note, "a", @note
	.align 4
	.long 4, 4, 18			# owner "Xen", 4 bytes, PHYS32_ENTRY
	.asciz "Xen"
	.long start

	.text
	.code32
	.globl _start, start
_start:
start:
	rdtsc
	mov	$stack_top, %esp
	mov	%eax, low
	mov	%edx, high

	# Digits from the last to the first: high:low divided by ten again and again.
	mov	$digits_end, %edi
	mov	$10, %ecx
next_digit:
	xor	%edx, %edx
	mov	high, %eax
	div	%ecx
	mov	%eax, high
	mov	low, %eax
	div	%ecx
	mov	%eax, low
	add	$'0', %dl
	dec	%edi
	mov	%dl, (%edi)
	mov	high, %eax
	or	low, %eax
	jnz	next_digit

	mov	$text, %esi
	call	print
	mov	%edi, %esi
	call	print

	# The PIIX4's power management block gets an address, then the sleep type for S5.
	mov	$0x80000b40, %eax	# bus 0, device 1, function 3, PMBASE
	mov	$0xcf8, %edx
	out	%eax, %dx
	mov	$0x601, %eax
	mov	$0xcfc, %edx
	out	%eax, %dx
	mov	$0x80000b80, %eax	# PMREGMISC: enable
	mov	$0xcf8, %edx
	out	%eax, %dx
	mov	$1, %eax
	mov	$0xcfc, %edx
	out	%eax, %dx
	mov	$0x2000, %eax		# PM1_CNT: SLP_EN, type 0
	mov	$0x604, %edx
	out	%ax, %dx
stop:
	hlt
	jmp	stop

# Prints the text at %esi up to a zero byte; the port takes a byte at once in QEMU.
print:
	mov	$0x3f8, %edx
more:
	lodsb
	test	%al, %al
	jz	printed
	out	%al, %dx
	jmp	more
printed:
	ret

	.data
text:	.asciz "GUEST-TSC "
low:	.long 0
high:	.long 0
digits:	.skip 24
digits_end:
	.asciz "\n"
	.skip 256
stack_top:
