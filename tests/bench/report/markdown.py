# SPDX-License-Identifier: BSD-2-Clause
"""Writes a document as Markdown. Charts are left out: their figures are in the tables.

Invariant: no text of a results file can begin a table cell, a tag or a heading.
"""
from __future__ import annotations

from document import Block, Bullets, Chart, Commands, Document, Heading, Paragraph, Table


def escaped(text: str) -> str:
    text = " ".join(text.split())
    for sign in "\\`*|<>[]":
        text = text.replace(sign, "\\" + sign)
    return text.replace("#", "\\#") if text.startswith("#") else text


def table(block: Table) -> str:
    rule = ["---" if block.is_text(i) else "---:" for i in range(len(block.columns))]
    rows = [[escaped(c) for c in block.columns], rule]
    rows += [[escaped(c) for c in row] for row in block.rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def write_block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {escaped(text)}"
        case Paragraph(text):
            return escaped(text)
        case Bullets(items):
            return "\n".join(f"- {escaped(item)}" for item in items)
        case Commands(lines):
            return "```\n" + "\n".join(lines) + "\n```"
        case Table():
            return table(block)
        case Chart():
            return ""


def write(document: Document) -> str:
    parts = [f"# {escaped(document.title)}"] + [write_block(b) for b in document.blocks]
    return "\n\n".join(part for part in parts if part) + "\n"
