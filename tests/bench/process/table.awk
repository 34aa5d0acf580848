# SPDX-License-Identifier: BSD-2-Clause
#
# The table of one placement, which is given as placement=pinned or free (figures.awk).
#
# Invariant: what was not measured is "-".

# Median and, in brackets, the tenth and the ninetieth of a hundred.
function cell(p, side, name, n) {
	n = count[p, side, name]
	if (!n)
		return "-"
	return short(median(p, side, name)) " (" short(sample[p, side, name, int((n - 1) * 0.1) + 1]) \
		" to " short(sample[p, side, name, int((n - 1) * 0.9) + 1]) ")"
}

function quotient(p, measure, name) {
	return has(p, measure, name) ? short(ratio(p, measure, name)) : "-"
}

function quotient_of_fastest(p, measure, name) {
	return has(p, measure, name) ? short(ratio_of_fastest(p, measure, name)) : "-"
}

END {
	sort_all()
	print "| operation | host us | guest us | UML us | TCG us | guest/host | of the fastest | UML/guest | TCG/guest | what it costs in the guest |"
	print "|---|---:|---:|---:|---:|---:|---:|---:|---:|---|"
	for (i = 1; i <= operations; i++) {
		name = order[i]
		printf "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", title[name],
			cell(placement, "host", name), cell(placement, "guest", name),
			cell(placement, "uml", name), cell(placement, "tcg", name),
			quotient(placement, "guest/host", name),
			quotient_of_fastest(placement, "guest/host", name),
			quotient(placement, "uml/guest", name), quotient(placement, "tcg/guest", name),
			cost[name]
	}
}
