# SPDX-License-Identifier: BSD-2-Clause
#
# The list of all results as JSON (README.md tells the keys), made from figures.awk.
#
# Invariant: an operation that no side measured at a placement is not in the list; what one side did
# not measure is null.

function json_side(p, side, name, text, i) {
	text = sprintf("\"%s\": {\"median\": %s, \"samples\": [", side,
		count[p, side, name] ? median(p, side, name) : "null")
	for (i = 1; i <= count[p, side, name]; i++)
		text = text (i > 1 ? ", " : "") sample[p, side, name, i]
	return text "]}"
}

function json_ratio(p, measure, name) {
	return sprintf("\"%s\": %s", measure, has(p, measure, name) ? sprintf("%.4f", ratio(p, measure, name)) : "null")
}

function json_bars(p, name, text, b, lead) {
	for (b = 1; b <= bars; b++) {
		if (!concerns(b, p, name))
			continue
		text = text lead sprintf("{\"of\": \"%s\", \"is\": \"%s\", \"value\": %s, \"met\": %s}", bar_measure[b],
			bar_relation[b], bar_value[b],
			!has(p, bar_measure[b], name) ? "null" : meets(b, p, name) ? "true" : "false")
		lead = ", "
	}
	return text
}

function measured(p, name) {
	return count[p, "host", name] || count[p, "guest", name] || count[p, "uml", name] || count[p, "tcg", name]
}

function print_result(p, name) {
	printf "%s    {\"metric\": \"%s\", \"placement\": \"%s\", \"unit\": \"us\",\n", separator, name, p
	printf "     %s,\n     %s,\n     %s,\n     %s,\n", json_side(p, "host", name), json_side(p, "guest", name),
		json_side(p, "uml", name), json_side(p, "tcg", name)
	printf "     \"ratios\": {%s, %s, %s},\n     \"bars\": [%s]}", json_ratio(p, "guest/host", name),
		json_ratio(p, "uml/guest", name), json_ratio(p, "tcg/guest", name), json_bars(p, name)
	separator = ",\n"
}

END {
	sort_all()
	split("pinned free", places, " ")
	for (k = 1; k <= 2; k++)
		for (i = 1; i <= operations; i++)
			if (measured(places[k], order[i]))
				print_result(places[k], order[i])
	print ""
}
