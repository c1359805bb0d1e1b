"""Pictures of what partitions hold: labels as stacked bars or as dots, a continuous target as ranges.

Flower's own ``flwr_datasets.visualization`` draws from a live partitioner with its whole data set. It knows no drift and no
mixed fleet, so that these are drawn from the counts.
"""

from __future__ import annotations

import io
import os
import textwrap
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pytest_flops_mock.errors import Problem, SettingsError, ToolError, nearest
from pytest_flops_mock.statistics import SplitStatistics
from pytest_flops_mock.texts import clean

Kind = Literal["bars", "dots"]

FORMATS = ("png", "svg")
OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
"""Eight colours that people see apart who see fewer colours than others; for more classes ``viridis``, likewise."""

GREY, OTHERS = "#BBBBBB", "#888888"
MAX_LAYERS, MAX_LINES = 20, 40
"""How many classes are drawn apart: as layers of bars, and as lines of dots. The others are one."""

MAX_BARS = 60
"""More partitions are drawn without gaps."""

MAX_NAME = 24
SALT = "pytest-flops-mock"
"""Makes the names within an SVG file the same each time."""


@dataclass(frozen=True)
class _Layer:
    """What is drawn of one class, or of several.

    Attributes:
        name: What the legend says.
        counts: How often it occurs in each partition.
    """

    name: str
    counts: tuple[int, ...]


def plot_partitions(
    statistics: SplitStatistics, file: str | os.PathLike[str], kind: Kind = "bars", *, title: str = ""
) -> None:
    """Draw what the partitions hold into a file; the same counts give the same file.

    Args:
        statistics: What they hold, as ``run.statistics`` or ``MockDataProvider().split(sla).statistics()`` gives it.
        file: A path that ends with ``.png`` or ``.svg``.
        kind: ``bars`` for the labels of each partition stacked, ``dots`` for a dot for each label and partition. A
            continuous target is drawn as ranges either way.
        title: What stands above it.

    Raises:
        SettingsError: It is neither of these formats, or the file cannot be written.
        ToolError: matplotlib is not installed; the extra ``plots`` brings it.
    """
    path = Path(file).expanduser()
    picture = drawn(statistics, kind, file_format(path), title=title)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture)
    except OSError as error:
        got = error.strerror or str(error)
        fix = "name a file in a folder that can be written"
        raise SettingsError(
            Problem("the picture cannot be written", where=str(path), expected="a file", got=got, fix=fix)
        ) from error


def file_format(file: str | os.PathLike[str]) -> str:
    """The format that the ending of a file's name says.

    Raises:
        SettingsError: It says none that pictures have.
    """
    ending = Path(file).suffix.lower().lstrip(".")
    if ending not in FORMATS:
        raise SettingsError(
            Problem(
                "a picture is a PNG or an SVG file",
                where=os.fspath(file),
                expected="a name that ends with .png or .svg",
                got=f".{ending}" if ending else "no ending",
                nearest=nearest(ending, FORMATS),
                fix=f"for example {Path(file).stem or 'partitions'}.svg",
            )
        )
    return ending


