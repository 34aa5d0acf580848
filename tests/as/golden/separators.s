# Several statements in a line, empty ones, no blanks.
	nop;cli;nop
;;cli;;
	cli;
cli
	pushf ; pop %rax
	cli;hlt
>>>
# Several statements in a line, empty ones, no blanks.
	nop;[cli]0;nop
;;[cli]0;;
	[cli]0;
[cli]0
	[pushf]2 ; pop %rax
	[cli]0;[hlt]4
