"""Pictures of what partitions hold."""

from __future__ import annotations

import io
import re
import sys
import warnings
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from standins.splits import split_of

from pytest_flops_mock.errors import SettingsError, ToolError
from pytest_flops_mock.report.plots import Kind, drawn, plot_partitions
from pytest_flops_mock.statistics import SplitStatistics

RNG = np.random.default_rng(5)
SKEWED = split_of([0] * 30 + [1] * 2, [1] * 8, [], pa.array([2] * 60 + [None] * 4), names=["_cat", "$dog$", "eel"])
TARGET = split_of(list(np.linspace(0, 1, 40)), [9.5, 10.5], pa.array([None], pa.float64()))
NO_LABEL = split_of([{"x": 1}] * 7, [])
LARGE = split_of(*(RNG.integers(0, 1000, 50) for _ in range(100)), names=[f"class {n}" for n in range(1000)])
KINDS: tuple[Kind, ...] = ("bars", "dots")


def texts(svg: bytes) -> list[str]:
    return [
        "".join(each.itertext()).strip() for each in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("statistics", [SKEWED, TARGET, NO_LABEL, LARGE], ids=["classes", "target", "no label", "large"])
def test_all_that_partitions_hold_can_be_drawn_in_both_formats(statistics: SplitStatistics, kind: Kind) -> None:
    svg, png = (drawn(statistics, kind, each, title="a title") for each in ("svg", "png"))
    assert "partition" in texts(svg)
    assert "a title" in texts(svg)
    picture = Image.open(io.BytesIO(png))
    assert 700 <= picture.width <= 2200
    assert 450 <= picture.height <= 2000
    assert len(svg) < 600_000


def test_the_same_counts_give_the_same_file() -> None:
    for kind in KINDS:
        for file_format in ("svg", "png"):
            assert drawn(SKEWED, kind, file_format) == drawn(SKEWED, kind, file_format)
    assert not re.search(
        rb"\d{4}-\d\d-\d\d|matplotlib\.org|dc:date", drawn(SKEWED, "bars", "svg").replace(b"w3.org/1999", b"")
    )


def test_bars_name_each_class_as_it_is_and_rows_without_a_label() -> None:
    found = texts(drawn(SKEWED, "bars", "svg"))
    assert [text for text in found if text in ("y", "no label", "eel", "$dog$", "_cat")] == [
        *("y", "no label", "eel", "$dog$", "_cat")
    ]
    assert "rows" in found


def test_dots_have_a_line_for_each_class() -> None:
    found = texts(drawn(SKEWED, "dots", "svg"))
    assert [text for text in found if text in ("_cat", "$dog$", "eel")] == ["_cat", "$dog$", "eel"]


@pytest.mark.parametrize(("kind", "apart"), [("bars", 19), ("dots", 39)])
def test_of_very_many_classes_the_rarest_are_one(kind: Kind, apart: int) -> None:
    found = [text for text in texts(drawn(LARGE, kind, "svg")) if text.startswith("class ") or text.endswith(" others")]
    assert len(found) == apart + 1
    assert f"{len(LARGE.classes) - apart} others" in found


def test_what_the_user_has_set_does_not_show_and_stays() -> None:
    plain = drawn(SKEWED, "bars", "svg")
    with mpl.rc_context({"figure.facecolor": "red", "font.size": 30, "svg.hashsalt": None, "axes.grid": True}):
        before = dict(mpl.rcParams)
        assert drawn(SKEWED, "bars", "svg") == plain
        assert dict(mpl.rcParams) == before


def test_letters_that_the_font_lacks_are_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn(split_of(["\u5929", "\U0001f600", "\x1b[31m"]), "bars", "png")


def test_a_file_is_written_in_the_format_of_its_ending(tmp_path: Path) -> None:
    plot_partitions(SKEWED, tmp_path / "new" / "split.PNG")
    plot_partitions(SKEWED, str(tmp_path / "split.svg"), "dots")
    assert (tmp_path / "new" / "split.PNG").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "split.svg").read_bytes() == drawn(SKEWED, "dots", "svg")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("split.pgn", "a picture is a PNG or an SVG file\n  where     split.pgn\n"),
        ("split", "got       no ending"),
        ("split.pgn", "nearest   png"),
        ("file/split.png", "the picture cannot be written"),
    ],
)
def test_a_file_that_cannot_be_is_told(name: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    with pytest.raises(SettingsError) as error:
        plot_partitions(SKEWED, name)
    assert message in str(error.value)


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ToolError, match=r"pip install 'pytest-flops-mock\[plots\]'"):
        drawn(SKEWED, "bars", "svg")
