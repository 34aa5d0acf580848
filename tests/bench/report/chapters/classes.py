# SPDX-License-Identifier: BSD-2-Clause
"""What one instruction of each class of site costs.

Invariant: a table for each clock.
"""
from __future__ import annotations

from document import Block, Heading, Paragraph, Table
from figures import figure_text, in_order
from results import Run


def table(run: Run, clock: str) -> Table | None:
    results = list(run.of("site", clock))
    systems = in_order(r.system for r in results)
    metrics = list(dict.fromkeys(r.metric for r in results))
    if not results:
        return None
    rows = []
    for metric in metrics:
        found = [run.find(system, "site", metric) for system in systems]
        rows.append([metric, *(figure_text(r.median if r else None) for r in found)])
    return Table([f"instruction ({results[0].unit})", *map(str, systems)], rows)


def chapter(run: Run) -> list[Block]:
    blocks: list[Block] = [
        Heading(2, "Cost of a site"),
        Paragraph("One execution each, in a small kernel of its own, without the loop around it."),
    ]
    tables = [t for t in (table(run, clock) for clock in ("icount", "wall")) if t]
    return blocks + (list(tables) or [Paragraph("Not measured in this run.")])
