#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# afterburn pack: what is in the packed file, and everything it must refuse.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"
source "$TOP/tests/tools/fixture.sh"
cd "$tmp" || exit 1
afterburn=$O/bin/afterburn

# refuses EXPECTED TEXT ARGUMENT...: exit code and message, and no file is left behind
refuses() {
	local expected=$1 text=$2 got
	shift 2
	rm -rf o
	mkdir o
	"$afterburn" pack -o o/out "$@" >out 2>err
	got=$?
	((got == expected)) && grep -qF -- "$text" err && [[ -z $(ls -A o) ]] || {
		echo "exit code $got, wanted $expected and '$text'; left behind: $(ls -A o)"
		cat out err
		return 1
	}
}

# same_but_header FILE PACKED WIDTH: only e_phoff and e_phnum changed
same_but_header() {
	local changed
	changed=$(cmp -l -n "$(stat -c %s "$1")" "$1" "$2" | awk '{ print $1 - 1 }')
	for at in $changed; do
		if (($3 == 64)); then
			((at >= 32 && at < 40 || at >= 56 && at < 58)) || return 1
		else
			((at >= 28 && at < 32 || at >= 44 && at < 46)) || return 1
		fi
	done
	[[ -n $changed ]]
}

for width in 64 32; do
	kernel $width k$width
	wedge $width w$width
	ok "$width-bit: packs" "$afterburn" pack -W w$width -o p$width k$width
	ok "$width-bit: the kernel's bytes are as they were" same_but_header k$width p$width $width
	readelf -lW p$width >segments
	readelf -lW k$width | sed -n '/^ *\(LOAD\|NOTE\)/p' >before
	ok "$width-bit: the kernel's segments are as they were" eval \
		'sed -n "/^ *\(LOAD\|NOTE\)/p" segments | head -n "$(wc -l <before)" | cmp - before'
	read -r offset vaddr paddr filesz memsz <<<"$(awk '$1 == "LOAD" { n++ } n == 4 && $1 == "LOAD" {
		print $2, $3, $4, $5, $6 }' segments)"
	((width == 64)) && link=0xffffffffffe00000 || link=0xffa00000
	is "$width-bit: the wedge is where it is linked" "$vaddr" "$link"
	is "$width-bit: and loaded at 2 MiB" $((paddr % 0x200000)):$((paddr)) 0:$((0x1200000))
	is "$width-bit: whole pages, all of them in the file" "$filesz:$((filesz % 4096))" "$memsz:0"
	is "$width-bit: header: load address" "$(number p$width $((offset + 40)) 8)" $((paddr))
	is "$width-bit: header: size" "$(number p$width $((offset + 48)) 8)" $((memsz))
	is "$width-bit: header: the kernel's entry" "$(number p$width $((offset + 56)) 8)" $((0x1000000))
	is "$width-bit: header: segments" "$(number p$width $((offset + 64)) 4)" 3
	is "$width-bit: header: sites" "$(number p$width $((offset + 68)) 4)" 10
	is "$width-bit: header: the protocol: PVH, if 32-bit and no Linux" \
		"$(number p$width $((offset + 96)) 4)" $((width == 64 ? 1 : 2))
	sites=$((offset + $(number p$width $((offset + 72)) 8)))
	for ((i = 0; i < 10; i++)); do
		at=$((sites + 16 * i))
		# od prints addresses above 2^63 unsigned; as hexadecimal they compare with the list.
		printf '%s %s %s %s\n' "$(od -An -t x8 -j $at -N 8 p$width | tr -d ' ')" \
			"$(number p$width $((at + 9)) 1)" "$(number p$width $((at + 10)) 1)" \
			"$(number p$width $((at + 8)) 1)"
	done >table
	"$afterburn" sites k$width | sed -E 's/^([0-9a-f]+) .* insn +([0-9]+) site +([0-9]+) pad (.*)/\1 \2 \3 \4/
		s/after$/0/; s/before$/7/' | sed "s/^/$( ((width == 32)) && echo 00000000)/" >expected
	ok "$width-bit: the sites, sorted" diff table expected
	names=$((offset + $(number p$width $((offset + 80)) 8)))
	name=$((names + $(number p$width $((sites + 16 * 6 + 12)) 4)))
	is "$width-bit: a site's function" "$(tail -c +$((name + 1)) p$width | head -c 6)" second
	note=$(awk '$1 == "NOTE" { print $2 }' segments | tail -n 1)
	is "$width-bit: the Xen entry is moved to where the wedge is loaded" \
		"$(number p$width $((note + 20 + 16)) 4)" $((paddr + 104 + 40 * 16))
	ok "$width-bit: twice the same" eval \
		"'$afterburn' pack -q -W w$width -o q$width k$width && cmp p$width q$width"
	ok "$width-bit: refused a second time" refuses 1 'packed already' -W w$width p$width
	ok "$width-bit: a stripped kernel is packed by its pads" eval \
		"strip -o s$width k$width && '$afterburn' pack -W w$width -o ps$width s$width | grep -q ': 10 sites'"
