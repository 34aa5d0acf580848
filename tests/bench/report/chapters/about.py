# SPDX-License-Identifier: BSD-2-Clause
"""What the figures were taken on, what was left out, and how to take them again.

Invariant: everything that was skipped is listed with its reason.
"""
from __future__ import annotations

from baseline import Baseline
from compare import other_versions
from document import Block, Bullets, Commands, Heading, Paragraph, Table
from results import Run


REPEAT = [
    "make bench           # this report, minutes",
    "make bench-full      # more rounds and jobs",
    "make bench-gate      # instruction counts against the baseline",
    "make bench-baseline  # renews the baseline",
]


def left_out(run: Run) -> list[Block]:
    if not run.skipped:
        return [Paragraph("Nothing.")]
    rows = [[s.system, "all" if s.metric == "*" else s.metric, s.reason] for s in run.skipped]
    return [Table(["system", "metric", "reason"], rows, words=3)]


def against(run: Run, base: Baseline | None) -> list[Block]:
    if base is None:
        return [Paragraph("No baseline was given.")]
    different = other_versions(run, base)
    if not different:
        return [Paragraph(f"Baseline of {base.commit}, taken with the same versions.")]
    return [
        Paragraph(f"Baseline of {base.commit}, taken with other versions, which count as well:"),
        Bullets(different),
    ]


def chapter(run: Run, base: Baseline | None) -> list[Block]:
    machine = [[str(name), str(value)] for name, value in run.machine.items()]
    kernels = [[name, k["version"], k["sha256"]] for name, k in sorted(run.kernels.items())]
    return [
        Heading(2, "Left out"),
        *left_out(run),
        Heading(2, "Baseline"),
        *against(run, base),
        Heading(2, "How to repeat"),
        Commands(REPEAT),
        Paragraph(f"This was set {run.set}, rounds {run.rounds}, {run.commit}, {run.date}."),
        Table(["machine", ""], machine, words=2),
        Table(["kernel", "version", "sha256"], kernels, words=3),
    ]
