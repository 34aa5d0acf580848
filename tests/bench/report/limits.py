# SPDX-License-Identifier: BSD-2-Clause
"""What the project set itself to reach, and whether a run reaches it.

Invariant: a limit whose figures are missing is neither met nor missed.
"""
from __future__ import annotations

from dataclasses import dataclass

from figures import BARE, BARE_I386, DOM0, DOM0_I386, DOMU, L4, OURS_BARE, OURS_BARE_I386
from figures import STOCK_DOMU, figure_text, ratio, ratio_text
from results import Run, System

MACRO = ("compile", "tar", "untar", "http", "sqlite", "boot")
BARE_MOST = 1.003
DOMU_MICRO = ("null-call", "fork", "exec", "pipe", "switch-2", "page-fault", "mmap")
DOMU_MICRO_MOST = 1.15
DOMU_COMPILE_MOST = 1.05
IO = ("disk-read-4k", "disk-write-4k", "disk-read-128k", "disk-write-128k")
IO += ("tcp-trip", "tcp-get", "tcp-put", "disk-untar", "disk-compile")
IO_MOST = 1.2
# A 32-bit kernel on Xen against the 64-bit one; on L4 in instructions.
I386_MICRO = ("null-call", "fork", "exec", "pipe", "switch-2", "page-fault")
I386_MICRO_MOST = 1.15
L4_MOST = {"null-call": 2000, "page-fault": 6000}


@dataclass(frozen=True)
class Limit:
    """`system` may take at most `most` times the instructions of `base`, or so many."""

    group: str
    metric: str
    system: System
    base: System | None
    most: float
    measured: float | None

    @property
    def verdict(self) -> str:
        if self.measured is None:
            return "not measured"
        return "met" if self.measured <= self.most else "MISSED"

    def text(self, figure: float | None) -> str:
        return ratio_text(figure) if self.base else figure_text(figure)


def limits(run: Run) -> list[Limit]:
    """All of them, measured or not."""

    def limit(group: str, metric: str, system: System, base: System, most: float) -> Limit:
        measured = ratio(run.find(system, group, metric), run.find(base, group, metric))
        return Limit(group, metric, system, base, most, measured)

    found = [limit("macro", m, OURS_BARE, BARE, BARE_MOST) for m in MACRO]
    for metric in MACRO:
        # Not every job has a program for i386.
        if run.find(OURS_BARE_I386, "macro", metric):
            found.append(limit("macro", metric, OURS_BARE_I386, BARE_I386, BARE_MOST))
    found += [limit("micro", m, DOMU, STOCK_DOMU, DOMU_MICRO_MOST) for m in DOMU_MICRO]
    found.append(limit("macro", "compile", DOMU, STOCK_DOMU, DOMU_COMPILE_MOST))
    found += [limit("micro", m, DOM0_I386, DOM0, I386_MICRO_MOST) for m in I386_MICRO]
    for metric, most in L4_MOST.items():
        result = run.find(L4, "micro", metric)
        found.append(Limit("micro", metric, L4, None, most, result.median if result else None))
    found += [limit("io", m, DOMU, STOCK_DOMU, IO_MOST) for m in IO]
    return found
