# SPDX-License-Identifier: BSD-2-Clause
"""32-bit kernels on Xen and on L4: what an operation takes there, what was asked of the hypervisor
for it, and how much of it that explains.

Invariant: a figure that was not measured is missing; the share of L4 is an estimate and called one.
"""
from __future__ import annotations

from document import Block, Bullets, Heading, Paragraph, Table
from explain import why
from figures import DOM0, DOM0_I386, L4, OURS_BARE_I386, figure_text, ratio, ratio_text
from results import Result, Run, System

METRICS = ("null-call", "read", "fork", "exec", "pipe", "switch-2", "page-fault")
COLUMNS = ["operation", "bare", "Xen, x86-64", "Xen", "x x86-64", "hypercalls", "L4", "L4 calls"]
# Instructions of L4Ka::Pistachio for one of each, as measured with programs that do nothing else
# (wedge/doc/l4.md). A message carries a program's exception or fault, and is answered; the
# FPU changes hands.
L4_PRICES = {
    "l4.ipc": 800,
    "l4.exchange-registers": 270,
    "l4.unmap": 700,
    "l4.mapped-for-user": 800,
    "l4.mapped-for-kernel": 800,
    "l4.ordered-unmaps": 650,
    "fs.loads": 560,
}


def count_of(result: Result | None, counter: str) -> str:
    return figure_text(result.counters.get(counter) if result else None)


def row(run: Run, metric: str) -> list[str]:
    bare, wide, xen, on_l4 = (
        run.find(s, "micro", metric) for s in (OURS_BARE_I386, DOM0, DOM0_I386, L4)
    )
    return [
        metric,
        *(figure_text(r.median if r else None) for r in (bare, wide, xen)),
        ratio_text(ratio(xen, wide)),
        count_of(xen, "hypercalls"),
        figure_text(on_l4.median if on_l4 else None),
        count_of(on_l4, "l4.calls"),
    ]


def price(result: Result) -> float:
    """What L4 itself may take of the operation."""
    return sum(each * result.counters.get(name, 0) for name, each in L4_PRICES.items())


def line(run: Run, system: System, metric: str, where: str) -> str | None:
    ours, bare = (run.find(s, "micro", metric) for s in (system, OURS_BARE_I386))
    if ours is None:
        return None
    text = f"{metric} on {where}: "
    if bare:
        text += f"{figure_text(ours.median - bare.median)} instructions more than on bare metal: "
    text += why(ours)
    if system == L4 and ours.counters:
        text += f"; at L4's own prices these are about {figure_text(round(price(ours), -1))}"
    return text


def chapter(run: Run) -> list[Block]:
    blocks: list[Block] = [Heading(2, "32-bit kernels on Xen and L4")]
    rows = [row(run, m) for m in METRICS]
    lines = [line(run, s, m, w) for s, w in ((DOM0_I386, "Xen"), (L4, "L4")) for m in METRICS]
    told = [text for text in lines if text]
    if not told:
        return [*blocks, Paragraph("Not measured in this run.")]
    return [
        *blocks,
        Paragraph(
            "Instructions of one operation of the i386 kernel, dom0 on Xen. L4 was "
            f"{run.machine.get('l4', 'not there')}; its programs have another C library. Its own "
            "prices are those of L4Ka::Pistachio; what is beyond them and bare metal is the "
            "wedge's work and the stub's."
        ),
        Table(COLUMNS, rows),
        Bullets(told),
    ]
