"""The geometry of small charts that the server draws as SVG: no script, and no style in the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 120.0, 32.0
EDGE = 3.0  # left free on each side, for the dot and the width of the line


@dataclass(frozen=True, slots=True)
class Sparkline:
    """`lines`: the points of each stretch without a gap, as in SVG's `points`. `dot`: the latest value."""

    lines: tuple[str, ...]
    dot: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a column of a bar chart. `kind`: which part."""

    kind: str
    x: float
    y: float
    width: float
    height: float


def sparkline(values: Sequence[float | None], most: float | None = None) -> Sparkline:
    """A line from the first value to the last, from 0 at the bottom to `most` (the largest by default) at the top.
    None: there is no value, and the line has a gap."""
    top = max((value for value in values if value is not None), default=0.0) if most is None else most
    step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)

    def point(number: int, value: float) -> tuple[float, float]:
        share = value / top if top else 0.0
        return round(EDGE + number * step, 1), round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE), 1)

    stretches: list[list[tuple[float, float]]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append(point(number, value))
    drawn = [stretch for stretch in stretches if stretch]
    lines = tuple(" ".join(f"{x},{y}" for x, y in stretch) for stretch in drawn if len(stretch) > 1)
    return Sparkline(lines, drawn[-1][-1] if drawn else None)


def columns(parts: Sequence[dict[str, int]], width: float, height: float) -> list[Bar]:
    """A column for each of `parts`, its parts stacked from the bottom in their order. Parts of 0 are left out."""
    tallest = max((sum(part.values()) for part in parts), default=0)
    each = width / max(len(parts), 1)
    bars = []
    for number, part in enumerate(parts):
        below = height
        for kind, value in part.items():
            if value:
                tall = height * value / tallest
                below -= tall
                x = number * each + each * 0.12
                bars.append(Bar(kind, round(x, 2), round(below, 2), round(each * 0.76, 2), round(tall, 2)))
    return bars
