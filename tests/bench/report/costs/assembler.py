# SPDX-License-Identifier: BSD-2-Clause
"""How fast the assembler pass is, and how much of a kernel's build it takes: processor time, with
the stock assembler and ours in turn.

Invariant: both sides compile the same files of the same source with the same configuration.
"""
from __future__ import annotations

import os
import re
import shutil
import tempfile
from glob import glob
from typing import Any

from costs.make import CannotMeasure, Places, entry, output_of
from results import System

HOST = System("annotated", "host", "x86_64")
# Of each kind some: large and small, with much inline assembly and with none.
SAMPLE = (
    "kernel/sched/core.o",
    "kernel/fork.o",
    "mm/memory.o",
    "mm/page_alloc.o",
    "fs/namei.o",
    "fs/exec.o",
    "lib/vsprintf.o",
    "lib/string.o",
    "arch/x86/kernel/process_64.o",
    "arch/x86/kernel/traps.o",
    "drivers/tty/n_tty.o",
    "net/core/dev.o",
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
    before = os.times()
    output_of(command, 1200)
    after = os.times()
    user = after.children_user - before.children_user
    return user + after.children_system - before.children_system


class Tree:
    """A kernel's build folder, prepared with one of the assemblers."""

    def __init__(self, places: Places, folder: str, ours: bool) -> None:
        source = sorted(glob(f"{places.build}/guest/linux-*/Makefile"))
        if not source:
            raise CannotMeasure(f"no unpacked Linux in {places.build}/guest: run make guest")
        front = [f"{places.build}/libexec/afterburner/commands/make", "--no-audit", "--"]
        self.folder = folder
        self.make = ["env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "-u", "O"]
        self.make += front if ours else ["make"]
        self.make += ["-C", os.path.dirname(source[-1]), f"O={folder}", "-s"]
        os.mkdir(folder)
        shutil.copy(places.guest("x86_64", "annotated/config"), f"{folder}/.config")
        output_of([*self.make, "-j2", "olddefconfig", "prepare"], 1200)
        self.objects = [o for o in SAMPLE if self.is_built(o)]

    def is_built(self, name: str) -> bool:
        """The configuration may leave a file out; the rest is the sample then."""
        try:
            output_of([*self.make, name], 300)
        except CannotMeasure:
            return False
        return True

    def seconds(self, objects: list[str]) -> float:
        for name in objects:
            os.remove(f"{self.folder}/{name}")
        return processor_seconds([*self.make, *objects])


def share_of_build(places: Places, rounds: int) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory(dir=f"{places.build}/bench") as folder:
        stock = Tree(places, f"{folder}/stock", False)
        ours = Tree(places, f"{folder}/ours", True)
        objects = [o for o in stock.objects if o in ours.objects]
        if len(objects) < 5:
            raise CannotMeasure("too few files of the sample are in this kernel")
        without, share = [], []
        for _ in range(rounds):
            without.append(stock.seconds(objects))
            share.append(100 * (1 - without[-1] / ours.seconds(objects)))
    return [
        entry(HOST, "as-share-of-kernel-build", share, "% of the processor time", "wall"),
        entry(System("plain", "host", "x86_64"), "kernel-sample-build", without, "s", "wall"),
    ]
