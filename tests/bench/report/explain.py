# SPDX-License-Identifier: BSD-2-Clause
"""Says in words why a figure is what it is: what the wedge counted beside it.

Invariant: nothing is said that was not counted.
"""
from __future__ import annotations

from figures import figure_text, ratio, ratio_text
from results import Result

WORTH_TELLING = 0.005


def counter_words(name: str, value: float) -> str:
    words = name.replace("-", " ").replace("_", " ")
    if value == 1 and words.endswith("s"):
        words = words[:-1]
    return f"{figure_text(value)} {words}"


def counters_text(result: Result, most: int = 4) -> str:
    """The largest counters of one operation, '' if nothing was counted."""
    sizes = sorted(result.counters.items(), key=lambda c: (-c[1], c[0]))
    told = [counter_words(n, v) for n, v in sizes if v >= WORTH_TELLING][:most]
    return ", ".join(told)


def joined(words: str) -> str:
    head, comma, tail = words.rpartition(", ")
    return f"{head} and {tail}" if comma else tail


def explanation(ours: Result, stock: Result) -> str | None:
    """One line for a ratio above one; None if there is nothing to explain."""
    times = ratio(ours, stock)
    if times is None or times <= 1:
        return None
    head = (
        f"{ours.metric}: {ratio_text(times)} times stock's instructions "
        f"({figure_text(ours.median - stock.median)} more): "
    )
    if not ours.counters:
        return head + "not explained, no counters in this run"
    told = counters_text(ours)
    if not told:
        return head + "the wedge counted nothing: the guest's own code, with its pads"
    return head + joined(told) + " per operation"
