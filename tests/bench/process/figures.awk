# SPDX-License-Identifier: BSD-2-Clause
#
# What the results of process-bench are made from; table.awk, bars.awk and json.awk print them:
#
#   awk -v width=x86_64 [-v set=io] -f figures.awk -f table.awk ... operations.txt bars.txt samples
#
# operations.txt (behind which jobs.txt may stand) and bars.txt tell themselves what they hold; samples has lines
# "PLACEMENT SIDE NAME SAMPLE...", in microseconds, of the sides host, guest, uml and tcg.
#
# Invariant: a figure is the median of all samples of all rounds; what was not measured has none.

BEGIN { set = set == "" ? "process" : set }
FNR == 1 { file++ }
/^#/ { next }
file == 1 {
	split($0, field, / *\| */)
	if ((" " field[2] " ") !~ (" " set "(-" width ")? "))
		next
	order[++operations] = field[1]
	title[field[1]] = field[3]
	cost[field[1]] = field[4]
	next
}
file == 2 {
	split($0, field, / *\| */)
	if (field[1] != width || (field[8] == "" ? "process" : field[8]) != set)
		next
	bar_placement[++bars] = field[2]
	bar_measure[bars] = field[3]
	bar_relation[bars] = field[4]
	bar_value[bars] = field[5]
	bar_words[bars] = field[6]
	bar_names[bars] = field[7]
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
}

function sort_all(key, part) {
	for (key in count) {
		split(key, part, SUBSEP)
		sort_samples(part[1], part[2], part[3])
	}
}

function median(p, side, name, n) {
	n = count[p, side, name]
	if (n % 2)
		return sample[p, side, name, (n + 1) / 2]
	return (sample[p, side, name, n / 2] + sample[p, side, name, n / 2 + 1]) / 2
}

# Was a measure, two sides with a slash between them, measured?
function has(p, measure, name, side) {
	split(measure, side, "/")
	return count[p, side[1], name] && count[p, side[2], name]
}

function ratio(p, measure, name, side) {
	split(measure, side, "/")
	return median(p, side[1], name) / median(p, side[2], name)
}

# Other load on the machine stretches batches, but hardly all of them.
function ratio_of_fastest(p, measure, name, side) {
	split(measure, side, "/")
	return sample[p, side[1], name, 1] / sample[p, side[2], name, 1]
}

# Is bar B for operation NAME at placement P?
function concerns(b, p, name) {
	return (" " bar_placement[b] " ") ~ (" " p " ") &&
		(bar_names[b] == "*" || (" " bar_names[b] " ") ~ (" " name " "))
}

function meets(b, p, name, x) {
	x = ratio(p, bar_measure[b], name)
	if (bar_relation[b] == "at most")
		return x <= bar_value[b] + 0
	return bar_relation[b] == "above" ? x > bar_value[b] + 0 : x >= bar_value[b] + 0
}

function short(x) {
	return x < 10 ? sprintf("%.2f", x) : x < 100 ? sprintf("%.1f", x) : sprintf("%.0f", x)
}
