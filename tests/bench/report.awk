# SPDX-License-Identifier: BSD-2-Clause
#
# Reads operations.txt and then lines "PLACEMENT SIDE NAME SAMPLE..." (us), as process-bench gathers
# them; writes the table of one PLACEMENT, or, with json=1, the list of all results.
#
#   awk -v set=process -v placement=pinned -f report.awk operations.txt samples
#   awk -v set=process -v json=1 -f report.awk operations.txt samples
#
# Invariant: a figure is the median of all samples of all rounds; a missing one is "-" or null.

FNR == 1 { file++ }
file == 1 {
	split($0, field, / *\| */)
	if ($0 ~ /^#/ || (" " field[2] " ") !~ (" " set " "))
		next
	order[++operations] = field[1]
	title[field[1]] = field[3]
	bar["pinned", field[1]] = field[4]
	bar["free", field[1]] = field[5]
	bound[field[1]] = field[6]
	next
}
{
	for (i = 4; i <= NF; i++)
		sample[$1, $2, $3, ++count[$1, $2, $3]] = $i + 0
}

# Sorts the samples of one figure in place.
function sort_samples(p, side, name, n, i, j, value) {
	n = count[p, side, name]
	for (i = 2; i <= n; i++) {
		value = sample[p, side, name, i]
		for (j = i - 1; j >= 1 && sample[p, side, name, j] > value; j--)
			sample[p, side, name, j + 1] = sample[p, side, name, j]
		sample[p, side, name, j + 1] = value
	}
	return n
}

function median(p, side, name, n) {
	n = count[p, side, name]
	if (n % 2)
		return sample[p, side, name, (n + 1) / 2]
	return (sample[p, side, name, n / 2] + sample[p, side, name, n / 2 + 1]) / 2
}

function short(us) {
	return us < 10 ? sprintf("%.2f", us) : us < 100 ? sprintf("%.1f", us) : sprintf("%.0f", us)
}

# Median and, in brackets, the tenth and the ninetieth of a hundred.
function cell(p, side, name, n) {
	n = count[p, side, name]
	if (!n)
		return "-"
	return short(median(p, side, name)) " (" short(sample[p, side, name, int((n - 1) * 0.1) + 1]) \
		" to " short(sample[p, side, name, int((n - 1) * 0.9) + 1]) ")"
}

function both(p, name) {
	return count[p, "host", name] && count[p, "guest", name]
}

function multiple(p, name) {
	return median(p, "guest", name) / median(p, "host", name)
}

# Other load on the machine stretches batches, but hardly all of them.
function multiple_of_fastest(p, name) {
	return sample[p, "guest", name, 1] / sample[p, "host", name, 1]
}

function verdict(p, name) {
	if (bar[p, name] == "")
		return ""
	if (!both(p, name))
		return bar[p, name]
	return bar[p, name] (multiple(p, name) <= bar[p, name] ? " (met)" : " (missed)")
}

function print_table(p, i, name) {
	print "| operation | host us | guest us | multiple | of the fastest | bar | what it costs in the guest |"
	print "|---|---:|---:|---:|---:|---:|---|"
	for (i = 1; i <= operations; i++) {
		name = order[i]
		printf "| %s | %s | %s | %s | %s | %s | %s |\n", title[name], cell(p, "host", name),
			cell(p, "guest", name), both(p, name) ? short(multiple(p, name)) : "-",
			both(p, name) ? short(multiple_of_fastest(p, name)) : "-",
			verdict(p, name), bound[name]
	}
}

function json_side(p, side, name, text, i) {
	text = sprintf("\"%s\": {\"median\": %s, \"samples\": [", side,
		count[p, side, name] ? median(p, side, name) : "null")
	for (i = 1; i <= count[p, side, name]; i++)
		text = text (i > 1 ? ", " : "") sample[p, side, name, i]
	return text "]}"
}

function print_json(i, k, p, name, places, lead) {
	split("pinned free", places, " ")
	for (k = 1; k <= 2; k++)
		for (i = 1; i <= operations; i++) {
			p = places[k]
			name = order[i]
			if (!count[p, "host", name] && !count[p, "guest", name])
				continue
			printf "%s    {\"metric\": \"%s\", \"placement\": \"%s\", \"unit\": \"us\",\n", lead,
				name, p
			printf "     %s,\n     %s,\n", json_side(p, "host", name), json_side(p, "guest", name)
			printf "     \"multiple\": %s, \"bar\": %s}",
				both(p, name) ? sprintf("%.4f", multiple(p, name)) : "null",
				bar[p, name] == "" ? "null" : bar[p, name]
			lead = ",\n"
		}
	print ""
}

END {
	for (key in count) {
		split(key, part, SUBSEP)
		sort_samples(part[1], part[2], part[3])
	}
	if (json)
		print_json()
	else
		print_table(placement)
}
