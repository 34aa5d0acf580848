# SPDX-License-Identifier: BSD-2-Clause
"""How fast the assembler pass is, and how much of a kernel's build it takes: processor time, with
our assembler and the stock one in turn.

Invariant: both assemble the same text, which the kernel's own build made.
"""
from __future__ import annotations

import os
import re
import shutil
import tempfile
from glob import glob
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any

from costs.make import CannotMeasure, Places, entry, output_of
from results import System

HOST = System("annotated", "host", "x86_64")
# Of each kind some: large and small, with much inline assembly and with none.
SAMPLE = (
    "kernel/sched/core",
    "kernel/fork",
    "mm/memory",
    "mm/page_alloc",
    "fs/namei",
    "fs/exec",
    "lib/vsprintf",
    "lib/string",
    "arch/x86/kernel/process_64",
    "arch/x86/kernel/traps",
    "drivers/tty/n_tty",
    "net/core/dev",
)
PASS_ALONE = re.compile(r"^pass alone: .*: ([0-9.]+) million lines/s$", re.M)


def lines_a_second(places: Places, rounds: int) -> list[dict[str, Any]]:
    samples = []
    for _ in range(rounds):
        environment = {**os.environ, "O": places.build}
        text = output_of([f"{places.top}/tests/bench/as-bench"], env=environment)
        found = PASS_ALONE.search(text)
        if not found:
            raise CannotMeasure("as-bench did not say how many lines a second")
        samples.append(1e6 * float(found[1]))
    return [entry(HOST, "as-lines-per-second", samples, "lines/s", "wall")]


def processor_seconds(command: list[str]) -> float:
    """User and system time of a command and all that it started."""
    before = getrusage(RUSAGE_CHILDREN)
    output_of(command, 1200)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


class Tree:
    """A kernel's build folder with the sample compiled, once to objects and once to assembly."""

    def __init__(self, places: Places, folder: str) -> None:
        source = sorted(glob(f"{places.build}/guest/linux-*/Makefile"))
        if not source:
            raise CannotMeasure(f"no unpacked Linux in {places.build}/guest: run make guest")
        self.folder = folder
        self.make = ["env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "-u", "O", "make", "-s"]
        self.make += ["-C", os.path.dirname(source[-1]), f"O={folder}"]
        shutil.copy(places.guest("x86_64", "annotated/config"), f"{folder}/.config")
        output_of([*self.make, "-j2", "olddefconfig", "prepare"], 1200)
        # The configuration may leave a file out; the rest is the sample then.
        self.names = [name for name in SAMPLE if self.is_compiled(name)]
        if len(self.names) < 5:
            raise CannotMeasure("too few files of the sample are in this kernel")

    def is_compiled(self, name: str) -> bool:
        try:
            output_of([*self.make, f"{name}.s", f"{name}.o"], 300)
        except CannotMeasure:
            return False
        return True

    def build_seconds(self) -> float:
        """Of the sample, as the kernel's own make does it, by the stock assembler."""
        for name in self.names:
            os.remove(f"{self.folder}/{name}.o")
        return processor_seconds([*self.make, *(f"{name}.o" for name in self.names)])

    def assembling_seconds(self, assembler: str) -> float:
        out = f"{self.folder}/sample.o"
        texts = [f"{self.folder}/{name}.s" for name in self.names]
        return sum(processor_seconds([assembler, "--64", text, "-o", out]) for text in texts)


def share_of_build(places: Places, rounds: int) -> list[dict[str, Any]]:
    """What a build takes more, of what it takes: only the assembler differs, and it is measured
    by itself, since all the rest varies by more than the difference is."""
    ours, stock = f"{places.build}/libexec/afterburner/as", "/usr/bin/as"
    share, build = [], []
    with tempfile.TemporaryDirectory(dir=f"{places.build}/bench") as folder:
        tree = Tree(places, folder)
        build = [tree.build_seconds() for _ in range(2)]
        for _ in range(rounds):
            more = tree.assembling_seconds(ours) - tree.assembling_seconds(stock)
            share.append(100 * more / min(build))
    return [
        entry(HOST, "as-share-of-kernel-build", share, "% of the processor time", "wall"),
        entry(System("plain", "host", "x86_64"), "kernel-sample-build", build, "s", "wall"),
    ]
