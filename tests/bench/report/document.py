# SPDX-License-Identifier: BSD-2-Clause
"""What a report consists of, whatever it is written as: a list of blocks.

Invariant: texts are plain; each writer escapes them in its own way.
"""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Union


@dataclass(frozen=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Bullets:
    items: list[str]


@dataclass(frozen=True)
class Commands:
    """Lines for a shell."""

    lines: list[str]


@dataclass(frozen=True)
class Table:
    """Rows of as many cells as there are columns; the first `words` columns are text, the others
    figures, but for those named in `texts`."""

    columns: list[str]
    rows: list[list[str]]
    words: int = 1
    texts: tuple[str, ...] = ()

    def is_text(self, column: int) -> bool:
        return column < self.words or self.columns[column] in self.texts


@dataclass(frozen=True)
class Bar:
    """One bar of a group; None is a figure that was not measured."""

    series: str
    value: float | None


@dataclass(frozen=True)
class Chart:
    """Bars in groups (one a metric), all of one unit; `mark` is drawn as a line across."""

    title: str
    groups: list[tuple[str, list[Bar]]]
    mark: float | None = None
    mark_text: str = ""


Block = Union[Heading, Paragraph, Bullets, Commands, Table, Chart]


@dataclass
class Document:
    title: str
    blocks: list[Block] = field(default_factory=list)

    def add(self, *blocks: Block) -> None:
        self.blocks.extend(blocks)
