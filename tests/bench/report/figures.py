# SPDX-License-Identifier: BSD-2-Clause
"""Figures as text, and ratios of two results.

Invariant: what is not there is None and is written as missing; it never becomes a zero.
"""
from __future__ import annotations

from typing import Iterable

from results import Result, System

MISSING = "missing"

BARE = System("plain", "bare", "x86_64")
BARE_I386 = System("plain", "bare", "i386")
OURS_BARE = System("annotated", "bare", "x86_64")
OURS_BARE_I386 = System("annotated", "bare", "i386")
DOM0 = System("annotated", "xen-dom0", "x86_64")
DOM0_I386 = System("annotated", "xen-dom0", "i386")
L4 = System("annotated", "l4", "i386")
DOMU = System("annotated", "xen-domU", "x86_64")
STOCK_BARE = System("stock", "bare", "x86_64")
STOCK_DOMU = System("stock", "xen-domU", "x86_64")


# Reports name systems in this order; others follow.
ORDER = [BARE, OURS_BARE, DOM0, DOMU, STOCK_BARE, STOCK_DOMU]
ORDER += [BARE_I386, OURS_BARE_I386, DOM0_I386, L4]


def in_order(systems: Iterable[System]) -> list[System]:
    known = set(systems)
    return [s for s in ORDER if s in known] + sorted(known - set(ORDER))


def own_bare(system: System) -> System:
    """The same kernel on bare metal: what the platform costs is what a system needs beyond it."""
    return System(system.kernel, "bare", system.width)


def reference(system: System) -> System:
    """The un-annotated kernel on bare metal of the same width."""
    return BARE_I386 if system.width == "i386" else BARE


def ratio(result: Result | None, base: Result | None) -> float | None:
    """How many times as much; both must have been measured by the same clock."""
    if result is None or base is None or base.median <= 0:
        return None
    assert result.clock == base.clock and result.unit == base.unit
    return result.median / base.median


def ratio_text(value: float | None) -> str:
    if value is None:
        return MISSING
    for limit, places in ((2, 3), (10, 2), (100, 1)):
        if value < limit:
            return f"{value:.{places}f}"
    return f"{value:,.0f}"


def figure_text(value: float | None) -> str:
    """A figure with as many places as are worth reading."""
    if value is None:
        return MISSING
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"


def change_text(share: float | None) -> str:
    """A growth, 0.03 is 3 %."""
    if share is None:
        return MISSING
    text = f"{100 * share:+.2f} %"
    return "same" if text[1:] == "0.00 %" else text


def spread_text(result: Result | None) -> str:
    """The tenth and the ninetieth of a hundred samples, against the median."""
    if result is None:
        return MISSING
    if result.low == result.high:
        return "none"
    if result.median == 0:
        return f"{figure_text(result.low)} to {figure_text(result.high)}"
    low, high = (100 * (v / result.median - 1) for v in (result.low, result.high))
    return f"{low:+.1f} to {high:+.1f} %"
