# SPDX-License-Identifier: BSD-2-Clause
"""Costs that only an annotated kernel has: assembling, size, rewriting, memory, boot.

Invariant: each figure says by which clock it was taken.
"""
from __future__ import annotations

from document import Block, Heading, Paragraph, Table
from figures import MISSING, figure_text, spread_text
from results import Result, Run

CLOCKS = {"icount": "instructions, deterministic", "wall": "by the clock", "none": "counted"}
# These come once for each class too, as NAME-CLASS.
OF_CLASS = ("sites", "site-bytes", "pad-bytes")


def class_of(result: Result) -> str:
    """The class that a metric is about, or ''."""
    for name in OF_CLASS:
        # "site-bytes" begins with no other of these names and a dash.
        if result.metric.startswith(name + "-"):
            return result.metric[len(name) + 1 :]
    return ""


def class_table(run: Run) -> list[Block]:
    own = list(run.of("own"))
    classes = list(dict.fromkeys(c for c in map(class_of, own) if c))
    if not classes:
        return []
    systems = list(dict.fromkeys(r.system for r in own if class_of(r)))
    rows = []
    for name in [*classes, ""]:
        row = [name or "all"]
        for system in systems:
            for metric in OF_CLASS:
                found = run.find(system, "own", f"{metric}-{name}" if name else metric)
                row.append(figure_text(found.median) if found else MISSING)
        rows.append(row)
    columns = [f"{metric}, {system.width}" for system in systems for metric in OF_CLASS]
    return [Heading(3, "Sites and their pads, by class"), Table(["class", *columns], rows)]


def chapter(run: Run) -> list[Block]:
    rows = [
        [r.metric, str(r.system), figure_text(r.median), r.unit, spread_text(r), CLOCKS[r.clock]]
        for r in run.of("own")
        if not class_of(r)
    ]
    blocks: list[Block] = [Heading(2, "Costs that are ours alone")]
    if not rows:
        return blocks + [Paragraph("Not measured in this run.")]
    columns = ["metric", "system", "figure", "unit", "spread", "how measured"]
    table = Table(columns, rows, words=2, texts=("unit", "spread", "how measured"))
    return [*blocks, table, *class_table(run)]