done

# A 32-bit wedge on Xen stays where it is linked, and its note VIRT_BASE says by how much that is above
# where it is loaded.
wedge_base=0xc2000000 wedge 32 v32 -DVIRT_BASE=header
"$afterburn" pack -q -W v32 -o pv32 k32
note=$(($(readelf -lW pv32 | awk '$1 == "NOTE" { at = $2 } END { print at }')))
paddr=$(($(readelf -lW pv32 | awk '$1 == "LOAD" { n++ } n == 4 { print $4; exit }')))
is 'VIRT_BASE is the distance from its physical address' "$(number pv32 $((note + 20 + 16)) 4)" $((0xc2000000 - paddr))
is 'and its Xen entry stays' "$(number pv32 $((note + 40 + 16)) 4)" $((0xc2000000 + 104 + 40 * 16))
ok 'it must be linked above the kernel' eval 'wedge_base=0x800000 wedge 32 b32 -DVIRT_BASE=header &&
	refuses 1 "too far for where the wedge is linked (0x800000)" -W b32 k32'
ok 'and VIRT_BASE must name the wedge' eval 'wedge_base=0xc2000000 wedge 32 o32 -DVIRT_BASE=0x1234 &&
	refuses 1 "its Xen note 3 names 0x1234, which is outside the wedge" -W o32 k32'

# protocol_of KERNEL OBJECT-ARGUMENT...: what the packed file says, and the kernel's entry
protocol_of() {
	local kernel=$1 at
	shift
	object 32 "$kernel.o" "$@" && link_kernel 32 "$kernel.o" "$kernel" &&
		"$afterburn" pack -q -W w32 -o "$kernel.packed" "$kernel" || return
	at=$(($(readelf -lW "$kernel.packed" | awk '$1 == "LOAD" { n++ } n == 4 { print $2; exit }')))
	echo "$(number "$kernel.packed" $((at + 96)) 4) $(number "$kernel.packed" $((at + 56)) 8)"
}
is "a Linux by its note is entered at its ELF entry" "$(protocol_of kl -DLINUX_NOTE -DPVH=0x1000010)" \
	"1 $((0x1000000))"
is "another 32-bit kernel where its PVH note says" "$(protocol_of kp -DPVH=0x1000010)" \
	"2 $((0x1000010))"
ok "a PVH entry outside the kernel" eval \
	'object 32 ko.o -DPVH=0x3000000 && link_kernel 32 ko.o ko &&
	 refuses 1 "its PVH note names 0x3000000, which is in no loaded segment" -W w32 ko'