def drawn(statistics: SplitStatistics, kind: Kind, file_format: str, *, title: str = "") -> bytes:
    """The picture as the bytes of a file.

    Args:
        statistics: What the partitions hold.
        kind: How labels are drawn.
        file_format: ``png`` or ``svg``.
        title: What stands above it.

    Raises:
        ToolError: matplotlib is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it imports
            import matplotlib as mpl
            from matplotlib.backends.backend_agg import FigureCanvasAgg
            from matplotlib.figure import Figure
            from matplotlib.ticker import MaxNLocator
    except ImportError as error:
        raise ToolError(
            Problem(
                "pictures need matplotlib, which is not installed",
                expected="the extra plots",
                got=str(error),
                fix="pip install 'pytest-flops-mock[plots]'",
            )
        ) from error
    # What the user has set stays out, and is as it was afterwards.
    plain = {name: value for name, value in mpl.rcParamsDefault.items() if not name.startswith(("backend", "date."))}
    settings = {**plain, "svg.hashsalt": SALT, "svg.fonttype": "none", "font.size": 9.0}
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of letters that its font lacks
        figure = Figure(figsize=(_width(statistics), _height(statistics, kind)), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        if statistics.whole.target is not None:
            _draw_ranges(axes, statistics)
        elif kind == "dots" and statistics.classes:
            _draw_dots(axes, statistics)
        else:
            _draw_bars(axes, statistics)
        axes.set_xlabel("partition")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        if title:
            lines = textwrap.wrap(
                " ".join(clean(title).split()), int(15 * figure.get_figwidth()), max_lines=3, placeholder=" …"
            )
            axes.set_title("\n".join(lines), fontsize=9, loc="left", parse_math=False)
        picture = io.BytesIO()
        metadata = {"Date": None, "Creator": None} if file_format == "svg" else {"Software": None}
        figure.savefig(picture, format=file_format, dpi=150, metadata=metadata)
    return picture.getvalue()


def _draw_bars(axes: Any, statistics: SplitStatistics) -> None:
    layers = _layers(statistics, MAX_LAYERS) or [_Layer("rows", tuple(each.rows for each in statistics.partitions))]
    others = len(layers) > 1 and len(statistics.classes) > MAX_LAYERS
    colours = [*_colours(len(layers) - 1), OTHERS] if others else _colours(len(layers))
    rest = tuple(each.unlabelled for each in statistics.partitions)
    if statistics.classes and any(rest):
        layers, colours = [*layers, _Layer("no label", rest)], [*colours, GREY]
    below, handles = [0] * len(statistics.partitions), []
    for layer, colour in zip(layers, colours, strict=True):
        handles.append(_stacked(axes, layer.counts, below, colour))
        below = [low + count for low, count in zip(below, layer.counts, strict=True)]
    axes.set_ylabel("rows" if sum(below) == statistics.whole.rows else "labels")
    axes.set_xlim(-0.6, len(statistics.partitions) - 0.4)
    axes.set_ylim(0, max(*below, 1) * 1.04)
    if statistics.classes:
        # Names that begin with an underscore are left out of a legend, and dollars are taken for formulas, unless set later.
        legend = axes.legend(
            handles[::-1],
            [f"{place}" for place in range(len(layers))],
            title=_short(statistics.label, MAX_NAME),
            loc="upper left",
            bbox_to_anchor=(1.0, 1.0),
            frameon=False,
        )
        legend.get_title().set_parse_math(False)
        for text, layer in zip(legend.get_texts(), layers[::-1], strict=True):
            text.set_parse_math(False)
            text.set_text(layer.name)


def _stacked(axes: Any, counts: Sequence[int], below: Sequence[int], colour: str) -> Any:
    """One shape for all bars of a class: files stay small."""
    tops = [low + count for low, count in zip(below, counts, strict=True)]
    if len(counts) > MAX_BARS:
        edges = [place - 0.5 for place in range(len(counts) + 1)]
        return axes.stairs(tops, edges, baseline=list(below), fill=True, color=colour)
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    corners: list[tuple[float, float]] = []
    for place, (low, top) in enumerate(zip(below, tops, strict=True)):
        if top > low:
            left, right = place - 0.425, place + 0.425
            corners += [(left, low), (right, low), (right, top), (left, top), (left, low)]
    steps = [Outline.MOVETO, *[Outline.LINETO] * 3, Outline.CLOSEPOLY] * (len(corners) // 5)
    outline = Outline(corners or [(0.0, 0.0)], steps or [Outline.MOVETO])
    return axes.add_patch(PathPatch(outline, facecolor=colour, edgecolor="white", linewidth=0.3))


def _draw_dots(axes: Any, statistics: SplitStatistics) -> None:
    layers = _layers(statistics, MAX_LINES)
    most = max(max(layer.counts) for layer in layers)
    # A dot of the largest count fills its place.
    across = 72 * min(
        axes.figure.get_figwidth() / max(len(statistics.partitions), 1), axes.figure.get_figheight() / len(layers)
    )
    largest = (min(across * 0.8, 24.0)) ** 2
    for line, layer in enumerate(layers):
        there = [(place, count) for place, count in enumerate(layer.counts) if count]
        axes.scatter(
            [place for place, _ in there],
            [line] * len(there),
            s=[max(largest * count / most, 0.5) for _, count in there],
            color=OKABE_ITO[0],
            linewidths=0,
        )
    axes.set_yticks(range(len(layers)))
    axes.set_yticklabels([layer.name for layer in layers], parse_math=False)
    axes.set_ylabel(_short(statistics.label, MAX_NAME), parse_math=False)
    axes.set_xlim(-0.6, len(statistics.partitions) - 0.4)
    axes.set_ylim(-0.6, len(layers) - 0.4)
    axes.grid(visible=True, linewidth=0.3, color="#DDDDDD")
    axes.set_axisbelow(True)


def _draw_ranges(axes: Any, statistics: SplitStatistics) -> None:
    """From the smallest to the largest value a line, the standard deviation a bar, the mean a point."""
    told = [(place, each.target) for place, each in enumerate(statistics.partitions) if each.target is not None]
    places = [place for place, _ in told]
    targets = [target for _, target in told]
    axes.vlines(places, [each.minimum for each in targets], [each.maximum for each in targets], color=GREY, linewidth=1)
    wide = max(min(300 / len(statistics.partitions), 8.0), 1.0)
    lows, highs = ([each.mean + sign * each.deviation for each in targets] for sign in (-1, 1))
    axes.vlines(places, lows, highs, color=OKABE_ITO[4], linewidth=wide)
    axes.plot(places, [each.mean for each in targets], "o", color=OKABE_ITO[0], markersize=max(wide / 2, 1.5))
    axes.set_xlim(-0.6, len(statistics.partitions) - 0.4)
    axes.set_ylabel(_short(statistics.label, MAX_NAME), parse_math=False)


def _layers(statistics: SplitStatistics, most: int) -> list[_Layer]:
    """The counts of each class; of many classes those that are rarest are one."""
    by_class = dict.fromkeys(statistics.classes, 0) | dict(statistics.whole.labels)
    common = set(statistics.classes)
    if len(common) > most:
        common = set(sorted(by_class, key=lambda name: -by_class[name])[: most - 1])
    counts = [dict(each.labels) for each in statistics.partitions]
    layers = [
        _Layer(_short(name, MAX_NAME), tuple(each.get(name, 0) for each in counts))
        for name in statistics.classes
        if name in common
    ]
    if left := len(statistics.classes) - len(layers):
        rest = (sum(count for name, count in each.items() if name not in common) for each in counts)
        layers.append(_Layer(f"{left} others", tuple(rest)))
    return layers


def _colours(count: int) -> list[str]:
    if count <= len(OKABE_ITO):
        return list(OKABE_ITO[:count])
    import matplotlib as mpl
    from matplotlib.colors import to_hex

    colours = mpl.colormaps["viridis"]
    return [to_hex(colours(place / (count - 1))) for place in range(count)]


def _width(statistics: SplitStatistics) -> float:
    return min(max(4.8 + 0.12 * len(statistics.partitions), 5.6), 14.0)


def _height(statistics: SplitStatistics, kind: str) -> float:
    lines = min(len(statistics.classes), MAX_LINES if kind == "dots" else MAX_LAYERS)
    return max(3.2, 0.9 + 0.2 * lines)


def _short(text: str, most: int) -> str:
    text = " ".join(clean(text).split())
    return text if len(text) <= most else f"{text[: most - 1]}…"
