"""What the page shows of the data: where they come from, their columns, and what each partition holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from pytest_flops_mock.errors import listing
from pytest_flops_mock.findings import DataFacts, SentFacts, ShownRows, ShownValue
from pytest_flops_mock.report.html import drawing
from pytest_flops_mock.report.text import counted, rounded
from pytest_flops_mock.statistics import PartitionStatistics, SplitStatistics

MAX_PARTITIONS, MAX_COLUMNS = 60, 100
"""Rows of a table."""

MAX_APART = 12
"""So many classes have a column each; of more, each partition has a drawing."""

GALLERY = 4
"""A row of so many columns is shown as a picture with a few words below."""

SHADES = 8
"""How many shades a cell may have."""

MAX_DRAWN = 120
"""Classes of a drawing; the others of very many are told by their number."""


@dataclass(frozen=True)
class Count:
    """How often a class occurs in a partition, and how dark its cell is."""

    text: str
    shade: int


@dataclass(frozen=True)
class PartitionView:
    """A row of the table of partitions."""

    name: str
    rows: str
    bar: Markup
    counts: tuple[Count, ...]
    drawing: Markup
    cells: tuple[str, ...]


@dataclass(frozen=True)
class PartitionsView:
    """The table of partitions.

    Attributes:
        classes: Classes with a column each.
        drawn: What the drawing shows, if there is one.
        headings: Those of the cells behind.
        rows: One for each partition, and one for all.
        left_out: How many more there are.
        measures: How far the partitions differ, with what each number means.
    """

    label: str
    classes: tuple[str, ...]
    drawn: str
    headings: tuple[str, ...]
    rows: tuple[PartitionView, ...]
    left_out: int
    measures: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class CellView:
    """A value of a row: a text, and what is drawn of a picture or a sound."""

    column: str
    text: str
    drawn: Markup


@dataclass(frozen=True)
class RowsView:
    """A few rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[CellView, ...]], ...]
    beside: str

    @property
    def is_gallery(self) -> bool:
        """Whether the rows are little but pictures or sounds, which are seen best side by side."""
        return len(self.columns) <= GALLERY and any(cell.drawn for _, cells in self.rows for cell in cells)


@dataclass(frozen=True)
class SentView:
    """What one mock data provider sent."""

    name: str
    brief: str
    facts: tuple[tuple[str, str], ...]
    rows: RowsView | None
    partitions: PartitionsView | None


@dataclass(frozen=True)
class DataView:
    """The data of a report."""

    sent: tuple[SentView, ...]
    columns: tuple[tuple[str, str], ...]
    more_columns: int
    loaded: str

    @property
    def is_there(self) -> bool:
        """Whether anything is known."""
        return bool(self.sent or self.columns or self.loaded)


def data_view(data: DataFacts) -> DataView:
    """What is shown of a check's data."""
    return DataView(
        sent=tuple(_sent(sent, len(data.sent) > 1) for sent in data.sent),
        columns=data.columns[:MAX_COLUMNS],
        more_columns=max(len(data.columns) - MAX_COLUMNS, 0),
        loaded=counted(data.rows, "row") if data.rows else "",
    )


def _sent(sent: SentFacts, several: bool) -> SentView:
    facts = [
        ("SLA", sent.sla if several else ""),
        ("source", sent.source),
        ("origin", sent.origin if sent.origin != sent.source else ""),
        ("data tag", sent.data_tag),
        ("partitions", _sizes(sent)),
    ]
    partitions = None if sent.statistics is None else _partitions(sent, sent.statistics)
    told = tuple(fact for fact in facts if fact[1])
    return SentView(sent.dataset_name, _brief(sent), told, rows_view(sent.shown), partitions)


def rows_view(shown: ShownRows | None) -> RowsView | None:
    """What is shown of a few rows; nothing if there are none."""
    if shown is None:
        return None
    rows = tuple((row.name, tuple(map(_cell, shown.columns, row.values))) for row in shown.rows)
    beside = [
        f"{counted(shown.left_out, 'row')} more" if shown.left_out else "",
        f"{counted(shown.more_columns, 'column')} more" if shown.more_columns else "",
    ]
    return RowsView(shown.columns, rows, ", ".join(filter(None, beside)))


def _cell(column: str, value: ShownValue | None) -> CellView:
    if value is None:
        return CellView(column, "no such column", Markup(""))
    if value.picture:
        return CellView(column, value.text, drawing.thumbnail(value.picture, value.text))
    return CellView(column, value.text, drawing.wave(value.wave, value.text) if value.wave else Markup(""))


def _brief(sent: SentFacts) -> str:
    """Data set and size, for the head of a page."""
    if not sent.partitions:
        return sent.dataset_name
    rows = sum(each.rows for each in sent.partitions)
    return f"{sent.dataset_name}, {counted(rows, 'row')} in {counted(len(sent.partitions), 'partition')}"


def _sizes(sent: SentFacts) -> str:
    if not sent.partitions:
        return ""
    rows, size = (sum(getattr(each, name) for each in sent.partitions) for name in ("rows", "bytes"))
    return f"{len(sent.partitions):,} with {counted(rows, 'row')} in all, {size_in_words(size)}"


