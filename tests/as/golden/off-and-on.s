# Opt-out in the source.
	cli
	# afterburn: off
	cli
	sti
	# afterburn: on
	cli
	/* afterburn: off */ cli
	/* afterburn: on */ cli
	.ascii "# afterburn: off"
	cli
>>>
# Opt-out in the source.
	[cli]0
	# afterburn: off
	cli
	sti
	# afterburn: on
	[cli]0
	/* afterburn: off */ cli
	/* afterburn: on */ [cli]0
	.ascii "# afterburn: off"
	[cli]0
