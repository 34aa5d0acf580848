# SPDX-License-Identifier: BSD-2-Clause
"""What rewriting takes and how much memory the wedge has, from what it says as it starts; what
booting takes more than on bare metal, from the boots of the same results file.

Invariant: under QEMU's counting clock a microsecond is a thousand instructions; the wedge tells
microseconds, so that rewriting is known to a thousand.
"""
from __future__ import annotations

import re
from typing import Any

from costs.make import CannotMeasure, Places, entry, output_of
from results import Run, System

PLATFORMS = {"xen-dom0": "xen-dom0", "xen": "xen-domU"}
MEMORY = 256
REWRITTEN = re.compile(r"afterburn wedge: (\d+) sites rewritten in (\d+) us")
SHADOW = re.compile(r"afterburn wedge: Xen \w+, (\d+) MiB, of which (\d+) for shadow tables")
HEAP_USED = re.compile(r"afterburn wedge: stats heap\.pages-used (\d+)")


def number_in(console: str, pattern: re.Pattern[str], group: int) -> int:
    found = pattern.search(console)
    if not found:
        raise CannotMeasure(f"the wedge printed no line like '{pattern.pattern}'")
    return int(found[group])


def of_console(system: System, console: str) -> list[dict[str, Any]]:
    """Costs out of the console of one boot with afterburn.stats."""
    us = number_in(console, REWRITTEN, 2)
    shadow, guest = number_in(console, SHADOW, 2), number_in(console, SHADOW, 1)
    found = [
        entry(system, "rewrite-time", [1000 * us], "instructions", "icount"),
        entry(system, "shadow-bytes-per-MiB", [shadow * 1048576 / guest], "bytes"),
    ]
    used = HEAP_USED.search(console)
    if used:
        per_mib = int(used[1]) * 4096 / guest
        found.append(entry(system, "shadow-bytes-used-per-MiB", [per_mib], "bytes"))
    return found


def boot(places: Places, on: str) -> str:
    command = [f"{places.build}/bin/afterburn", "run", "--on", on, "--icount", "--timeout", "280"]
    command += ["--memory", str(MEMORY), "--initrd", places.guest("x86_64", "initrd.gz")]
    command += ["--append", "quiet afterburn.steps=none afterburn.stats"]
    return output_of([*command, places.guest("x86_64", "vmlinux")], 300)


def costs(places: Places, on: str) -> list[dict[str, Any]]:
    return of_console(System("annotated", PLATFORMS[on], "x86_64"), boot(places, on))


def boot_added(run: Run) -> list[dict[str, Any]]:
    """What each system executes to the first process beyond the plain kernel on bare metal."""
    found = []
    for result in run.of("macro", "icount"):
        system = result.system
        base = run.find(System("plain", "bare", system.width), "macro", "boot")
        if result.metric == "boot" and system.kernel == "annotated" and base:
            added = result.median - base.median
            found.append(entry(system, "boot-added", [added], "instructions", "icount"))
    return found
