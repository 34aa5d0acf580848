#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The documents of the tools: generated pages are up to date, every message is in the catalogue,
# every option is in its man page.
# shellcheck disable=SC2016 # perl's and eval's text must expand there
source "$TOP/tests/lib.sh"
cd "$TOP" || exit 1

for page in instructions format; do
	ok "doc/$page.md is what the sources say (else: make documents)" eval \
		"'$O/tests/tools/document' $page | diff - afterburner/doc/$page.md"
done

# Prints the longest fixed part of each message that the sources can print.
messages() {
	perl -0777 -ne '
		s{/\*.*?\*/}{}gs;
		s/%[-.*0-9]*"\s*PRI[xu]\d+\s*"/~/g; s/%[-.*0-9]*"\s*PRI[xu]\d+,/~",/g;
		while (/\b(?:ab_fail\(\s*&?\w+|complain\((?:[^,"]|"[a-z]+")*,[^,]*|
			   say\(\s*text,\s*size|problem)\s*(?:,|=)\s*
			(?:[\w.>-]+\s*\?\s*)?((?:"(?:[^"\\]|\\.)*"\s*)+)/xg) {
			my $text = $1;
			$text =~ s/"\s*"//g;
			$text =~ s/^"|"\s*$//g;
			my ($longest) = sort { length $b <=> length $a }
				split /(?:0x)?(?:%[-.*0-9l]*[a-z]|~)/, $text;
			print "$longest\n" if $longest =~ /[a-z]{3}/;
		}' afterburner/elf/*.c afterburner/tools/*.c | sort -u
}
ok 'messages are found in the sources' eval '(( $(messages | wc -l) > 80 ))'
all_listed() {
	local text bad=0
	while read -r text; do
		grep -qF -- "$text" afterburner/doc/messages.md || {
			echo "not in doc/messages.md: $text"
			bad=1
		}
	done < <(messages)
	return $bad
}
ok 'each of them is in the catalogue' all_listed

for command in audit sites pack; do
	page=afterburner/man/afterburn-$command.1
	"$O/bin/afterburn" $command --help >"$tmp/help"
	grep -oE -- '--[a-z-]+' "$tmp/help" | sort -u >"$tmp/options"
	ok "$command: every option is in its man page" eval \
		'while read -r o; do sed "s/\\\\-/-/g" "$page" | grep -qF -- "$o" || { echo "$o"; false; } || exit 1; done <"$tmp/options"'
	if type man >/dev/null 2>&1; then
		ok "$command: the man page has no mistakes" eval \
			'man --warnings -E UTF-8 -l -Tutf8 "$page" 2>&1 >/dev/null | { ! grep .; }'
	else
		skip "$command: the man page has no mistakes" 'no man (package man-db)'
	fi
done
done_testing
