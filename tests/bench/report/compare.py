# SPDX-License-Identifier: BSD-2-Clause
"""Compares the instruction counts of a run with a baseline.

Invariant: every metric of both is in exactly one verdict; nothing is compared across versions.
"""
from __future__ import annotations

from dataclasses import dataclass

from baseline import Baseline, Gated, of_run
from results import Run

TOLERANCE = 0.03


@dataclass(frozen=True)
class Verdict:
    """kind: same, grown, shrunk, gone (only the baseline has it) or new (only the run)."""

    key: str
    kind: str
    old: Gated | None
    new: Gated | None
    reason: str = ""

    @property
    def growth(self) -> float | None:
        """As a share: 0.03 is 3 % more."""
        if self.old is None or self.new is None or self.old.instructions == 0:
            return None
        return self.new.instructions / self.old.instructions - 1

    @property
    def failed(self) -> bool:
        return self.kind in ("grown", "gone")


def kind_of(old: Gated, new: Gated) -> str:
    if new.instructions > old.instructions * (1 + TOLERANCE):
        return "grown"
    if new.instructions < old.instructions * (1 - TOLERANCE):
        return "shrunk"
    return "same"


def why_gone(run: Run, key: str) -> str:
    system, _, metric = key.split(" ", 2)
    for skip in run.skipped:
        if skip.system == system and skip.metric in ("*", metric):
            return skip.reason
    return "the run does not say why"


def verdicts(run: Run, baseline: Baseline) -> list[Verdict]:
    """Sorted by key."""
    ours = of_run(run).metrics
    found = []
    for key in sorted(baseline.metrics.keys() | ours.keys()):
        old, new = baseline.metrics.get(key), ours.get(key)
        if old and new:
            found.append(Verdict(key, kind_of(old, new), old, new))
        elif old:
            found.append(Verdict(key, "gone", old, None, why_gone(run, key)))
        else:
            found.append(Verdict(key, "new", None, new))
    return found


def other_versions(run: Run, baseline: Baseline) -> list[str]:
    """What differs between the two in what was measured with; empty if they can be compared. A
    kernel that only one of them has is none: its metrics are new, or gone."""
    ours = run.versions()
    return [
        f"{name}: baseline {baseline.versions[name]}, this run {ours[name]}"
        for name in sorted(baseline.versions.keys() & ours.keys())
        if baseline.versions[name] != ours[name]
    ]


def changed_counters(verdict: Verdict) -> list[str]:
    """Counters that moved by more than 3 % and by one in twenty operations."""
    old = verdict.old.counters if verdict.old else {}
    new = verdict.new.counters if verdict.new else {}
    lines = []
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name, 0.0), new.get(name, 0.0)
        if abs(after - before) > max(0.05, TOLERANCE * before):
            lines.append(f"{name} {before:g} -> {after:g}")
    return lines
