# Strings and character constants hide separators, comments and instructions.
	.ascii "cli; sti"
	.ascii "a # b", "c /* d", "\" ; cli", "x\\"; cli
	.string "e \\\" ; cli ; \""
	movb $'", %al; cli
	movb $';, %al
	movb $'\\, %al; cli
	movb $'\', %al; cli
	movb $'#, %al ; cli # '
	.ascii "/*"
	cli
	.ascii "*/"
>>>
# Strings and character constants hide separators, comments and instructions.
	.ascii "cli; sti"
	.ascii "a # b", "c /* d", "\" ; cli", "x\\"; [cli]0
	.string "e \\\" ; cli ; \""
	movb $'", %al; [cli]0
	movb $';, %al
	movb $'\\, %al; [cli]0
	movb $'\', %al; [cli]0
	movb $'#, %al ; [cli]0 # '
	.ascii "/*"
	[cli]0
	.ascii "*/"
