# SPDX-License-Identifier: BSD-2-Clause
"""How much larger an annotated kernel is, by class of site, and how large the wedge is.

Invariant: sizes are read from the files, not from what the build says about them.
"""
from __future__ import annotations

import json
import os
from collections import Counter
from typing import Any

from costs.make import CannotMeasure, Places, entry, output_of
from results import System

WEDGES = {"x86_64": "xen", "i386": "linux"}
# Parts of a kernel's text begin at addresses that are round by megabytes: what the parts before
# them grew by does not show in the size of the section.
GAP = 4096


def text_size(file: str) -> int:
    """Bytes of code: from the first function to the last, without gaps of a page and more."""
    total = end = 0
    for line in output_of(["nm", "-nS", "--defined-only", file]).splitlines():
        words = line.split()
        if words[-2] in "tT":
            start = int(words[0], 16)
            stop = start + (int(words[1], 16) if len(words) == 4 else 0)
            total += max(0, stop - (start if start - end >= GAP else end))
            end = max(end, stop)
    return total


def image_size(file: str) -> int:
    """Bytes of memory that its segments take."""
    total = 0
    for line in output_of(["readelf", "-lW", file]).splitlines():
        words = line.split()
        if words[:1] == ["LOAD"]:
            total += int(words[5], 16)
    return total


def growth(places: Places, width: str) -> list[dict[str, Any]]:
    ours, plain = places.guest(width, "vmlinux"), places.guest(width, "vmlinux.plain")
    text, without = text_size(ours), text_size(plain)
    if not text or not without:
        raise CannotMeasure(f"{ours}: no code")
    system = System("annotated", "bare", width)
    return [
        entry(system, "text-bytes", [text], "bytes"),
        entry(System("plain", "bare", width), "text-bytes", [without], "bytes"),
        entry(system, "text-growth", [100 * (text - without) / without], "%"),
    ]


def sites(places: Places, width: str) -> list[dict[str, Any]]:
    """Sites, their bytes and the pad bytes among these, of each class and of all."""
    afterburn = f"{places.build}/bin/afterburn"
    kernel = places.guest(width, "vmlinux")
    listed = json.loads(output_of([afterburn, "sites", "--json", kernel]))["files"][0]["sites"]
    sums: dict[str, Counter[str]] = {n: Counter() for n in ("sites", "site-bytes", "pad-bytes")}
    for site in listed:
        pad = site["site_length"] - site["instruction_length"]
        for name, value in (("sites", 1), ("site-bytes", site["site_length"]), ("pad-bytes", pad)):
            sums[name][""] += value
            sums[name]["-" + site["class"]] += value
    system = System("annotated", "bare", width)
    return [
        entry(system, name + kind, [value], "sites" if name == "sites" else "bytes")
        for name, kinds in sums.items()
        for kind, value in kinds.items()
    ]


def wedge(places: Places, width: str) -> list[dict[str, Any]]:
    name = WEDGES[width]
    file = f"{places.build}/lib/afterburner/wedge-{name}-{width}.elf"
    system = System("annotated", {"xen": "xen-domU", "linux": "process"}[name], width)
    packed = os.path.getsize(places.guest(width, "vmlinux.packed"))
    added = packed - os.path.getsize(places.guest(width, "vmlinux"))
    return [
        entry(system, "wedge-size", [image_size(file)], "bytes"),
        entry(system, "wedge-file-bytes", [added], "bytes"),
    ]


def costs(places: Places) -> list[dict[str, Any]]:
    found = []
    for width in WEDGES:
        try:
            found += growth(places, width) + sites(places, width) + wedge(places, width)
        except OSError as error:
            raise CannotMeasure(f"{error.filename}: {error.strerror}") from error
    return found
