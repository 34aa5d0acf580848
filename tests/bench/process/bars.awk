# SPDX-License-Identifier: BSD-2-Clause
#
# Says of each bar of one placement (placement=pinned or free) which operations meet it and which
# miss it, with their figures (figures.awk): that of the medians, which counts, and of the fastest.
#
# Invariant: an operation that was not measured neither meets nor misses a bar: it is named apart.

# TEXT and another part of the sentence, if there is one.
function joined(text, word, names) {
	return names == "" ? text : text (text == "" ? "" : "; ") word names
}

END {
	sort_all()
	for (b = 1; b <= bars; b++) {
		met = missed = unknown = ""
		for (i = 1; i <= operations; i++) {
			name = order[i]
			if (!concerns(b, placement, name))
				continue
			if (!has(placement, bar_measure[b], name)) {
				unknown = unknown " " name
				continue
			}
			text = sprintf(" %s (%s, %s)", name, short(ratio(placement, bar_measure[b], name)),
				short(ratio_of_fastest(placement, bar_measure[b], name)))
			if (meets(b, placement, name))
				met = met text
			else
				missed = missed text
		}
		text = joined(joined(joined("", "MISSED by", missed), "met by", met), "not measured:", unknown)
		if (text != "")
			printf "%s: %s\n", bar_words[b], text
	}
}
