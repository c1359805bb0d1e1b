"""What partitions hold, as a line, a table of text or of Markdown, and in colours on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_flops_mock.errors import listing
from pytest_flops_mock.statistics import PartitionStatistics, SplitStatistics
from pytest_flops_mock.texts import clean

HEADINGS = ("", "rows", "", "labels", "classes", "effective", "distance", "missing")
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#999999")
"""Those of Okabe and Ito, which people see apart who see fewer colours than others."""

EIGHTHS, LEVELS = "▏▎▍▌▋▊▉█", "▁▂▃▄▅▆▇█"
PLAIN_LEVELS = ".:-=+*%@"
MAX_BAR, MIN_BAR, MAX_MARKDOWN, MAX_NAME = 40, 6, 100, 30


@dataclass(frozen=True)
class _Row:
    """One row of the table.

    Attributes:
        cells: What stands below each heading; empty for the bar and the labels.
        share: Its rows, by those of the largest partition.
        labels: How often each class occurs, in the order of the classes.
    """

    cells: tuple[str, ...]
    share: float
    labels: tuple[int, ...]


def in_a_line(statistics: SplitStatistics) -> str:
    """Sizes, distances and what is missing, for the head of a report."""
    sizes = [each.rows for each in statistics.partitions]
    told = [f"partitions of {_range(sizes, '{:,}')} rows (Gini {statistics.size_gini:.2f})"]
    if off := [distance for distance in statistics.distances if distance is not None]:
        told.append(f"labels {_range(off, '{:.2f}')} {_unit(statistics)}")
    if statistics.whole.missing:
        told.append(f"missing: {listing(f'{name} {count:,}' for name, count in statistics.whole.missing)}")
    return clean("; ".join(told))


def head(statistics: SplitStatistics) -> list[str]:
    """What the label is, and what the columns of the table mean."""
    whole = statistics.whole
    lines = []
    if statistics.classes:
        count, names = len(statistics.classes), listing(map(_cut, statistics.classes))
        lines.append(f"{'label':<10}  {statistics.label}: {count} class{'es' * (count != 1)}, {names}")
    elif whole.target is not None:
        target = whole.target
        told = f"{target.mean:.4g} ± {target.deviation:.4g}, {target.minimum:.4g} to {target.maximum:.4g}"
        lines.append(f"{'label':<10}  {statistics.label}: continuous, {told}")
    else:
        lines.append(f"{'label':<10}  " + (f"{statistics.label}: no values" if statistics.label else "none that is clear"))
    lines.append(f"{'split':<10}  {in_a_line(statistics)}")
    return [clean(" ".join(line.split("\n"))) for line in lines]


def table(statistics: SplitStatistics, *, width: int = 80, blocks: bool = True) -> str:
    """A row for each partition, and one for all.

    Args:
        statistics: What they hold.
        width: How many characters a line may have; bars get what is left.
        blocks: Whether bars may be made of block characters.
    """
    rows = _rows(statistics)
    bar, labels = _widths(statistics, rows, width)
    lines = [_headings(statistics)]
    for row in rows:
        number, size, *rest = row.cells
        mixed = "".join(_level(value, blocks) for value in _merged(row.labels, labels))
        lines.append((number, size, _bar(row.share, bar, blocks), mixed, *rest))
    kept = [place for place in range(len(HEADINGS)) if any(line[place] for line in lines[1:])]
    wide = [max(len(line[place]) for line in lines) for place in range(len(HEADINGS))]
    made = ("  ".join(_padded(line[place], wide[place], place) for place in kept).rstrip() for line in lines)
    return clean("\n".join(made))


def coloured(statistics: SplitStatistics, *, width: int | None = None, file: Any = None) -> str | None:
    """The same with the labels in the bars, as the terminal shows colours; ``None`` where ``rich`` is not installed.

    Args:
        statistics: What they hold.
        width: How many characters a line may have; by default what the terminal has.
        file: The terminal; by default standard output.
    """
    try:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError:
        return None
    console = Console(file=file, width=width, highlight=False)
    rows = _rows(statistics)
    bar, labels = _widths(statistics, rows, console.width)
    kept = [place for place in range(len(HEADINGS)) if place in (2, 3) or any(row.cells[_cell(place)] for row in rows)]
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for place in kept:
        made.add_column(Text(_headings(statistics)[place]), justify="left" if place in (2, 3) else "right", no_wrap=True)
    for row in rows:
        mixed = Text()
        for place, value in enumerate(_merged(row.labels, labels)):
            mixed.append(_level(value, blocks=True), style=_colour(place) if labels == len(row.labels) else "")
        drawn = {2: _segments(row, bar, Text()), 3: mixed}
        made.add_row(*(drawn[place] if place in drawn else Text(clean(row.cells[_cell(place)])) for place in kept))
    with console.capture() as captured:
        console.print(made)
    return captured.get().rstrip("\n")


def markdown_rows(statistics: SplitStatistics) -> Iterator[tuple[str, ...]]:
    """The cells of a table in Markdown, headings first; of very many partitions only the first."""
    rows = _rows(statistics)
    headings = [name for place, name in enumerate(_headings(statistics)) if place not in (2, 3)]
    shown = [*rows[:MAX_MARKDOWN], rows[-1]] if len(rows) > MAX_MARKDOWN + 1 else rows
    kept = [place for place in range(len(headings)) if any(row.cells[place] for row in rows)]
    yield tuple(headings[place] or "partition" for place in kept)
    for row in shown:
        yield tuple(row.cells[place] for place in kept)


def _cut(name: str) -> str:
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…"


def _rows(statistics: SplitStatistics) -> list[_Row]:
    most = max((each.rows for each in statistics.partitions), default=0) or 1
    rows = [
        _row(str(number), each, off, statistics, each.rows / most)
        for number, (each, off) in enumerate(zip(statistics.partitions, statistics.distances, strict=True))
    ]
    return [*rows, _row("all", statistics.whole, None, statistics, 0.0)]


def _row(name: str, each: PartitionStatistics, off: float | None, statistics: SplitStatistics, share: float) -> _Row:
    counts = dict(each.labels)
    labels = f"{len(counts)} of {len(statistics.classes)}" if statistics.classes else ""
    effective = "" if each.effective_classes is None else f"{each.effective_classes:.1f}"
    if each.target is not None:
        labels = f"{each.target.mean:.4g} ± {each.target.deviation:.3g}"
    missing = sum(count for _, count in each.missing)
    cells = (
        name,
        f"{each.rows:,}",
        labels,
        effective,
        "" if off is None else f"{off:.2f}",
        f"{missing:,}" if statistics.whole.missing else "",
    )
    return _Row(cells, share, tuple(counts.get(name, 0) for name in statistics.classes))


def _headings(statistics: SplitStatistics) -> tuple[str, ...]:
    return tuple("target" if name == "classes" and statistics.whole.target is not None else name for name in HEADINGS)


def _cell(place: int) -> int:
    """The place of a column among the cells, which lack the two that are drawn."""
    return place if place < 2 else place - 2


def _widths(statistics: SplitStatistics, rows: Sequence[_Row], width: int) -> tuple[int, int]:
    """How wide the bars are, and how many classes are drawn apart."""
    headings = [name for place, name in enumerate(_headings(statistics)) if place not in (2, 3)]
    cells = [max(len(row.cells[place]) for row in rows) for place in range(len(headings))]
    texts = sum(max(wide, len(name)) + 2 for wide, name in zip(cells, headings, strict=True) if wide)
    left = width - texts
    labels = min(len(statistics.classes), max(left - MIN_BAR - 2, MIN_BAR))
    bar = left - (max(labels, len("labels")) + 2 if labels else 0)
    return min(max(bar, MIN_BAR), MAX_BAR), labels


def _padded(text: str, width: int, place: int) -> str:
    return text.ljust(width) if place in (2, 3) else text.rjust(width)


def _bar(share: float, width: int, blocks: bool) -> str:
    eighths = round(share * width * 8)
    if not blocks:
        return "#" * max(round(share * width), bool(eighths))
    return "█" * (eighths // 8) + (EIGHTHS[eighths % 8 - 1] if eighths % 8 else "")


def _segments(row: _Row, width: int, bar: Any) -> Any:
    """The bar of a row, cut in proportion to its labels."""
    total, end = sum(row.labels), round(row.share * width)
    if not total:
        return bar.append("█" * end)
    done, so_far = 0, 0
    for place, count in enumerate(row.labels):
        so_far += count
        upto = round(so_far / total * end)
        bar.append("█" * (upto - done), style=_colour(place))
        done = upto
    return bar


def _colour(place: int) -> str:
    return COLOURS[place % len(COLOURS)]


def _merged(labels: Sequence[int], width: int) -> list[float]:
    """The counts by the largest of them, neighbours together where there are more than fit."""
    if not labels or not width:
        return []
    sums = [0] * width
    for place, count in enumerate(labels):
        sums[place * width // len(labels)] += count
    most = max(sums)
    return [count / most if most else 0.0 for count in sums]


def _level(value: float, blocks: bool) -> str:
    levels = LEVELS if blocks else PLAIN_LEVELS
    return levels[min(int(value * len(levels)), len(levels) - 1)] if value else " "


def _range(values: Sequence[float], form: str) -> str:
    ends = dict.fromkeys(form.format(value) for value in (min(values), max(values)))
    return " to ".join(ends)


def _unit(statistics: SplitStatistics) -> str:
    return "off (Jensen-Shannon)" if statistics.whole.target is None else "standard deviations off (Wasserstein)"
