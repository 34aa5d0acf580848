# Comments of every kind hide instructions and stay where they are.
	cli # cli
	/* cli */ hlt /* cli; cli */ # sti
/* cli
   sti
*/	cli
# cli
  # sti ; cli
/ cli
	/ cli
	cli /* a */ ; /* b */ sti
	mov /* cli */ %cr0 /* , */, /* x */ %rax
	nop; / cli
	hlt/* x */
	nop /* open
	cli
	*/ ; cli
	mov %eax, %ebx /* ; cli */
>>>
# Comments of every kind hide instructions and stay where they are.
	[cli]0 # cli
	/* cli */ [hlt]4 /* cli; cli */ # sti
/* cli
   sti
*/	[cli]0
# cli
  # sti ; cli
/ cli
	/ cli
	[cli]0 /* a */ ; /* b */ [pad sti]129
	[mov /* cli */ %cr0 /* , */, /* x */ %rax]13
	nop; / cli
	[hlt]4/* x */
	nop /* open
	cli
	*/ ; [cli]0
	mov %eax, %ebx /* ; cli */
