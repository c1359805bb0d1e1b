"""Small drawings in SVG."""

from __future__ import annotations

import re

import pytest

from pytest_flops_mock.report.html.drawing import Line, chart, columns, extent, span, thumbnail, wave


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0.1, 0.9], ["0", "0.25", "0.5", "0.75", "1"]),
        ([2.5, 1.25], ["0", "1", "2", "3"]),
        ([100.0, 101.0], ["100", "100.25", "100.5", "100.75", "101"]),
        ([-1.0, 1.0], ["-1", "-0.5", "0", "0.5", "1"]),
        ([5.0], ["0", "2", "4", "6"]),
        ([0.0, 0.0], ["0", "0.25", "0.5", "0.75", "1"]),
        ([1e12, 2e12], ["0", "5e+11", "1e+12", "1.5e+12", "2e+12"]),
    ],
)
def test_an_axis_has_round_numbers_around_all_values(values: list[float], ticks: list[str]) -> None:
    drawn = chart([Line(values)], "a chart", [])
    assert re.findall(r'text-anchor="end">([^<]+)<', drawn) == ticks


def test_a_line_has_gaps_where_there_is_no_number() -> None:
    drawn = chart([Line([1.0, 2.0, None, float("inf"), 3.0])], "a chart", ["1", "2", "3", "4", "5"])
    assert drawn.count("<polyline") == 2
    assert drawn.count("<circle") == 3


@pytest.mark.parametrize("values", [[], [None], [float("nan")]])
def test_nothing_is_drawn_of_nothing(values: list[float | None]) -> None:
    assert chart([Line(values)], "a chart", []) == ""


def test_what_others_write_stays_text() -> None:
    evil = '"><script>\x1b'
    for drawn in (columns([1], evil), extent((0, 1), (0, 1), (0, 1), evil), wave([0.5], evil), thumbnail("AAAA", evil)):
        assert "&#34;&gt;&lt;script&gt;" in drawn
        assert "<script" not in drawn
        assert "\x1b" not in drawn
    assert thumbnail('AAAA" onerror="x', "") == ""


def test_a_bar_stays_in_its_track() -> None:
    for start, length in ((0, 0), (0.999, 0.5), (1, 0), (-1, 3)):
        x, width = map(float, re.findall(r'x="([\d.]+)" width="([\d.]+)"', span(start, length, "passed"))[0])
        assert 0 <= x <= x + width <= 100
