# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# The configuration by which xl starts a packed kernel as a paravirtualized domU (xl.cfg(5)).
#
# Invariant: it has nothing that xl of another version than 4.17 would not know.

# xl_config NAME KERNEL RAMDISK MEMORY CPUS DISKS NETWORKS ARGUMENTS: memory in MiB; DISKS and NETWORKS as xl.cfg
# lists them, in quotes; without RAM disk, disks or networks, if empty.
# Native time stamps: otherwise every rdtsc of the guest traps into Xen.
xl_config() {
	cat <<-END
		name = "$1"
		type = "pv"
		kernel = "$2"
		${3:+ramdisk = \"$3\"}
		memory = $4
		vcpus = $5
		${6:+disk = [ $6 ]}
		${7:+vif = [ $7 ]}
		extra = "${8//\"/\\\"}"
		tsc_mode = "native"
	END
}
