# SPDX-License-Identifier: BSD-2-Clause
"""Reads a results file (schema 2, tests/bench/README.md).

Invariant: a Run holds only figures that make sense: possible, in order, one clock for each metric;
anything else is refused with what is wrong and where.
"""
from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Iterator

SCHEMA = 2
GROUPS = ("micro", "site", "macro", "io", "own")
CLOCKS = ("icount", "wall", "none")
# A platform has one clock: QEMU counts instructions; nobody counts those of a process or the host.
WALL_PLATFORMS = ("process", "host", "uml")
LARGEST = 1e18
# May be below zero; not gated, since what they are the difference of is.
DIFFERENCES = ("boot-added", "text-growth", "as-share-of-kernel-build")
VERSIONS = ("linux_source", "gcc", "qemu", "xen")


class BadFile(Exception):
    """A file that is not what it should be; the text says which, where and why."""


@dataclass(frozen=True, order=True)
class System:
    """What ran on what: kernel (plain, annotated, stock), platform, width."""

    kernel: str
    platform: str
    width: str

    def __str__(self) -> str:
        return f"{self.kernel}/{self.platform}/{self.width}"


@dataclass(frozen=True)
class Result:
    """One metric of one system. Figures and counters are for one operation."""

    system: System
    group: str
    metric: str
    clock: str
    unit: str
    samples: tuple[float, ...]
    median: float
    low: float
    high: float
    counters: dict[str, float]

    @property
    def key(self) -> str:
        return f"{self.system} {self.group} {self.metric}"


@dataclass(frozen=True)
class Skip:
    """What a run left out; metric '*' is a whole system."""

    system: str
    metric: str
    reason: str


@dataclass
class Run:
    """One results file."""

    set: str
    commit: str
    date: str
    rounds: int
    machine: dict[str, Any]
    kernels: dict[str, dict[str, str]]
    results: list[Result]
    skipped: list[Skip]
    index: dict[str, Result] = field(default_factory=dict)

    def find(self, system: System, group: str, metric: str) -> Result | None:
        return self.index.get(f"{system} {group} {metric}")

    def of(self, group: str, clock: str | None = None) -> Iterator[Result]:
        for result in self.results:
            if result.group == group and clock in (None, result.clock):
                yield result

    def versions(self) -> dict[str, str]:
        """What must be the same for two runs to be comparable."""
        found = {name: str(self.machine[name]) for name in VERSIONS}
        for name, kernel in self.kernels.items():
            if name.startswith("stock/"):
                found[name] = kernel["version"]
        return found


def load_json(path: str) -> Any:
    """Any JSON file; NaN and infinities are no JSON."""

    def refuse(word: str) -> float:
        raise BadFile(f"{path}: {word} is not a figure")

    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file, parse_constant=refuse)
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{path}: not JSON: {error}") from error


def member(where: str, table: Any, name: str, kind: type | tuple[type, ...]) -> Any:
    """table[name], which must be there and of that kind."""
    if not isinstance(table, dict) or name not in table:
        raise BadFile(f"{where}: '{name}' is missing")
    value = table[name]
    if not isinstance(value, kind) or isinstance(value, bool):
        raise BadFile(f"{where}: '{name}' is {json.dumps(value)[:40]}")
    return value


def number(where: str, value: Any, signed: bool = False) -> float:
    """A figure that something can have, not below zero unless signed."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > LARGEST:
        raise BadFile(f"{where}: {json.dumps(value)[:40]} is not a figure")
    if value < 0 and not signed:
        raise BadFile(f"{where}: {value} is below zero")
    return float(value)


def one_of(where: str, table: Any, name: str, words: tuple[str, ...]) -> str:
    word = str(member(where, table, name, str))
    if word not in words:
        raise BadFile(f"{where}: '{name}' is '{word}', not one of {', '.join(words)}")
    return word


def check_clock(where: str, result: Result) -> None:
    """No figure of one clock may look like one of the other."""
    if result.group != "own" and result.clock == "none":
        raise BadFile(f"{where}: no clock")
    if (result.clock == "icount") != (result.unit == "instructions"):
        raise BadFile(f"{where}: clock {result.clock} with unit {result.unit}: mixed clocks")
    wall = result.system.platform in WALL_PLATFORMS
    if result.clock != "none" and result.group != "own" and wall != (result.clock == "wall"):
        raise BadFile(f"{where}: clock {result.clock} on {result.system.platform}: mixed clocks")


def read_result(where: str, raw: Any) -> Result:
    system = System(*(member(where, raw, n, str) for n in ("kernel", "platform", "width")))
    metric = member(where, raw, "metric", str)
    group = one_of(where, raw, "group", GROUPS)
    where = f"{where} ({system} {metric})"
    signed = metric in DIFFERENCES
    counters = raw.get("counters") or {}
    if not isinstance(counters, dict):
        raise BadFile(f"{where}: 'counters' is not a table")
    result = Result(
        system=system,
        group=group,
        metric=metric,
        clock=one_of(where, raw, "clock", CLOCKS),
        unit=member(where, raw, "unit", str),
        samples=tuple(number(where, v, signed) for v in member(where, raw, "samples", list)),
        median=number(where, raw.get("median"), signed),
        low=number(where, raw.get("low"), signed),
        high=number(where, raw.get("high"), signed),
        counters={str(n): number(f"{where} counter {n}", v) for n, v in counters.items()},
    )
    if not result.samples:
        raise BadFile(f"{where}: no samples")
    if not min(result.samples) <= result.low <= result.median <= result.high <= max(result.samples):
        raise BadFile(f"{where}: low, median, high and the samples contradict each other")
    check_clock(where, result)
    return result


def add_index(path: str, run: Run) -> None:
    for result in run.results:
        if result.key in run.index:
            other = run.index[result.key]
            why = "twice" if other.clock == result.clock else "by two clocks: mixed clocks"
            raise BadFile(f"{path}: {result.key} is there {why}")
        run.index[result.key] = result


def read_kernels(path: str, raw: Any) -> dict[str, dict[str, str]]:
    return {
        str(name): {n: member(f"{path}: kernel {name}", k, n, str) for n in ("sha256", "version")}
        for name, k in member(path, raw, "kernels", dict).items()
    }


def load(path: str) -> Run:
    """The run of a results file; BadFile if it is none."""
    raw = load_json(path)
    schema = member(path, raw, "schema", int)
    if schema != SCHEMA:
        raise BadFile(f"{path}: schema {schema}, this reads schema {SCHEMA}")
    machine = member(path, raw, "machine", dict)
    for name in VERSIONS:
        member(f"{path}: machine", machine, name, str)
    run = Run(
        set=member(path, raw, "set", str),
        commit=member(path, raw, "commit", str),
        date=member(path, raw, "date", str),
        rounds=member(path, raw, "rounds", int),
        machine=machine,
        kernels=read_kernels(path, raw),
        results=[
            read_result(f"{path}: result {i}", r)
            for i, r in enumerate(member(path, raw, "results", list), 1)
        ],
        skipped=[
            Skip(*(member(f"{path}: skip {i}", s, n, str) for n in ("system", "metric", "reason")))
            for i, s in enumerate(member(path, raw, "skipped", list), 1)
        ],
    )
    add_index(path, run)
    return run
