# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# bash completion of `afterburn`.
#
# Invariant: the options of a command come from its own --help, so they cannot fall behind.

# The folder that holds bin/, for wedges and for commands that are scripts.
_afterburn_root() {
	local program
	program=$(type -P "$1") && program=$(readlink -f "$program") && echo "${program%/bin/*}"
}

_afterburn() {
	local program=$1 word=$2 previous=$3 command=${COMP_WORDS[1]} root words='' file
	root=$(_afterburn_root "$program")
	if ((COMP_CWORD == 1)); then
		words='audit make pack run sites stats --help --version'
		for file in "$root"/libexec/afterburner/commands/*; do
			[[ -x $file && " $words " != *" ${file##*/} "* ]] && words+=" ${file##*/}"
		done
	elif [[ $command == pack && ($previous == --wedge || $previous == -w) ]]; then
		words=xen
		for file in "$root"/lib/afterburner/wedge-*.elf; do
			file=${file##*/wedge-}
			[[ -e $root/lib/afterburner/wedge-$file ]] && words+=" ${file%%-*}"
		done
		words=$(tr ' ' '\n' <<<"$words" | sort -u)
	elif [[ $command == run && $previous == --on ]]; then
		words='bare xen-dom0 xen process'
	elif [[ $word == -* ]]; then
		words=$("$program" "$command" --help 2>/dev/null | grep -oE -- '--[a-z-]+' | sort -u)
	fi
	COMPREPLY=()
	if [[ -n $words ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	fi
}

complete -o filenames -F _afterburn afterburn
