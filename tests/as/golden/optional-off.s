# Instructions that are sites only on demand.
	rdtsc
	rdtscp
	rdpkru
	wrpkru
	.byte 0x0f,0x01,0xee
>>>
# Instructions that are sites only on demand.
	rdtsc
	rdtscp
	rdpkru
	wrpkru
	.byte 0x0f,0x01,0xee
