# SPDX-License-Identifier: BSD-2-Clause
"""What would gain most, by the tree's own list (tests/bench/gains.txt).

Invariant: a line that is no row of four is refused, not left out.
"""
from __future__ import annotations

import os

from document import Block, Heading, Paragraph, Table
from results import BadFile

LIST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "gains.txt")


def rows(path: str) -> list[list[str]]:
    found = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.startswith("#") or not line.strip():
                continue
            cells = [cell.strip() for cell in line.split("|")]
            if len(cells) != 4 or not all(cells):
                raise BadFile(f"{path}:{number}: no row of state, change, estimate, measurement")
            found.append(cells)
    return found


def chapter(path: str = LIST) -> list[Block]:
    return [
        Heading(2, "What would gain most"),
        Paragraph("On Xen, in instructions; a person's list, made out of the counters."),
        Table(["state", "change", "estimate", "measured"], rows(path), words=4),
    ]
