# SPDX-License-Identifier: BSD-2-Clause
"""Micro operations and macro jobs, by instructions: every metric on every system, and why.

Invariant: every ratio above that of Debian's domU has its line of explanation.
"""
from __future__ import annotations

from baseline import Baseline
from document import Bar, Block, Bullets, Chart, Heading, Paragraph, Table
from explain import explanation, phrases
from figures import (
    DOM0,
    DOMU,
    MISSING,
    STOCK_DOMU,
    change_text,
    figure_text,
    in_order,
    own_bare,
    ratio,
    ratio_text,
    reference,
    spread_text,
)
from results import Result, Run, System

COUNTED = "counted per operation"
COLUMNS = [
    "system",
    "instructions",
    "more than own bare",
    "x bare",
    "x stock domU",
    "since baseline",
    "spread",
    COUNTED,
]


def metrics_of(run: Run, group: str) -> list[str]:
    return list(dict.fromkeys(r.metric for r in run.of(group, "icount")))


def systems_of(run: Run, group: str) -> list[System]:
    return in_order(r.system for r in run.of(group, "icount"))


def since(result: Result, base: Baseline | None) -> str:
    old = base.metrics.get(result.key) if base else None
    if old is None or old.instructions == 0:
        return "not gated"
    return change_text(result.median / old.instructions - 1)


def counted(result: Result) -> str:
    if result.counters:
        return ", ".join(phrases(result)) or "nothing"
    has_wedge = result.system.kernel == "annotated" and result.system.platform != "bare"
    return MISSING if has_wedge else ""


def row(run: Run, system: System, group: str, metric: str, base: Baseline | None) -> list[str]:
    result = run.find(system, group, metric)
    if result is None:
        return [str(system), MISSING] + [""] * (len(COLUMNS) - 2)
    bare = run.find(reference(system), group, metric)
    own = run.find(own_bare(system), group, metric)
    stock = run.find(STOCK_DOMU, group, metric)
    against_stock = ratio_text(ratio(result, stock)) if system.width == STOCK_DOMU.width else ""
    return [
        str(system),
        figure_text(result.median),
        "" if result is own else figure_text(result.median - own.median if own else None),
        ratio_text(ratio(result, bare)),
        against_stock,
        since(result, base),
        spread_text(result),
        counted(result),
    ]


def explanations(run: Run, group: str) -> list[str]:
    found = [explanation(run, DOMU, STOCK_DOMU, group, m) for m in metrics_of(run, group)]
    return [line for line in found if line]


def chart_of(run: Run, group: str) -> Chart:
    groups = []
    for metric in metrics_of(run, group):
        stock = run.find(STOCK_DOMU, group, metric)
        if not stock:
            continue
        bars = [Bar(str(s), ratio(run.find(s, group, metric), stock)) for s in (DOMU, DOM0)]
        groups.append((metric, bars))
    return Chart("Instructions, times Debian's domU", groups, 1.0, "Debian's domU")


def chapter(run: Run, group: str, title: str, base: Baseline | None) -> list[Block]:
    blocks: list[Block] = [Heading(2, title)]
    metrics = metrics_of(run, group)
    if not metrics:
        return blocks + [Paragraph("Not measured in this run.")]
    blocks.append(chart_of(run, group))
    lines = explanations(run, group)
    if lines:
        blocks += [Heading(3, "Above Debian's domU, and why"), Bullets(lines)]
    for metric in metrics:
        rows = [row(run, s, group, metric, base) for s in systems_of(run, group)]
        blocks += [
            Heading(3, metric),
            Table(COLUMNS, rows, texts=("spread", COUNTED)),
        ]
    return blocks
