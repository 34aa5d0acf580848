# SPDX-License-Identifier: BSD-2-Clause
"""What is measured by the clock: an i386 kernel in a process, and the host beside it.

Invariant: a figure stands beside the host's of the same run, and is never gated.
"""
from __future__ import annotations

from document import Block, Heading, Paragraph, Table
from figures import MISSING, figure_text, ratio, ratio_text, spread_text
from results import Run, System


def table(run: Run, group: str, host: System, systems: list[System]) -> Table | None:
    metrics = list(dict.fromkeys(r.metric for r in run.of(group, "wall")))
    rows = []
    for metric in metrics:
        base = run.find(host, group, metric)
        for system in systems:
            result = run.find(system, group, metric)
            if result is None and base is None:
                continue
            unit = (result or base).unit if result or base else MISSING
            rows.append(
                [metric, str(system), unit, figure_text(result.median if result else None)]
                + [spread_text(result), figure_text(base.median if base else None)]
                + [ratio_text(ratio(result, base))]
            )
    if not rows:
        return None
    columns = [group, "system", "unit", "median", "spread", f"{host.platform}", "x host"]
    return Table(columns, rows, words=3, texts=("spread",))


def chapter(run: Run) -> list[Block]:
    blocks: list[Block] = [
        Heading(2, "By the clock"),
        Paragraph(
            "The processor itself runs these, so there are no counts of instructions. Good for the "
            "ratio to the host in this run, not for comparing with another machine or hour; never "
            "gated."
        ),
    ]
    measured = {r.system for g in ("micro", "macro") for r in run.of(g, "wall")}
    hosts = sorted(s for s in measured if s.platform == "host")
    tables = []
    for host in hosts:
        systems = sorted(s for s in measured if s.platform != "host" and s.width == host.width)
        for group in ("micro", "macro"):
            tables.append(table(run, group, host, systems))
    found = [t for t in tables if t]
    return blocks + (list(found) or [Paragraph("Not measured in this run.")])
