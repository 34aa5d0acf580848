# SPDX-License-Identifier: BSD-2-Clause
"""The baseline: what the gate compares a run with (tests/bench/baseline/gate.json).

Invariant: a metric a line, sorted, and nothing that changes from run to run without a figure or a
version having changed.
"""
from __future__ import annotations

import json
import os
from dataclasses import dataclass

from results import DIFFERENCES, BadFile, Run, load_json, member, number

SCHEMA = 1


@dataclass(frozen=True)
class Gated:
    """Instructions of one operation, and what the wedge counted beside it."""

    instructions: float
    counters: dict[str, float]


@dataclass(frozen=True)
class Baseline:
    commit: str
    versions: dict[str, str]
    metrics: dict[str, Gated]


def kept(counters: dict[str, float]) -> dict[str, float]:
    """Without what others say already: classes have the instructions, faults the traps."""
    return {n: v for n, v in counters.items() if not n.startswith(("insn.", "trap."))}


def of_run(run: Run) -> Baseline:
    """What the gate judges in a run: everything measured in instructions but differences."""
    gated = [r for r in run.results if r.clock == "icount" and r.metric not in DIFFERENCES]
    return Baseline(
        commit=run.commit,
        versions=run.versions(),
        metrics={r.key: Gated(r.median, kept(r.counters)) for r in gated},
    )


def rounded(value: float) -> int | float:
    """Figures as short as they can be without losing what 3 % needs."""
    value = round(value, 4)
    return int(value) if value == int(value) else value


def as_text(baseline: Baseline) -> str:
    lines = []
    for key in sorted(baseline.metrics):
        gated = baseline.metrics[key]
        line: dict[str, object] = {"instructions": rounded(gated.instructions)}
        if gated.counters:
            line["counters"] = {n: rounded(gated.counters[n]) for n in sorted(gated.counters)}
        lines.append(f"  {json.dumps(key)}: {json.dumps(line)}")
    versions = [f"  {json.dumps(n)}: {json.dumps(v)}" for n, v in sorted(baseline.versions.items())]
    return (
        f'{{"schema": {SCHEMA},\n "commit": {json.dumps(baseline.commit)},\n "versions": {{\n'
        + ",\n".join(versions)
        + '\n },\n "metrics": {\n'
        + ",\n".join(lines)
        + "\n }\n}\n"
    )


def write(path: str, baseline: Baseline) -> None:
    """Replaces the file at once: it is never half there."""
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        file.write(as_text(baseline))
    os.replace(f"{path}.new", path)


def load(path: str) -> Baseline:
    raw = load_json(path)
    schema = member(path, raw, "schema", int)
    if schema != SCHEMA or "metrics" not in raw:
        raise BadFile(f"{path}: not a baseline of schema {SCHEMA}")
    versions = member(path, raw, "versions", dict)
    metrics = {}
    for key, line in member(path, raw, "metrics", dict).items():
        where = f"{path}: {key}"
        instructions = number(where, member(where, line, "instructions", (int, float)))
        counters = line.get("counters", {})
        if not isinstance(counters, dict):
            raise BadFile(f"{where}: 'counters' is not a table")
        metrics[str(key)] = Gated(
            instructions, {str(n): number(where, v) for n, v in counters.items()}
        )
    return Baseline(
        commit=member(path, raw, "commit", str),
        versions={str(n): member(f"{path}: versions", versions, n, str) for n in versions},
        metrics=metrics,
    )