# A wedge that a launcher calls: no loader of kernels looks at its program header.
launched() { # launched OUT WIDTH-OF-KERNELS [gcc argument...]
	local out=$1 kernels=$2
	shift 2
	wedge_base=${wedge_base:-0x780000000000} wedge 64 "$out" "-DKERNELS=$kernels" '-DPLATFORM="linux"' \
		-DLAUNCH_ENTRY=104 -DNO_ENTRY=1 "$@"
}
# wedge_segments FILE: type, offset, addresses and sizes of what launchers look for
wedge_segments() {
	readelf -lW "$1" | awk '$1 == "LOOS+0xab00001" { print $2, $3 + 0, $4 + 0, $5 == $6 }'
}
# A kernel in the lower half, as a process needs one of 64 bit.
object 64 low.o && kernel_base=0x40000000 link_kernel 64 low.o low
declare -A launched_kernel=([32]=k32 [64]=low)
for width in 32 64; do
	kernel=${launched_kernel[$width]} packed=pl$width
	launched l$width $width
	ok "$width-bit: a wedge that is called: packs" "$afterburn" pack -W l$width -o $packed "$kernel"
	ok "$width-bit: called: the kernel is as it was" same_but_header "$kernel" $packed $width
	is "$width-bit: called: nothing more is loaded" "$(readelf -lW $packed | grep -c '^ *LOAD')" 3
	read -r offset rest <<<"$(wedge_segments $packed)"
	is "$width-bit: called: it has no addresses, and whole pages" "$rest:$((offset % 4096))" '0 0 1:0'
	is "$width-bit: called: its entry is kept" "$(number $packed $((offset + 20)) 4)" 104
	is "$width-bit: called: a load address that is not 0" "$(number $packed $((offset + 40)) 8)" $((0x1200000))
	is "$width-bit: called: the sites are there" "$(number $packed $((offset + 68)) 4)" 10
	ok "$width-bit: called: readelf has no complaint" eval '[[ -z $(readelf -aW $packed 2>&1 >/dev/null) ]]'
	ok "$width-bit: called: refused a second time" refuses 1 'packed already' -W l$width $packed
	ok "$width-bit: called: not packed for a hypervisor either" refuses 1 'packed already' -W w$width $packed

	# Both in one file.
	ok "$width-bit: two wedges" "$afterburn" pack -W w$width -W l$width -o two$width "$kernel"
	ok "$width-bit: two: the kernel is as it was" same_but_header "$kernel" two$width $width
	ok "$width-bit: two: what is loaded is what the one alone loads" eval '
		"$afterburn" pack -q -W w$width -o one$width "$kernel" &&
		for f in one two; do readelf -lW $f$width | sed -n "/^ *\(LOAD\|NOTE\)/s/ 0x[0-9a-f]*//p" >$f.segments; done &&
		cmp one.segments two.segments'
	first=$(readelf -lW one$width | awk '$1 == "LOAD" { n++ } n == 4 { print $2; exit }')
	size=$(number one$width $((first + 48)) 8)
	ok "$width-bit: two: bytes and all" eval \
		'cmp <(tail -c +$((first + 1)) one$width | head -c $size) <(tail -c +$((first + 1)) two$width | head -c $size)'
	read -r other rest <<<"$(wedge_segments two$width)"
	ok "$width-bit: two: the second is what it is alone" eval \
		'cmp <(tail -c +$((offset + 1)) $packed | head -c 4096) <(tail -c +$((other + 1)) two$width | head -c 4096)'
	ok "$width-bit: two: in the other order the same are there" eval \
		'"$afterburn" pack -q -W l$width -W w$width -o owt "$kernel" && [[ $(wedge_segments owt) == "$offset $rest" ]] &&
		 readelf -lW owt | grep -c "^ *LOAD" | grep -qx 4'
	ok "$width-bit: two: refused a second time" refuses 1 'packed already' -W w$width two$width
	ok "$width-bit: two: sites finds the kernel's own" eval \
		'cmp <("$afterburn" sites two$width) <("$afterburn" sites "$kernel")'
	ok "$width-bit: twice the same wedge" refuses 1 "two wedges for platform 'linux'" -W l$width -W l$width "$kernel"
done
ok 'two wedges that are loaded' eval \
	'wedge 64 wother "-DPLATFORM=\"other\"" -DNO_ENTRY=1 && refuses 1 "cannot be in one file" -W w64 -W wother k64'
ok 'not for a 64-bit kernel in the upper half, and why' refuses 3 \
	'a 64-bit kernel in the upper half of the address space' -W l64 k64
ok 'the same by name, wedge or not' refuses 3 'where a process can map nothing' -w linux k64
ok 'nor as one of two' refuses 3 'where a process can map nothing' -w xen,linux k64
ok 'nor for L4, and why' refuses 3 'L4 keeps that for itself' -w l4 k64
ok 'called: an entry is needed' eval \
	'launched wrong 32 -ULAUNCH_ENTRY && refuses 1 "for 32-bit kernels, but is an ELF64 file" -W wrong k32'
ok 'called: an entry outside' eval \
	'launched wrong 32 -ULAUNCH_ENTRY -DLAUNCH_ENTRY=0x4000 && refuses 1 "entry 0x4000 lies outside" -W wrong k32'
ok 'called: linked among the kernel' eval \
	'wedge_base=0xfffff000 launched wrong 32 && refuses 1 "in the first 4 GiB, where kernels are" -W wrong k32'
ok 'called: linked at the end of everything' eval \
	'wedge_base=0xffffffffffffe000 launched wrong 64 && refuses 1 "too many for where the wedge is linked" -W wrong low'
