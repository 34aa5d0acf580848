# SPDX-License-Identifier: BSD-2-Clause
"""What the parts of the own costs share: running a program, making an entry of a results file.

Invariant: a program that fails is an error with its words, never a figure.
"""
from __future__ import annotations

import statistics
import subprocess
from dataclasses import dataclass
from typing import Any

from results import System


class CannotMeasure(Exception):
    """Why a cost has no figure; becomes a line of what was skipped."""


@dataclass(frozen=True)
class Places:
    """The source's root and the build folder."""

    top: str
    build: str

    def guest(self, width: str, name: str) -> str:
        return f"{self.build}/guest/{width}/{name}"


def output_of(command: list[str], seconds: int = 600, **more: Any) -> str:
    """What it prints on standard output, which must not fail."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
            **more,
        )
    except OSError as error:
        raise CannotMeasure(f"{command[0]}: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise CannotMeasure(f"{command[0]}: still running after {seconds} s") from error
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip().splitlines()
        raise CannotMeasure(f"{command[0]}: {words[-1] if words else done.returncode}")
    return done.stdout


def entry(
    system: System, metric: str, samples: list[float], unit: str, clock: str = "none"
) -> dict[str, Any]:
    """One of results[]; with few samples, low and high are the first and the last."""
    ordered = sorted(samples)
    tenth = len(ordered) // 10
    return {
        "kernel": system.kernel,
        "platform": system.platform,
        "width": system.width,
        "group": "own",
        "metric": metric,
        "clock": clock,
        "unit": unit,
        "samples": ordered,
        "median": statistics.median(ordered),
        "low": ordered[tenth],
        "high": ordered[-1 - tenth],
        "counters": {},
    }
