# The same, asked for by class.
# options: --afterburn=time,pkey
	rdtsc
	rdtscp
	rdpkru
	wrpkru
	.byte 0x0f,0x01,0xee
>>>
# The same, asked for by class.
# options: --afterburn=time,pkey
	[rdtsc]78
	[rdtscp]79
	[rdpkru]80
	[wrpkru]81
	[.byte 0x0f,0x01,0xee]80