ok 'called: needs no room behind the kernel' eval \
	'sed "s/- 0xc0000000)/+ 0x3ee00000)/" k32.lds >high.lds && ld -m elf_i386 --no-warn-rwx-segments \
		-z max-page-size=0x1000 -T high.lds kl.o -o high32 && "$afterburn" pack -q -W l32 -o high.packed high32'

ok 'mode bits are kept' eval \
	'cp k64 m64; chmod 640 m64; "$afterburn" pack -q -W w64 m64 && [[ $(stat -c %a m64.packed) == 640 ]]'
ok 'the output may be the input' eval \
	'cp k64 m64; "$afterburn" pack -q -W w64 -o m64 m64 && cmp m64 p64'
ok 'an installed wedge is found' eval \
	'mkdir -p i/bin i/lib/afterburner && cp "$afterburn" i/bin && cp w64 i/lib/afterburner/wedge-xen-x86_64.elf &&
	 i/bin/afterburn pack -q --wedge xen -o pi k64 && cmp pi p64'
ok 'a platform that is not installed' eval \
	'! i/bin/afterburn pack --wedge other -o o4 k64 2>err && grep -q "wedge-other-x86_64.elf: cannot read the wedge" err && [[ ! -e o4 ]]'

# By name, and all that are installed.
cp l64 i/lib/afterburner/wedge-linux-x86_64.elf
cp w32 i/lib/afterburner/wedge-xen-i386.elf
ok 'several by name, in that order' eval 'i/bin/afterburn pack -q -w xen,linux -o by64 low && cmp by64 two64'
ok 'one of them is not there' eval \
	'! i/bin/afterburn pack -w xen,other -o o4 low 2>err && grep -q "wedge-other-x86_64.elf: cannot read" err && [[ ! -e o4 ]]'
ok 'all' eval 'i/bin/afterburn pack -q -w all -o all64 low 2>err && "$afterburn" pack -q -W l64 -W w64 -o lw low &&
	cmp all64 lw && [[ ! -s err ]]'
ok 'all of the width' eval 'i/bin/afterburn pack -q -w all -o all32 k32 && cmp all32 p32'
ok 'all but what can never run' eval 'i/bin/afterburn pack -w all -o all64 k64 2>err >out && cmp all64 p64 &&
	grep -q "left out: the wedge for linux: a 64-bit kernel in the upper half" err'
ok 'all, and there are none' eval \
	'mkdir -p n/bin n/lib/afterburner && cp "$afterburn" n/bin && ! n/bin/afterburn pack -w all -o none64 k64 2>err &&
	 grep -q "no wedge for 64-bit kernels is installed in" err'
ok 'all, and no folder' eval 'rmdir n/lib/afterburner && ! n/bin/afterburn pack -w all k64 2>err && grep -q "cannot be read" err'
ok 'a list with a hole' refuses 2 "'' is no name of a platform" -w xen,,linux k64
ok 'too many' refuses 2 'more than 8 wedges' -w 1,2,3,4,5,6,7,8,9 k64

# What does not fit together.
ok 'a wedge for the wrong width' refuses 1 'a 64-bit kernel; the wedge w32 is for 32-bit' -W w32 k64
ok 'and the other way round' refuses 1 'a 32-bit kernel; the wedge w64 is for 64-bit' -W w64 k32
printf 'nop\n' >none.s
gcc -c none.s -o none.o && link_kernel 64 none.o none 2>/dev/null
ok 'a kernel with no sites' refuses 1 'it has no sites' -W w64 none
ok 'an object file is no kernel' refuses 1 'not a kernel' -W w64 k64.o
echo 'int main(void) { return 0; }' >m.c && gcc -no-pie m.c -o m
ok 'a program is no kernel' refuses 1 'not a kernel' -W w64 m
ok 'a text is no kernel' refuses 1 'not an ELF file' -W w64 none.s
ok 'a kernel is no wedge' refuses 1 'not a wedge' -W k64 k64
ok 'a text is no wedge' refuses 1 'not an ELF file' -W none.s k64
ok 'a truncated wedge' eval 'head -c 4300 w64 >t && refuses 1 "end of the file" -W t k64'
ok 'a truncated kernel' eval 'head -c 9000 k64 >t && refuses 1 "end of the file" -W w64 t'

