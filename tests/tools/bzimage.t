#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# bzImages: read in every compression, packed into a bzImage, and what is wrong with one said.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"
source "$TOP/tests/tools/fixture.sh"
cd "$tmp" || exit 1
afterburn=$O/bin/afterburn

# refuses TEXT ARGUMENT...: pack's exit code is 1, its message says so, and no file is left behind
refuses() {
	local text=$1 got
	shift
	rm -rf o
	mkdir o
	"$afterburn" pack -o o/out "$@" >out 2>err
	got=$?
	((got == 1)) && grep -qF -- "$text" err && [[ -z $(ls -A o) ]] || {
		echo "exit code $got, wanted 1 and '$text'; left behind: $(ls -A o)"
		cat out err
		return 1
	}
}

# trouble TEXT FILE: so say audit and sites, with exit code 2
trouble() {
	local command got
	for command in audit sites; do
		"$afterburn" $command "$2" >out 2>err
		got=$?
		((got == 2)) && grep -qF -- "$1" err || {
			echo "$command: exit code $got, wanted 2 and '$1'"
			cat out err
			return 1
		}
	done
}

# bad TEXT FILE: all three say so
bad() {
	trouble "$1" "$2" && refuses "$1" -W w64 "$2"
}

# same_sites FILE OTHER: but for the files' names
same_sites() {
	"$afterburn" sites "$2" | grep insn >sites.other && cmp <("$afterburn" sites "$1" | grep insn) sites.other
}

# payload FILE: where the payload is in the file
payload() {
	echo $((1024 + $(number "$1" 584 4)))
}

# has_sum FILE BYTES: the last word of these makes the check sum right
has_sum() {
	(($(number "$1" $(($2 - 4)) 4) == ($(sum "$1" $(($2 - 4))) ^ 0xffffffff)))
}

# only_changed FILE PACKED OFFSET...: of the words of FILE only these differ
only_changed() {
	local size at known=" ${*:3} "
	size=$(stat -c %s "$1")
	for at in $(cmp -l -n "$size" "$1" "$2" | awk '{ print int(($1 - 1) / 4) * 4 }' | sort -nu); do
		[[ $known == *" $at "* ]] || {
			echo "changed at $at"
			return 1
		}
	done
	(($(stat -c %s "$2") > size))
}

# A kernel as it is in a bzImage: stripped, with relocations behind it.
kernel 64 k64 && strip -o s64 k64
kernel 32 k32 && strip -o s32 k32
head -c 4096 /dev/urandom >relocations
cat s64 relocations >k
wedge 64 w64
wedge 32 w32

for method in gzip xz zstd lz4; do
	bz=bz.$method p=p.$method
	compress $method k k.$method && bzimage k.$method $bz
	ok "$method: the check sum of the fixture" has_sum $bz "$(stat -c %s $bz)"
	ok "$method: audit" eval "'$afterburn' audit --strict $bz >out && grep -qF '0 findings' out && grep -qF '(10 sites' out"
	ok "$method: sites" eval "same_sites $bz s64"
	ok "$method: packs" "$afterburn" pack -q -W w64 -o $p $bz
	size=$(stat -c %s $bz) at=$(payload $p) length=$(number $p 588 4)
	ok "$method: of the bzImage two fields and the check sum changed" only_changed $bz $p 584 588 $((size - 4))
	ok "$method: the check sum is right" has_sum $p "$size"
	is "$method: the payload is the rest of the file" $((at + length)) "$(stat -c %s $p)"
	ok "$method: it is the packed ELF file" eval "
		'$afterburn' pack -q --elf -W w64 -o e.$method $bz &&
		tail -c +$((at + 1)) $p | gzip -dc | cmp - e.$method"
	is "$method: its last word is the plain size, on which Xen relies" \
		"$(number $p $((at + length - 4)) 4)" "$(stat -c %s e.$method)"
	is "$method: a mark in front of it says which wedges" \
		"$(tail -c +$((at - 255)) $p | head -c 256 | tr '\0\1' '.!' | sed 's/\.*$//')" 'ABWEDGE!xen'
	ok "$method: refused a second time" refuses 'packed already' -W w64 $p
	ok "$method: sites of the packed one" eval "same_sites $p s64"
	ok "$method: twice the same" eval "'$afterburn' pack -q -W w64 -o again $bz && cmp again $p"
	ok "$method: cut at the payload's end" eval "head -c $((1024 + $(stat -c %s k.$method))) $bz >t && bad 'cut short' t"
	ok "$method: the stream is damaged" eval "cp $bz t && poke t 1100 '\377\377\377\377\377\377' && bad 'is damaged or cut short' t"
	ok "$method: the stream is cut short" eval "head -c 1000 k.$method >c && bzimage c t && bad 'is damaged or cut short' t"
	ok "$method: a plain size that is wrong" eval "
		cp k.$method c && put c $(($(stat -c %s k.$method) - 4)) 4096 && bzimage c t &&
		bad '$([[ $method == gzip ]] && echo damaged || echo 'not 4096 as the payload')' t"
	ok "$method: a compressed file that is no bzImage" eval "
		compress $method k64 c && same_sites c k64"
done
is 'one file in all compressions' "$(cat e.gzip e.xz e.zstd e.lz4 | sha256sum)" \
	"$(cat e.gzip e.gzip e.gzip e.gzip | sha256sum)"
ok 'it is the kernel, packed' eval '
	"$afterburn" pack -q -W w64 -o e k && cmp e e.gzip && [[ $(head -c 4 e | od -An -tx1) == " 7f 45 4c 46" ]]'

