# SPDX-License-Identifier: BSD-2-Clause
"""Costs that only an annotated kernel has: assembling, size, rewriting, memory, boot.

Invariant: each figure says by which clock it was taken.
"""
from __future__ import annotations

from document import Block, Heading, Paragraph, Table
from figures import figure_text, spread_text
from results import Run

CLOCKS = {"icount": "instructions, deterministic", "wall": "by the clock", "none": "counted"}


def chapter(run: Run) -> list[Block]:
    blocks: list[Block] = [Heading(2, "Costs that are ours alone")]
    rows = [
        [r.metric, str(r.system), figure_text(r.median), r.unit, spread_text(r), CLOCKS[r.clock]]
        for r in run.of("own")
    ]
    if not rows:
        return blocks + [Paragraph("Not measured in this run.")]
    columns = ["metric", "system", "figure", "unit", "spread", "how measured"]
    return blocks + [Table(columns, rows, words=2, texts=("unit", "spread", "how measured"))]