wrong_wedge() { # wrong_wedge TEXT DEFINE
	wedge 64 wrong "$2" && refuses 1 "$1" -W wrong k64
}
ok 'a wedge without the magic' wrong_wedge 'does not begin with the wedge magic' -DMAGIC=1
ok 'a wedge of another bundle version' wrong_wedge 'made for bundle version 9' -DVERSION=9
ok 'a wedge of another sites version' wrong_wedge 'made for sites of version 9' -DSITES=9
ok 'a wedge whose header says another width' eval \
	'cp w64 wrong && at=$(number w64 72 8) && poke wrong $((at + 16)) "\40" &&
	 refuses 1 "says it is for 32-bit" -W wrong k64'
ok 'a wedge without platform' wrong_wedge 'names no platform' '-DPLATFORM=""'
ok 'a wedge whose entry lies outside' wrong_wedge 'outside the wedge' -DENTRY=0x1234
ok 'a Xen wedge without entry' wrong_wedge 'without a Xen entry note' -DNO_ENTRY=1
ok 'a wedge whose tables do not fit below the top of the address space' eval \
	'wedge_base=0xffffffffffffe000 wedge 64 top && refuses 1 "too many for where the wedge is linked" -W top k64'
ok 'nor below 4 GiB' eval \
	'wedge_base=0xffffe000 wedge 32 top && refuses 1 "too many for where the wedge is linked" -W top k32'
ok 'a wedge for another platform' eval \
	'wedge 64 i/lib/afterburner/wedge-other-x86_64.elf && ! i/bin/afterburn pack -w other -o o4 k64 2>err &&
	 grep -q "is for platform .xen., not .other." err && [[ ! -e o4 ]]'

# A site that is wrong.
wrong_site() { # wrong_site TEXT CODE
	with_code 64 ws.o "$2" && link_kernel 64 ws.o ws && refuses 1 "$1" -W w64 ws
}
ok 'a site that overlaps' wrong_site 'extra+0x5: the site overlaps' 'after ID_CLI, cli; pad 3, ID_CLI'
ok 'a site without its instruction' wrong_site 'extra+0x0: the CLI of its pad is not there' \
	'nop; pad 1, ID_CLI'
ok 'a site of an unknown instruction' wrong_site 'number 126 is unknown' 'cli; pad 1, 126'
ok 'a number that looks like a pad' wrong_site 'extra+0x0: the CLI of its pad is not there' \
	'.byte 0xb8; pad 1, ID_CLI'
ok 'code that no segment loads' eval \
	'with_code 64 ws.o "" && link_kernel 64 ws.o ws && at=$(number ws 32 8) &&
	 poke ws $at "\4" && refuses 1 "start+0x0 lies in no loadable segment" -W w64 ws'

# Code is what the sections say, not the segments: Linux 7.2 has .init.text in a segment without PF_X.
cp k64 rw64
poke rw64 $(($(number rw64 32 8) + 2 * 56 + 4)) '\6'
is 'code in a segment that is not executable: that segment' \
	"$(readelf -lW rw64 | awk '$1 == "LOAD" { n++ } n == 3 && $1 == "LOAD" { print $7, $8 }')" 'RW 0x1000'
ok 'code in a segment that is not executable' "$afterburn" pack -q -W w64 -o prw64 rw64
ok 'its sites are those of the kernel' eval 'cmp <("$afterburn" sites prw64) <("$afterburn" sites k64)'
ok 'without section headers such code is not found, so: refused' eval \
	'poke rw64 40 "\0\0\0\0\0\0\0\0" && poke rw64 60 "\0\0\0\0" &&
	 refuses 1 "it has no section headers, and a site at 0xffffffff" -W w64 rw64'

# Configurations that no wedge can run.
xen_note='.section .notes; .long 4, 8, 1; .asciz "Xen"; .quad 0; .text'
ok 'a kernel with a Xen entry of its own' eval \
	'with_code 64 ws.o "$xen_note" && link_kernel 64 ws.o ws && refuses 1 "CONFIG_XEN_PV=n" -W w64 ws'
ok 'without sites besides: both are said' eval \
	'printf "nop\n%s\n" "$xen_note" >none.s && as -o none.o none.s && link_kernel 64 none.o none 2>/dev/null;
	 refuses 1 "turns off both; and it has no sites: use afterburn make" -W w64 none'
ok 'for other platforms neither, since it has CONFIG_PARAVIRT_XXL' eval \
	'kernel_base=0x40000000 link_kernel 64 ws.o ws && refuses 1 "CONFIG_PARAVIRT_XXL" -W l64 ws'
# configured WIDTH OUT LINE...: a stripped kernel that holds its configuration
configured() {
	local width=$1 out=$2
	shift 2
	printf '%s\n' '# Linux' CONFIG_A=y "$@" CONFIG_B=y | gzip -n >"$out.config.gz"
	with_code "$width" "$out.o" ".section .rodata; .ascii \"IKCFG_ST\"; .incbin \"$out.config.gz\"; .ascii \"IKCFG_ED\"; .text" &&
		link_kernel "$width" "$out.o" "$out" && strip "$out"
}
ok 'the same by the configuration in it' eval 'configured 64 kc CONFIG_PARAVIRT_XXL=y && refuses 1 "CONFIG_XEN_PV=n" -W w64 kc'
ok 'not by an option that begins so, or is off' eval \
	'configured 64 kc CONFIG_PARAVIRT_XXL=yes "# CONFIG_PARAVIRT_XXL is not set" XCONFIG_PARAVIRT_XXL=y &&
	 "$afterburn" pack -q -W w64 -o pkc kc'
ok 'a damaged configuration says nothing' eval \
	'configured 64 kc CONFIG_PARAVIRT_XXL=y && at=$(LC_ALL=C grep -abo IKCFG_ST kc | head -n 1 | cut -d: -f1) &&
	 poke kc $((at + 20)) "\377\377\377\377" && "$afterburn" pack -q -W w64 -o pkc kc'
ok 'PAE, by the configuration' eval 'configured 32 kc CONFIG_X86_PAE=y && refuses 1 "CONFIG_X86_PAE=n" -W l32 kc'
ok 'PAE, by a symbol' eval 'with_code 32 ws.o "initial_pg_pmd: nop" && link_kernel 32 ws.o ws &&
	refuses 1 "CONFIG_X86_PAE=n" -W w32 ws'
ok 'which means nothing in 64-bit kernels' eval 'with_code 64 ws.o "initial_pg_pmd: nop" && link_kernel 64 ws.o ws &&
	"$afterburn" pack -q -W w64 -o pws ws'
ok 'a kernel that lies where the wedge is linked' eval \
	'link_kernel 64 k64.o high --defsym=x=0 &&
	 sed "s/0xffffffff80000000 + 0x1000000/0xffffffffffdff000/; s/- 0xffffffff80000000/- 0xffffffffff000000/" \
		high.lds >high2.lds && ld --no-warn-rwx-segments -z max-page-size=0x1000 -T high2.lds k64.o -o high &&
	 refuses 1 "overlaps the wedge" -W w64 high'

# Output that cannot be written.
ok 'a full disk' eval \
	'"$afterburn" pack -W w64 -o /dev/full k64 2>err; [[ $? == 2 ]] && grep -q "No space left" err &&
	 [[ -c /dev/full ]]'
ok 'a file size limit leaves nothing' eval \
	'mkdir l && ! (trap "" XFSZ; ulimit -f 8; "$afterburn" pack -W w64 -o l/out k64) 2>err &&
	 grep -q "File too large" err && [[ -z $(ls -A l) ]]'
ok 'an old output survives a failure' eval \
	'echo old >l/out && ! (trap "" XFSZ; ulimit -f 8; "$afterburn" pack -W w64 -o l/out k64) 2>err &&
	 [[ $(<l/out) == old && $(ls -A l) == out ]]'
ok 'no such folder' eval '"$afterburn" pack -W w64 -o gone/out k64 2>err; [[ $? == 2 ]] && grep -q "gone/out" err'
ok 'the output is a folder' eval '"$afterburn" pack -W w64 -o l k64 2>err; [[ $? == 2 && $(ls -A l) == out ]]'
if ((EUID)); then
	ok 'a folder without permission' eval \
		'mkdir r && chmod 555 r && "$afterburn" pack -W w64 -o r/out k64 2>err; [[ $? == 2 ]]'
else
	skip 'a folder without permission' 'root may write everywhere'
fi

# Usage.
ok 'no kernel' refuses 2 'no kernel given' -W w64
ok 'two kernels' refuses 2 'more than one' -W w64 k64 k64
ok 'no wedge' refuses 2 'give --wedge' k64
ok 'both kinds of wedge' refuses 2 'give --wedge' -W w64 -w xen k64
ok 'a platform that is a path' refuses 2 "'../xen' is no name of a platform" -w ../xen k64
ok 'an unknown option' refuses 2 'pack --help' --nonsense k64
ok 'a kernel that is not there' refuses 2 'No such file' -W w64 gone
ok 'a wedge that is not there' refuses 2 'cannot read the wedge' -W gone k64
done_testing
