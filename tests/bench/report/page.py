# SPDX-License-Identifier: BSD-2-Clause
"""Writes a document as one HTML page that needs nothing else: no script, no other file.

Invariant: the page is well-formed XML, black on white, and loses nothing when printed.
"""
from __future__ import annotations

from html import escape

import chart
from document import Block, Bullets, Chart, Commands, Document, Heading, Paragraph, Table

STYLE = """
body { font: 15px/1.45 sans-serif; color: #000; background: #fff; max-width: 66em; margin: 2em auto;
  padding: 0 1em }
h1 { font-size: 1.6em } h2 { font-size: 1.25em; border-bottom: 1px solid #000; margin-top: 2em }
h3 { font-size: 1.05em; margin-bottom: .3em }
table { border-collapse: collapse; margin: .8em 0; font-size: .87em }
th, td { border-bottom: 1px solid #999; padding: .15em .6em; text-align: left; vertical-align: top }
th { border-bottom: 2px solid #000 }
td:first-child { white-space: nowrap }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
pre { border: 1px solid #999; padding: .5em; white-space: pre-wrap }
svg { display: block; margin: .8em 0; max-width: 100%; height: auto }
svg text { font: 11px sans-serif; fill: #000; paint-order: stroke; stroke: #fff; stroke-width: 3px }
figure { margin: 0; break-inside: avoid } figcaption { font-weight: bold }
@media print { body { font-size: 10pt; margin: 0; max-width: none } h2, h3 { break-after: avoid }
  tr { break-inside: avoid } }
"""


def table(block: Table) -> str:
    def row(tag: str, cells: list[str]) -> str:
        parts = []
        for i, cell in enumerate(cells):
            side = "" if block.is_text(i) else ' class="n"'
            parts.append(f"<{tag}{side}>{escape(cell)}</{tag}>")
        return f"<tr>{''.join(parts)}</tr>\n"

    body = "".join(row("td", cells) for cells in block.rows)
    return f"<table>\n<thead>{row('th', block.columns)}</thead>\n<tbody>{body}</tbody></table>"


def write_block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Paragraph(text):
            return f"<p>{escape(text)}</p>"
        case Bullets(items):
            return "<ul>" + "".join(f"<li>{escape(item)}</li>\n" for item in items) + "</ul>"
        case Commands(lines):
            return f"<pre>{escape(chr(10).join(lines))}</pre>"
        case Table():
            return table(block)
        case Chart():
            drawn = chart.draw(block)
            caption = f"<figcaption>{escape(block.title)}</figcaption>"
            return f"<figure>{caption}{drawn}</figure>" if drawn else ""


def without_controls(text: str) -> str:
    """XML has no way to write most control characters."""
    return "".join(c for c in text if c in "\n\t" or (c >= " " and not 0xD800 <= ord(c) < 0xE000))


def write(document: Document) -> str:
    title = escape(document.title)
    body = "\n".join(part for part in map(write_block, document.blocks) if part)
    return without_controls(
        f'<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" lang="en">\n<head>'
        f'<meta charset="utf-8"/><title>{title}</title><style>{STYLE}</style></head>\n'
        f"<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )
