# SPDX-License-Identifier: BSD-2-Clause
"""Says in words why a figure is what it is: what the wedge counted beside it.

The wedge's counters have totals ("hypercalls") and parts ("hypercall.iret"); a total is told with
its largest parts.

Invariant: nothing is said that was not counted, and no event is told twice.
"""
from __future__ import annotations

from figures import figure_text, own_bare, ratio, ratio_text
from results import Result, Run, System

# Less than this an operation is the timer's or a neighbour's.
WORTH_TELLING = 0.05
# Total, how the names of its parts begin, what one and what several are called. In this order.
TOTALS = (
    ("hypercalls", "hypercall.", "hypercall", "hypercalls"),
    ("faults", "fault.", "fault", "faults"),
    ("sites", "class.", "site done by the wedge", "sites done by the wedge"),
    ("orders", "order.", "order to a user process", "orders to user processes"),
    ("host.mappings", "host.", "mapping in the host", "mappings in the host"),
    ("l4.calls", "l4.", "call of L4", "calls of L4"),
)
# Told beside them, by what they cost. All others are in the results file only.
OTHERS = (
    ("fault.user-foreseen", "page filled before it faults", "pages filled before they fault"),
    ("xen.emulated", "instruction emulated by Xen", "instructions emulated by Xen"),
    ("emulated.kernel", "instruction without a site", "instructions without a site"),
    ("emulated.user-io", "port access of a program", "port accesses of a program"),
    ("delivered", "event handed to the guest", "events handed to the guest"),
    ("shadow.entries-written", "shadow entry written", "shadow entries written"),
    ("shadow.tables-compared", "table compared", "tables compared"),
    ("shadow.tables-emptied", "shadow table emptied", "shadow tables emptied"),
    ("space.switches", "switch of the address space", "switches of the address space"),
    ("tlb.flushes", "whole TLB flush", "whole TLB flushes"),
    ("signal.fault", "signal for a fault", "signals for a fault"),
    ("l4.mapped-for-user", "piece mapped for a program", "pieces mapped for a program"),
    ("l4.mapped-for-kernel", "piece mapped for the kernel", "pieces mapped for the kernel"),
    ("l4.ordered-unmaps", "piece taken from a program", "pieces taken from a program"),
    ("entry.user", "stop of a program", "stops of a program"),
    ("entry.user-fill", "page fault answered at once", "page faults answered at once"),
    ("entry.kernel-fault", "fault of the kernel", "faults of the kernel"),
    ("fpu.from-user", "FPU state taken from a program", "FPU states taken from a program"),
    ("fpu.to-user", "FPU state given to a program", "FPU states given to a program"),
    ("fs.loads", "FS's base loaded by L4", "loads of FS's base by L4"),
)


def counted(value: float, one: str, several: str) -> str:
    figure = figure_text(value)
    return f"{figure} {one if figure == '1' else several}"


def parts_text(counters: dict[str, float], beginning: str, most: int = 3) -> str:
    apart = {name for name, *_ in OTHERS + TOTALS}
    parts = [
        (v, n[len(beginning) :])
        for n, v in counters.items()
        if n.startswith(beginning) and n not in apart
    ]
    told = [p for p in sorted(parts, key=lambda p: (-p[0], p[1])) if p[0] >= WORTH_TELLING][:most]
    return ", ".join(f"{figure_text(value)} {name}" for value, name in told)


def phrases(result: Result) -> list[str]:
    """What was counted for one operation, in words."""
    counters = result.counters
    found = []
    for total, beginning, one, several in TOTALS:
        value = counters.get(total, 0)
        if value >= WORTH_TELLING:
            parts = parts_text(counters, beginning)
            phrase = counted(value, one, several)
            found.append(f"{phrase} ({parts})" if parts else phrase)
    for name, one, several in OTHERS:
        value = counters.get(name, 0)
        if value >= WORTH_TELLING:
            found.append(counted(value, one, several))
    return found


def joined(found: list[str]) -> str:
    return " and ".join([", ".join(found[:-1]), found[-1]]) if len(found) > 1 else "".join(found)


def why(ours: Result) -> str:
    if not ours.counters:
        return "not explained, no counters in this run"
    told = phrases(ours)
    if not told:
        return "the wedge counted nothing: the guest's own code, with its pads"
    return joined(told) + " per operation"


def explanation(run: Run, system: System, other: System, group: str, metric: str) -> str | None:
    """One line if `system` takes more than `other`; None if there is nothing to explain."""
    ours, theirs = (run.find(s, group, metric) for s in (system, other))
    times = ratio(ours, theirs)
    if ours is None or theirs is None or times is None or times <= 1:
        return None
    more = figure_text(ours.median - theirs.median)
    line = f"{metric}: {ratio_text(times)} times stock's instructions ({more} more): {why(ours)}"
    bare, other_bare = (run.find(own_bare(s), group, metric) for s in (system, other))
    if bare and other_bare:
        added, other_added = ours.median - bare.median, theirs.median - other_bare.median
        line += f"; the platform adds {figure_text(added)}, to stock {figure_text(other_added)}"
    return line
