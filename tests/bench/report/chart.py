# SPDX-License-Identifier: BSD-2-Clause
"""Draws a chart as SVG: horizontal bars in grey, hatched or white, that a printer can tell apart.

Invariant: the length of a bar is its figure to the scale of the axis, from zero on; each has its
figure beside it, and a figure that was not measured is named as missing.
"""
from __future__ import annotations

from html import escape
from itertools import count

from document import Bar, Chart
from figures import ratio_text

WIDTH, LABEL, FIGURE = 760, 150, 60
BAR, GAP, TOP = 13, 9, 40
FILLS = ("#333", "url(#{0}stripes)", "#fff", "#aaa", "url(#{0}dots)")
numbers = count(1)


def patterns(name: str) -> str:
    """Names are for the whole page: each chart has its own."""
    return (
        f'<defs><pattern id="{name}stripes" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff"/>'
        '<rect width="2" height="5" fill="#000"/></pattern>'
        f'<pattern id="{name}dots" width="5" height="5" patternUnits="userSpaceOnUse">'
        '<rect width="5" height="5" fill="#fff"/><circle cx="2" cy="2" r="1.2"/></pattern></defs>'
    )


def text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def rect(x: float, y: float, width: float, height: float, fill: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}" '
        'stroke="#000"/>'
    )


def line(x: float, bottom: float, more: str = "") -> str:
    """From the top of the bars down."""
    return f'<line x1="{x:.1f}" y1="{TOP - 4}" x2="{x:.1f}" y2="{bottom:.1f}" stroke="#000"{more}/>'


def legend(name: str, series: list[str]) -> list[str]:
    parts, x = [], float(LABEL)
    for i, words in enumerate(series):
        fill = FILLS[i % len(FILLS)].format(name)
        parts.append(rect(x, 6, 14, 11, fill))
        parts.append(text(x + 19, 16, words))
        x += 40 + 7 * len(words)
    return parts


def one_bar(bar: Bar, y: float, fill: str, scale: float) -> tuple[str, str]:
    """The bar and its figure."""
    if bar.value is None:
        return "", text(LABEL + 3, y + BAR - 3, "missing")
    length = bar.value * scale
    figure = text(LABEL + length + 4, y + BAR - 3, ratio_text(bar.value))
    return rect(LABEL, y, length, BAR - 2, fill), figure


def mark(chart: Chart, scale: float, bottom: float) -> list[str]:
    if chart.mark is None:
        return []
    x = LABEL + chart.mark * scale
    return [
        line(x, bottom, ' stroke-dasharray="4 3"'),
        text(x, TOP - 8, chart.mark_text, "middle"),
    ]


def draw(chart: Chart) -> str:
    """The SVG element, or nothing if there is no bar at all."""
    values = [b.value for _, bars in chart.groups for b in bars if b.value is not None]
    if not values:
        return ""
    name = f"c{next(numbers)}"
    series = list(dict.fromkeys(b.series for _, bars in chart.groups for b in bars))
    scale = (WIDTH - LABEL - FIGURE) / max([*values, chart.mark or 0, 1e-9])
    parts, figures, y = legend(name, series), [], float(TOP)
    for label, bars in chart.groups:
        parts.append(text(LABEL - 6, y + len(bars) * BAR / 2 + 4, label, "end"))
        for bar in bars:
            fill = FILLS[series.index(bar.series) % len(FILLS)].format(name)
            drawn, figure = one_bar(bar, y, fill, scale)
            parts.append(drawn)
            figures.append(figure)
            y += BAR
        y += GAP
    # Figures last, so that no line crosses them.
    parts += [*mark(chart, scale, y - GAP), line(LABEL, y - GAP), *figures]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y:.0f}" width="{WIDTH}" '
        f'role="img"><title>{escape(chart.title)}</title>{patterns(name)}{"".join(parts)}</svg>'
    )