def size_in_words(number: int) -> str:
    """A number of bytes: ``1.5 MB``."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= size:
            return f"{rounded(number / size)} {unit}"
    return f"{number} bytes"


def _partitions(sent: SentFacts, statistics: SplitStatistics) -> PartitionsView:
    classes = statistics.classes if len(statistics.classes) <= MAX_APART else ()
    target = statistics.whole.target
    drawn = "" if classes else statistics.label if statistics.classes or target is not None else ""
    cells = [_cells(sent, statistics, number) for number in range(len(statistics.partitions))]
    names = ("classes", "as diverse as", "distance", "missing", "drift")
    kept = [place for place in range(len(names)) if any(row[place] for row in cells)]
    most = max((each.rows for each in statistics.partitions), default=0) or 1
    rows = [
        PartitionView(
            str(number),
            f"{each.rows:,}",
            drawing.span(0, each.rows / most, "passed" if each.rows else "failed") if each.rows else Markup(""),
            tuple(_counts(each, classes)),
            _drawn(each, statistics, f"partition {number}"),
            tuple(row[place] for place in kept),
        )
        for number, (each, row) in enumerate(zip(statistics.partitions[:MAX_PARTITIONS], cells, strict=False))
    ]
    whole = statistics.whole
    whole_cells = ("", _diverse(whole), "", _missing(whole, statistics), "")
    rows.append(
        PartitionView(
            "all",
            f"{whole.rows:,}",
            Markup(""),
            tuple(_counts(whole, classes)),
            _drawn(whole, statistics, "all rows"),
            tuple(whole_cells[place] for place in kept),
        )
    )
    left_out = max(len(statistics.partitions) - MAX_PARTITIONS, 0)
    headings = tuple(names[place] for place in kept)
    return PartitionsView(statistics.label, classes, drawn, headings, tuple(rows), left_out, tuple(_measures(statistics)))


def _cells(sent: SentFacts, statistics: SplitStatistics, number: int) -> tuple[str, ...]:
    each, off = statistics.partitions[number], statistics.distances[number]
    has = f"{len(each.labels)} of {len(statistics.classes)}" if statistics.classes else ""
    if each.target is not None:
        has = f"{each.target.mean:.4g} ± {each.target.deviation:.3g}"
    drift = sent.partitions[number].drift if number < len(sent.partitions) else ""
    return (has, _diverse(each), "" if off is None else f"{off:.2f}", _missing(each, statistics), drift)


def _diverse(each: PartitionStatistics) -> str:
    return "" if each.effective_classes is None else f"{each.effective_classes:.1f}"


def _missing(each: PartitionStatistics, statistics: SplitStatistics) -> str:
    return f"{sum(count for _, count in each.missing):,}" if statistics.whole.missing else ""


def _counts(each: PartitionStatistics, classes: tuple[str, ...]) -> Iterator[Count]:
    """Each cell as dark as its share of the partition's rows."""
    found = dict(each.labels)
    total = sum(found.values()) or 1
    for name in classes:
        count = found.get(name, 0)
        yield Count(f"{count:,}", min(-(-count * SHADES * 2 // total), SHADES))


def _drawn(each: PartitionStatistics, statistics: SplitStatistics, who: str) -> Markup:
    whole = statistics.whole.target
    if whole is not None:
        if each.target is None:
            return Markup("")
        own = each.target
        told = f"{who}: {own.minimum:.4g} to {own.maximum:.4g}, mean {own.mean:.4g}"
        middle = (own.mean - own.deviation, own.mean + own.deviation)
        return drawing.extent((own.minimum, own.maximum), middle, (whole.minimum, whole.maximum), told)
    if len(statistics.classes) <= MAX_APART:
        return Markup("")
    found = dict(each.labels)
    told = f"{who}: {counted(len(found), 'class').replace('classs', 'classes')} of {len(statistics.classes)}"
    return drawing.columns([found.get(name, 0) for name in statistics.classes[:MAX_DRAWN]], told)


def _measures(statistics: SplitStatistics) -> Iterator[tuple[str, str, str]]:
    """Name, number, and what the number means."""
    sizes = [each.rows for each in statistics.partitions]
    if len(sizes) > 1:
        yield "Sizes", _range([f"{size:,}" for size in (min(sizes), max(sizes))]), "rows of the smallest and the largest"
        yield "Gini of sizes", f"{statistics.size_gini:.2f}", "0 if all are equal, towards 1 if one has all"
        yield "Variation", f"{statistics.size_variation:.2f}", "standard deviation of the sizes by their mean"
    off = [distance for distance in statistics.distances if distance is not None]
    if off and len(sizes) > 1:
        continuous = statistics.whole.target is not None
        unit = (
            "standard deviations off all rows, by Wasserstein"
            if continuous
            else "off all rows, by Jensen-Shannon; 1 at most"
        )
        yield "Label distance", _range([f"{value:.2f}" for value in (min(off), max(off))]), unit
    far = [each.hellinger for each in statistics.partitions if each.hellinger is not None]
    if far and len(sizes) > 1:
        yield (
            "Hellinger distance",
            _range([f"{value:.2f}" for value in (min(far), max(far))]),
            "the same by another measure; 1 at most",
        )
    if statistics.lacking:
        yield "Lack classes", f"{len(statistics.lacking)} of {len(sizes)}", "partitions without some class, beyond chance"
    if statistics.whole.unlabelled:
        yield "Unlabelled", f"{statistics.whole.unlabelled:,}", "rows without a label"
    if statistics.whole.missing:
        told = listing(f"{name} {count:,}" for name, count in statistics.whole.missing)
        yield "Missing", f"{sum(count for _, count in statistics.whole.missing):,}", f"values: {told}"


def _range(ends: list[str]) -> str:
    return " to ".join(dict.fromkeys(ends))
