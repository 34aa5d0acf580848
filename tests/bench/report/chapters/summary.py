# SPDX-License-Identifier: BSD-2-Clause
"""The first page: what it costs to run on each platform, and which limits are met.

Invariant: figures of the two clocks stand in two tables.
"""
from __future__ import annotations

from document import Bar, Block, Chart, Heading, Paragraph, Table
from figures import (
    DOM0,
    DOM0_I386,
    DOMU,
    L4,
    OURS_BARE,
    OURS_BARE_I386,
    STOCK_BARE,
    STOCK_DOMU,
    figure_text,
    ratio,
    ratio_text,
    reference,
)
from limits import limits
from results import Run, System

COLUMNS = (
    ("null call", "micro", "null-call"),
    ("fork", "micro", "fork"),
    ("exec", "micro", "exec"),
    ("page fault", "micro", "page-fault"),
    ("compile", "macro", "compile"),
    ("http", "macro", "http"),
    ("boot", "macro", "boot"),
)
ROWS = (
    ("Afterburner, bare metal", OURS_BARE),
    ("Afterburner, bare metal, i386", OURS_BARE_I386),
    ("Afterburner, Xen dom0", DOM0),
    ("Afterburner, Xen dom0, i386", DOM0_I386),
    ("Afterburner, L4, i386", L4),
    ("Afterburner, Xen domU", DOMU),
    ("Debian's kernel, bare metal", STOCK_BARE),
    ("Debian's kernel, Xen domU", STOCK_DOMU),
)
WALL_TITLES = {
    System("annotated", "process", "i386"): "Afterburner in a process, i386",
    System("uml", "uml", "x86_64"): "User-mode Linux, x86-64",
}


def ratios(run: Run, system: System, base: System) -> list[float | None]:
    return [ratio(run.find(system, g, m), run.find(base, g, m)) for _, g, m in COLUMNS]


def instruction_rows(run: Run) -> list[tuple[str, list[float | None]]]:
    rows = [(title, ratios(run, system, reference(system))) for title, system in ROWS]
    itself = "Debian's kernel, Xen domU, against itself on bare metal"
    rows.append((itself, ratios(run, STOCK_DOMU, STOCK_BARE)))
    return rows


def wall_rows(run: Run) -> list[tuple[str, list[float | None]]]:
    """What runs on the host itself, against the host."""
    systems = {r.system for r in run.results if r.clock == "wall" and r.group in ("micro", "macro")}
    rows = []
    for host in sorted(s for s in systems if s.platform == "host"):
        for system in sorted(s for s in systems if s.platform != "host" and s.width == host.width):
            rows.append((WALL_TITLES.get(system, str(system)), ratios(run, system, host)))
    return rows


def as_table(first: str, rows: list[tuple[str, list[float | None]]]) -> Table:
    return Table(
        [first, *(title for title, _, _ in COLUMNS)],
        [[title, *(ratio_text(v) for v in values)] for title, values in rows],
    )


def limits_table(run: Run) -> Table:
    return Table(
        ["metric", "system", "measured against", "at most", "measured", "verdict"],
        [
            [f"{x.group} {x.metric}", str(x.system), str(x.base or "instructions")]
            + [x.text(x.most), x.text(x.measured), x.verdict]
            for x in limits(run)
        ],
        words=3,
        texts=("verdict",),
    )


def missed_on_bare_metal(run: Run) -> list[Block]:
    """There a site can only cost its pad; how many were passed is the difference itself."""
    lines: list[Block] = []
    for x in limits(run):
        if x.verdict != "MISSED" or x.system.platform != "bare" or x.base is None:
            continue
        ours, plain = (run.find(s, x.group, x.metric) for s in (x.system, x.base))
        assert ours and plain  # it was measured
        more = figure_text(ours.median - plain.median)
        text = (
            f"{x.metric} on {x.system}: {more} instructions more than {figure_text(plain.median)}, "
            "a NOP behind each site that was passed. To this clock it is an instruction, to a "
            "processor next to no time."
        )
        if x.system.width == "i386":
            text += " An entry of a 32-bit kernel passes fourteen, most of them for segments."
        lines.append(Paragraph(text))
    return lines


def chart_of(rows: list[tuple[str, list[float | None]]]) -> Chart:
    shown = [row for row in rows if row[0].endswith(", Xen domU")]
    groups = [
        (title, [Bar(name, values[i]) for name, values in shown])
        for i, (title, _, metric) in enumerate(COLUMNS)
        # On Xen most of a boot is not the guest's.
        if metric != "boot"
    ]
    return Chart("Instructions in a Xen domU, times bare metal", groups, 1.0, "bare metal")


def chapter(run: Run) -> list[Block]:
    rows, wall = instruction_rows(run), wall_rows(run)
    none = Paragraph("Not measured in this run.")
    met = sum(x.verdict == "met" for x in limits(run))
    missed = sum(x.verdict == "MISSED" for x in limits(run))
    return [
        Heading(2, "What it costs to run on each platform"),
        Paragraph(
            "Executed instructions, as a multiple of the same Linux without annotations on bare "
            "metal: 1.000 costs nothing, 2.00 is twice the work. Debian's kernel has another "
            "configuration; the last row compares it with itself. Boot is all that the machine "
            "executes from power-on to the first process: on Xen also Xen's own boot, and for a "
            "domU that of Debian's dom0."
        ),
        as_table("platform", rows),
        chart_of(rows),
        Paragraph(
            "Time by the clock, as a multiple of the host itself in the same run. Not to be "
            "compared with the table above."
        ),
        as_table("platform, by the clock", wall) if wall else none,
        Heading(2, "Limits"),
        Paragraph(f"{met} met, {missed} missed, {len(limits(run)) - met - missed} not measured."),
        limits_table(run),
        *missed_on_bare_metal(run),
    ]
