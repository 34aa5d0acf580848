#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Bash completion offers what the commands' own --help names; every command has a man page.
source "$TOP/tests/lib.sh"
source "$TOP/scripts/completion/afterburn"

# completes WORD... : the last word is being typed
completes() {
	COMP_WORDS=("$O/bin/afterburn" "$@")
	COMP_CWORD=$#
	_afterburn
	echo "${COMPREPLY[*]}"
}

# The manual formats without complaint and names its command.
has_manual() {
	local page
	page=$(ls "$TOP"/{afterburner,scripts}/man/afterburn-"$1".1 2>/dev/null)
	[[ -n $page ]] && sed 's/\\-/-/g' "$page" | grep -q "^afterburn-$1 - "
}

is "commands" "$(completes s | tr ' ' '\n' | sort | xargs)" "sites stats"
is "platforms" "$(completes run --on xen)" "xen-dom0 xen"
is "options of run" "$(completes run --ti)" "--timeout"
is "models of a processor" "$(completes run --cpu EPYC-Rome-v1)" "EPYC-Rome-v1"
is "options of make" "$(completes make --no)" "--no-audit --no-proof"
is "options of pack" "$(completes pack --wedge al)" "all"
for command in $(_afterburn_commands "$O/bin/afterburn"); do
	ok "afterburn-$command(1)" has_manual "$command"
done
done_testing
