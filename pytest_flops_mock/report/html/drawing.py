"""Small drawings in SVG, in the page's own colours. Each is text for HTML in which all that is foreign is escaped."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pytest_flops_mock.texts import clean

WIDTH, HEIGHT = 360, 200
"""Of a chart. So wide is a telephone: letters are there as large as they are meant."""

LEFT, RIGHT, TOP, BOTTOM = 46, 12, 10, 26
"""Where its axes are."""

MAX_POINTS = 400
"""A line has so many points at most; more are not seen."""


_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


@dataclass(frozen=True)
class Line:
    """One line of a chart.

    Attributes:
        values: A number for each place; ``None`` where there is none.
        low: The lower end of a band around it, likewise; empty for no band.
        high: Its upper end.
    """

    values: Sequence[float | None]
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()


def span(start: float, length: float, look: str) -> Markup:
    """A bar in a track, both from 0 to 1; what it means stands beside it as text."""
    begin = min(max(start, 0.0), 1.0) * 100
    wide = min(max(length * 100, 0.6), 100 - begin)
    return Markup(
        '<svg class="span" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="8"/><rect class="{}" x="{:.2f}" width="{:.2f}" height="8"/></svg>'
    ).format(look, begin, wide)


def columns(counts: Sequence[int], told: str) -> Markup:
    """A column for each of many classes, by the largest of them.

    Args:
        counts: How often each occurs.
        told: What is seen, for those who do not see it.
    """
    most = max(counts, default=0) or 1
    wide = 120 / max(len(counts), 1)
    drawn = Markup("").join(
        Markup('<rect class="bar" x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}"/>').format(
            place * wide, 24 - 24 * count / most, max(wide - (wide > 3), 0.3), 24 * count / most
        )
        for place, count in enumerate(counts)
        if count
    )
    return Markup('<svg class="columns" viewBox="0 0 120 24" role="img" aria-label="{}">{}</svg>').format(clean(told), drawn)


def extent(ends: tuple[float, float], middle: tuple[float, float], of: tuple[float, float], told: str) -> Markup:
    """A range of numbers: a line from the smallest to the largest, and a bar around the mean.

    Args:
        ends: The smallest and the largest.
        middle: Where the bar begins and ends.
        of: The ends of the axis.
        told: What is seen, for those who do not see it.
    """
    unit = (of[1] - of[0]) or 1.0
    at = [min(max((value - of[0]) / unit, 0.0), 1.0) * 120 for value in (*ends, *middle)]
    return Markup(
        '<svg class="columns" viewBox="0 0 120 24" role="img" aria-label="{}">'
        '<path class="thin" d="M{:.1f} 12H{:.1f}"/><rect class="bar" x="{:.1f}" y="6" width="{:.1f}" height="12"/></svg>'
    ).format(clean(told), at[0], at[1], at[2], max(at[3] - at[2], 1.0))


def wave(points: Sequence[float], told: str) -> Markup:
    """A sound as a line.

    Args:
        points: From -1 to 1.
        told: What is seen, for those who do not see it.
    """
    step = 160 / max(len(points) - 1, 1)
    path = " ".join(f"{place * step:.1f},{20 - 18 * min(max(point, -1.0), 1.0):.1f}" for place, point in enumerate(points))
    return Markup('<svg class="wave" viewBox="0 0 160 40" role="img" aria-label="{}"><polyline points="{}"/></svg>').format(
        clean(told), path
    )


def thumbnail(picture: str, told: str) -> Markup:
    """A small picture.

    Args:
        picture: A PNG in base64; anything else shows nothing.
        told: What it is, for those who do not see it.
    """
    if not _BASE64.fullmatch(picture):
        return Markup("")
    return Markup('<img class="thumbnail" src="data:image/png;base64,{}" alt="{}"/>').format(picture, clean(told))


def chart(lines: Sequence[Line], title: str, labels: Sequence[str]) -> Markup:
    """Lines over the same places.

    Args:
        lines: The first is drawn in the foreground.
        title: What is seen, for those who do not see it.
        labels: What the places are called; the first, the last and some between are shown.
    """
    count = max((len(line.values) for line in lines), default=0)
    numbers = [
        value
        for line in lines
        for part in (line.values, line.low, line.high)
        for value in part
        if value is not None and math.isfinite(value)
    ]
    if not count or not numbers:
        return Markup("")
    ticks = _ticks(min(numbers), max(numbers))
    low, high = ticks[0], ticks[-1]
    x = [LEFT + (WIDTH - LEFT - RIGHT) * (place / max(count - 1, 1) if count > 1 else 0.5) for place in range(count)]

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - low) / (high - low))

    drawn = [_scale(ticks, y), _places(x, labels)]
    for line in reversed(lines):
        drawn += [_band(line, x, y), _line(line.values, x, y)]
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, clean(title), Markup("").join(drawn)
    )


def _scale(ticks: Sequence[float], y: Callable[[float], float]) -> Markup:
    return Markup("").join(
        Markup('<path class="grid" d="M{} {:.1f}H{}"/><text x="{}" y="{:.1f}" text-anchor="end">{}</text>').format(
            LEFT, at, WIDTH - RIGHT, LEFT - 6, at + 4, f"{tick:.6g}"
        )
        for tick in ticks
        for at in [y(tick)]
    )


def _places(x: Sequence[float], labels: Sequence[str]) -> Markup:
    step = max(math.ceil(len(x) / 6), 1)
    return Markup("").join(
        Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(at, HEIGHT - 8, clean(label))
        for place, (at, label) in enumerate(zip(x, labels, strict=False))
        if place % step == 0
    )


def _line(values: Sequence[float | None], x: Sequence[float], y: Callable[[float], float]) -> Markup:
    """Joined where there are numbers; one between two that are missing is a dot."""
    parts: list[list[tuple[float, float]]] = [[]]
    for at, value in zip(x, values, strict=False):
        if value is None or not math.isfinite(value):
            parts.append([])
        else:
            parts[-1].append((at, y(value)))
    drawn = []
    for part in filter(None, parts):
        thin = part[:: max(len(part) // MAX_POINTS, 1)]
        path = " ".join(f"{at:.1f},{up:.1f}" for at, up in thin)
        drawn.append(Markup('<polyline class="line" points="{}"/>').format(path))
        if len(part) <= 30:
            drawn += [Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="3"/>').format(at, up) for at, up in part]
    return Markup("").join(drawn)


def _band(line: Line, x: Sequence[float], y: Callable[[float], float]) -> Markup:
    ends = [
        (at, low, high)
        for at, low, high in zip(x, line.low, line.high, strict=False)
        if low is not None and high is not None and math.isfinite(low) and math.isfinite(high)
    ]
    if len(ends) < 2:
        return Markup("")
    ends = [*ends[:: max(len(ends) // MAX_POINTS, 1)], ends[-1]]
    there = [f"{at:.1f},{y(high):.1f}" for at, _, high in ends]
    back = [f"{at:.1f},{y(low):.1f}" for at, low, _ in reversed(ends)]
    return Markup('<polygon class="band" points="{}"/>').format(" ".join([*there, *back]))


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from below the lowest value to above the highest; from 0 where that is near."""
    low = 0.0 if 0 <= low <= high - low or low == high > 0 else low
    room = (high - low) or 1.0
    size = 10.0 ** math.floor(math.log10(room / 4))
    step = next(each * size for each in (1, 2, 2.5, 5, 10) if each * size * 4 >= room)
    first, last = math.floor(low / step), math.ceil((low + room) / step)
    return [round(number * step, 12) for number in range(first, last + 1)]