# What the header says to boot loaders.
put bz.gzip 608 0x1000 && at=$(($(stat -c %s bz.gzip) - 4))
put bz.gzip "$at" $(($(sum bz.gzip "$at") ^ 0xffffffff))
"$afterburn" pack -q -W w64 -o small bz.gzip
ok 'boot loaders must reserve room for the whole file' eval \
	'(($(number small 608 4) >= $(stat -c %s small) - 1024 && $(number small 608 4) % 4096 == 0))'
ok 'nothing else changes with that' only_changed bz.gzip small 584 588 608 "$at"
ok 'nor is the check sum wrong' has_sum small "$(stat -c %s bz.gzip)"
cp bz.xz old && poke old 518 '\x09\x02' && put old 608 1
ok 'before protocol 2.10 there is no such field' eval \
	'"$afterburn" pack -q -W w64 -o pold old && [[ $(number pold 608 4) == 1 ]]'
put old $(($(stat -c %s old) - 4)) 0x12345678
ok 'a bzImage without check sum gets none' eval \
	'"$afterburn" pack -q -W w64 -o pold old && only_changed old pold 584 588'
cp bz.xz moves && poke moves 564 '\1'
ok 'a kernel that can be moved runs where it is linked: that is said' eval \
	'"$afterburn" pack -W w64 -o pmoves moves | grep -qF "pmoves: the kernel can be moved (CONFIG_RELOCATABLE)"'
ok 'of one that cannot nothing is' eval '(($("$afterburn" pack -W w64 -o pm bz.xz | wc -l) == 1))'
ok 'nor of an ELF file' eval '(($("$afterburn" pack --elf -W w64 -o pm moves | wc -l) == 1))'
ok 'no setup sectors means four' eval '{ head -c 1024 bz.xz && head -c 1536 /dev/zero && tail -c +1025 bz.xz; } >four &&
	poke four 497 "\0" && "$afterburn" pack -q -W w64 -o pfour four && same_sites pfour s64 &&
	(($(stat -c %s pfour) == 2560 + $(number pfour 584 4) + $(number pfour 588 4)))'

# A signature for Secure Boot.
cp bz.xz signed && pe_signature signed
head -c -16 signed >pe && put pe 232 0 && put pe 236 0
ok 'a signature is taken off, with a warning' eval \
	'"$afterburn" pack -q -W w64 -o psigned signed 2>err && grep -qF "warning: its signature for Secure Boot is left out" err &&
	 "$afterburn" pack -q -W w64 -o ppe pe 2>err && [[ ! -s err ]] && cmp psigned ppe'
ok 'a signature that is not at the end is none' eval \
	'cp signed s && put s 236 8 && "$afterburn" pack -q -W w64 -o ps s 2>err && [[ ! -s err ]]'

# Two wedges, and other widths.
object 64 low.o && kernel_base=0x40000000 link_kernel 64 low.o low && gzip -nc low >low.gz && bzimage low.gz bzlow
wedge_base=0x780000000000 wedge 64 l64 -DKERNELS=64 '-DPLATFORM="linux"' -DLAUNCH_ENTRY=104 -DNO_ENTRY=1
ok 'the mark names all wedges' eval \
	'"$afterburn" pack -q -W w64 -W l64 -o two bzlow && LC_ALL=C grep -aqP "ABWEDGE\x01xen,linux\x00" two'
gzip -nc s32 >s32.gz && bzimage s32.gz bz32
ok '32-bit' eval '"$afterburn" pack -q -W w32 -o p32 bz32 && same_sites p32 s32'
ok 'a wedge for the other width' refuses 'a 32-bit kernel; the wedge w64 is for 64-bit' -W w64 bz32

# What cannot be read, or is no kernel that can be packed.
for method in lzma:'\x5d\0\0' bzip2:BZh lzo:'\x89LZO'; do
	ok "${method%%:*} is not read, and named" eval \
		"printf '${method#*:}.......' >c && bzimage c t && bad 'compressed with ${method%%:*}, which afterburn does not read' t"
done
ok 'an unknown compression' eval 'echo "payload of no known kind" >c && bzimage c t && bad "not in a known compressed form" t'
ok 'something compressed that is no kernel' eval 'echo text | gzip -n >c && bzimage c t && bad "not an ELF file" t'
ok 'an empty payload' eval ': >c && bzimage c t && bad "not in a known compressed form" t'
ok 'a payload that begins outside the file' eval 'cp bz.xz t && put t 584 0xffffffff && bad "payload lies outside" t'
ok 'a payload that ends outside the file' eval 'cp bz.xz t && put t 588 0x7fffffff && bad "payload lies outside" t'
ok 'too old' eval 'cp bz.xz t && poke t 518 "\7" && bad "boot protocol 2.07, too old" t'
ok 'cut in its header' eval 'head -c 600 bz.xz >t && bad "not an ELF file" t'
ok 'cut in its setup code' eval 'head -c 1000 bz.xz >t && bad "cut short" t'
printf 'nop\n' | as -o none.o - && link_kernel 64 none.o none 2>/dev/null && gzip -nc none >none.gz && bzimage none.gz t
ok 'no sites: it says how to build it' refuses 'it has no sites: it was not built with afterburn'\''s assembler (see afterburn make)' -W w64 t
ok 'sites says so, too' eval '"$afterburn" sites t >out 2>err; [[ $? == 1 ]] && grep -q "no sites" out'
ok 'a full disk leaves nothing' eval \
	'mkdir l && ! (trap "" XFSZ; ulimit -f 4; "$afterburn" pack -W w64 -o l/out bz.lz4) 2>err &&
	 grep -q "File too large" err && [[ -z $(ls -A l) ]]'
done_testing
