#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The launcher's page has every message that the sources can print.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"
cd "$TOP" || exit 1

# The longest fixed part of each message.
messages() {
	perl -0777 -ne '
		s/%"\s*PRI[xu](?:64|PTR)\s*"/~/g; s/%"\s*PRI[xu]64/~"/g;
		while (/(?:\bdie\(\s*END_\w+,|\bsay\(|\.missing =|#define NO_STOPS\s*\\?)\s*((?:"(?:[^"\\]|\\.)*"[\s\\]*)+)/g) {
			my $text = $1;
			$text =~ s/"[\s\\]*"//g;
			$text =~ s/^"|"[\s\\]*$//g;
			my ($longest) = sort { length $b <=> length $a }
				split /(?:0x)?(?:%[-.*0-9lz]*[a-z]|~)/, $text;
			print "$longest\n" if $longest =~ /[a-z]{3}/;
		}' wedge/launch/*.c wedge/launch/*/*.c | sort -u
}
all_listed() {
	local text bad=0
	while read -r text; do
		grep -qF -- "$text" wedge/doc/launcher.md || {
			echo "not in wedge/doc/launcher.md: $text"
			bad=1
		}
	done < <(messages)
	return $bad
}
ok 'messages are found in the sources' eval '(($(messages | wc -l) > 50))'
ok 'each of them is in wedge/doc/launcher.md' all_listed

"$O/libexec/afterburner/commands/run" --help >"$tmp/help"
grep -oE -- '--[a-z-]+' "$tmp/help" | sort -u >"$tmp/options"
ok 'every option of afterburn run is in its man page' eval \
	'while read -r o; do sed "s/\\\\-/-/g" scripts/man/afterburn-run.1 | grep -qF -- "$o" || { echo "$o"; exit 1; }
	 done <"$tmp/options"'
if type man >/dev/null 2>&1; then
	ok 'the man page has no mistakes' eval \
		'man --warnings -E UTF-8 -l -Tutf8 scripts/man/afterburn-run.1 2>&1 >/dev/null | { ! grep .; }'
else
	skip 'the man page has no mistakes' 'no man (package man-db)'
fi
done_testing
