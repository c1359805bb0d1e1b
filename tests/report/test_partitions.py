"""What partitions hold, as text and in colours."""

from __future__ import annotations

import io
import re
import sys

import numpy as np
import pyarrow as pa
import pytest
from standins.splits import split_of

from pytest_flops_mock import Report
from pytest_flops_mock.findings import DataFacts, PartitionFacts, SentFacts
from pytest_flops_mock.report.markdown import markdown
from pytest_flops_mock.report.partitions import MAX_MARKDOWN, coloured, head, in_a_line, table
from pytest_flops_mock.statistics import SplitStatistics

SKEWED = split_of([0] * 30 + [1] * 2, [1] * 8, [], pa.array([2] * 60 + [None] * 4), names=["cat", "dog", "eel"])
EVEN = split_of([0, 1] * 20, [1, 0] * 20, names=["cat", "dog"])
TARGET = split_of(list(np.linspace(0, 1, 40)), [9.5, 10.5])
NO_LABEL = split_of([{"x": 1}], [])
MANY = split_of(*(np.arange(part, 1000, 3) for part in range(3)), names=[f"class {n}" for n in range(1000)])
HOSTILE = split_of(["\x1b[31m[red]::error::x", "a\nb"], ["$x$"])


def report(*statistics: SplitStatistics) -> Report:
    part = PartitionFacts("t.0.parquet", 2, 16)
    sent = [SentFacts(f"{n}.json", "t", "mnist", "synthetic", "a twin", (part,), each) for n, each in enumerate(statistics)]
    return Report("repository", data=DataFacts(tuple(sent), (), 4))


def test_a_table_has_a_row_for_each_partition_and_one_for_all() -> None:
    assert table(SKEWED, width=80) == (
        "     rows                          labels  classes  effective  distance  missing\n"
        "  0    32  ███████████             █▁       2 of 3        1.3      0.65        0\n"
        "  1     8  ██▊                      █       1 of 3        1.0      0.87        0\n"
        "  2     0                                   0 of 3                             0\n"
        "  3    64  ██████████████████████    █      1 of 3        1.0      0.49        4\n"
        "all   104                          ▅▂█      3 of 3        2.5                  4"
    )


def test_columns_that_say_nothing_are_left_out() -> None:
    assert table(EVEN).splitlines()[0].split() == ["rows", "labels", "classes", "effective", "distance"]
    assert table(TARGET).splitlines()[0].split() == ["rows", "target", "distance"]
    assert table(NO_LABEL, width=20).splitlines() == ["     rows", "  0     1  █████████", "  1     0", "all     1"]
    assert table(TARGET).splitlines()[2].split()[-4:] == ["10", "±", "0.5", "4.42"]


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("statistics", [SKEWED, EVEN, TARGET, NO_LABEL, MANY, HOSTILE])
def test_a_table_keeps_to_the_width(statistics: SplitStatistics, width: int) -> None:
    lines = table(statistics, width=width).splitlines()
    assert max(map(len, lines)) <= width
    assert len(lines) == len(statistics.partitions) + 2


def test_where_blocks_cannot_be_shown_bars_are_of_plain_letters() -> None:
    made = table(SKEWED, width=80, blocks=False)
    assert made.isascii()
    assert made.splitlines()[4].count("#") == 22


def test_the_head_says_which_label_and_how_far_partitions_are_off() -> None:
    assert head(SKEWED) == [
        "label       y: 3 classes, cat, dog, eel",
        "split       partitions of 0 to 64 rows (Gini 0.52); labels 0.49 to 0.87 off (Jensen-Shannon); missing: y 4",
    ]
    assert head(TARGET)[0] == "label       y: continuous, 0.9524 ± 2.047, 0 to 10.5"
    assert in_a_line(TARGET).endswith("labels 0.22 to 4.42 standard deviations off (Wasserstein)")
    assert head(NO_LABEL)[0] == "label       none that is clear"
    assert head(split_of(pa.nulls(2)))[0] == "label       y: no values"
    assert len(head(MANY)[0]) < 250


def shown(statistics: SplitStatistics, width: int) -> str:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    made = coloured(statistics, width=width, file=Terminal())
    assert made is not None
    return made


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("statistics", [SKEWED, EVEN, TARGET, NO_LABEL, MANY, HOSTILE])
def test_a_terminal_gets_the_same_numbers_in_colours(
    statistics: SplitStatistics, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    made = shown(statistics, width)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", made)
    assert ("\x1b[" in made, "\x1b" in plain) == (True, False)
    assert max(len(line.rstrip()) for line in plain.splitlines()) <= width
    numbers = [re.findall(r"[\d.,]+", line) for line in table(statistics, width=width).splitlines()]
    assert [re.findall(r"[\d.,]+", line) for line in plain.splitlines()] == numbers


def test_the_bar_of_a_partition_shows_its_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    _, first, second, *_ = shown(split_of([0] * 6 + [1] * 6, [1] * 12, names=["a", "b"]), 80).splitlines()
    shades = re.findall(r"\x1b\[(38;5;\d+)m█", first)
    assert shades[:2] == shades[2:]  # in the bar, and below labels
    assert len(set(shades)) == 2
    assert re.findall(r"\x1b\[(38;5;\d+)m█", second) == shades[1:2] * 2


def test_without_rich_there_are_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert coloured(SKEWED) is None


def test_a_report_on_uneven_partitions_has_one_line_more_and_one_on_even_ones_none() -> None:
    assert "Gini" not in str(report(EVEN))
    lines = str(report(SKEWED)).splitlines()
    assert lines[1] == "data        mnist: a twin; 1 partition; 4 rows loaded"
    assert lines[2] == f"            {in_a_line(SKEWED)}"
    assert len(lines) == len(str(report(EVEN)).splitlines()) + 1
    several = str(report(SKEWED, EVEN, TARGET)).splitlines()
    assert [line.split()[0] for line in several[1:6]] == ["data", "partitions", "1.json", "2.json", "partitions"]


def test_markdown_has_a_folded_table_of_uneven_partitions() -> None:
    made = markdown([report(SKEWED)])
    assert "<details><summary>Partitions of mnist</summary>\n\n| partition | rows | classes | effective |" in made
    assert "\n| 1 | 8 | 1 of 3 | 1.0 | 0.87 | 0 |\n" in made
    assert "<details>" not in markdown([report(EVEN)])
    large = split_of(*([number % 2] * 40 for number in range(300)), names=["a", "b"])
    assert len(re.findall(r"^\| (\d+|all) \|", markdown([report(large)]), re.MULTILINE)) == MAX_MARKDOWN + 1


@pytest.mark.parametrize("statistics", [SKEWED, EVEN, TARGET, NO_LABEL, MANY])
def test_json_keeps_what_partitions_hold(statistics: SplitStatistics) -> None:
    made = report(statistics)
    assert Report.from_json(made.to_json()) == made


def test_texts_of_others_are_clean() -> None:
    made = report(HOSTILE)
    for text in (table(HOSTILE), *head(HOSTILE), markdown([made]), str(made), made.to_json()):
        assert "\x1b" not in text
        assert not re.search("^::", text, re.MULTILINE)
