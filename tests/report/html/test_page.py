"""Reports as one page of HTML: what a reader finds there, in which order, and that nothing foreign gets out of its place."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import pytest
from justhtml import Element, JustHTML
from standins.pages import (
    BAD,
    ERROR,
    GOOD,
    HOSTILE,
    NOTE,
    PICTURES,
    PIXEL,
    SEARCHED,
    SOUNDS,
    STAGES,
    TEXTS,
    WARNING,
    continuous,
    federation,
    hostile,
    page,
    sent,
    shown,
    split,
)

from pytest_flops_mock import Finding, Problem, Report
from pytest_flops_mock.findings import DataFacts, ShownRows
from pytest_flops_mock.report.comparing import changes
from pytest_flops_mock.report.html.page import diff_html, html
from pytest_flops_mock.report.rounds import LearnerRoundShown, RoundShown, RoundsShown
from pytest_flops_mock.texts import clean


def one(report: Report) -> JustHTML:
    return page(html({report.sla: report}))


def named(found: JustHTML, anchor: str) -> Element:
    (element,) = [each for each in found.query(f"#{anchor}") if isinstance(each, Element)]
    return element


def texts(found: JustHTML | Element, selector: str) -> list[str]:
    return [shown(each) for each in found.query(selector)]


def rows(found: JustHTML | Element, selector: str = "tr") -> list[list[str]]:
    return [texts(row, "th, td") for row in found.query(selector) if isinstance(row, Element)]


def section(found: JustHTML, name: str) -> Element:
    (element,) = [
        each for each in found.query("section") if isinstance(each, Element) and each.attrs.get("aria-labelledby") == name
    ]
    return element


def test_the_verdict_comes_first_and_the_first_error_below_it() -> None:
    found = one(BAD)
    assert texts(found, "h1") == ["Incompatible"]
    assert texts(found, "title") == ["incompatible: my_repository with mocks/a.json | flops-mock"]
    assert (
        shown(found).index("Incompatible 1 error, 1 warning FM602 the repository asks for column 'image' data_manager.py:19")
        < 80
    )
    good = one(GOOD)
    assert texts(good, "h1") == ["Compatible"]
    assert "No error and no warning." in shown(good)


def test_what_the_verdict_does_not_hold_for_stands_beside_it() -> None:
    here = replace(GOOD, environments=("current",), stages=())
    assert "Compatible in this Python; the learner's was not tried: set env to learner" in shown(one(here))


def test_a_finding_has_its_parts_its_code_its_fix_and_why_it_matters() -> None:
    finding = named(one(BAD), "finding-1")
    text = shown(finding)
    assert text.startswith("error FM602 the repository asks for column 'image' data_manager.py:19 · stage transform")
    assert "expected one of: img got image nearest img" in text
    assert texts(finding, "ol p") == ["model_manager.py:7 in set_model_data", "data_manager.py:19 in _prepare"]
    assert texts(finding, "ol code") == ["DataManager()", "rows = data['image']"]
    assert texts(finding, "pre.detail") == ["KeyError: image"], "the frames have told the rest"
    assert "Fix use the data set's names" in text
    assert texts(finding, "details summary") == ["Why this matters on FLOps"]


def test_errors_come_before_warnings_and_what_only_informs_is_folded() -> None:
    findings = section(one(BAD), "findings")
    assert [text[:7] for text in texts(findings, "article > h3")] == ["error F", "warning"]
    assert texts(findings, "details.quiet > summary") == [f"FM201 {NOTE.message}"]


def test_findings_that_do_not_count_say_why() -> None:
    report = replace(GOOD, ignored=(WARNING,), known=(ERROR,), gone=(ERROR,), baseline="old.json")
    found = section(one(report), "findings")
    assert texts(found, "details.quiet > summary") == [
        f"known FM602 {ERROR.message}",
        f"gone FM602 {ERROR.message}",
        f"ignored FM004 {WARNING.message}",
    ]
    assert "Fix" not in shown(named(one(report), "gone-1"))


def test_stages_are_a_bar_of_time_with_numbers_beside() -> None:
    stages = section(one(BAD), "stages")
    assert rows(stages, "tbody tr") == [
        ["sla", "passed", "10 ms", "", ""],
        ["provide", "passed", "1 s", "", ""],
        ["transform", "failed", "3 s", "", ""],
        ["train", "skipped", "", "", "needs transform"],
    ]
    bars = [each for each in stages.query("svg rect") if isinstance(each, Element) and each.attrs["class"] != "track"]
    assert [(bar.attrs["class"], bar.attrs["x"], bar.attrs["width"]) for bar in bars] == [
        ("passed", "0.00", "0.60"),
        ("passed", "0.25", "24.94"),
        ("failed", "25.19", "74.81"),
    ]


def test_data_say_where_they_are_from_and_what_each_partition_holds() -> None:
    data = section(one(BAD), "data")
    assert "Source synthetic Origin a twin, seed 42 Data tag mnist Partitions 2 with 8 rows in all, 2 kB" in shown(data)
    table, columns = (each for each in data.query("table") if isinstance(each, Element))
    assert rows(table) == [
        ["Partition", "Rows", "Size", "cat", "dog", "Classes", "As diverse as", "Distance"],
        ["0", "4", "", "3", "1", "2 of 2", "2.0", "0.25"],
        ["1", "4", "", "4", "0", "1 of 2", "1.0", "0.25"],
        ["all", "8", "", "7", "1", "", "2.0", ""],
    ]
    assert rows(columns) == [["Column", "Type"], ["img", "Image"], ["label", "ClassLabel of 2"]]
    assert "Gini of sizes 0.05 0 if all are equal" in shown(data)
    assert "Label distance 0.25 off all rows, by Jensen-Shannon" in shown(data)


def test_many_classes_are_drawn_and_a_continuous_target_is_a_range() -> None:
    many = split(dict.fromkeys(map(str, range(40)), 1), {"0": 3})
    found = one(replace(GOOD, data=DataFacts((sent(many),))))
    assert [each.attrs["aria-label"] for each in found.query("svg.columns") if isinstance(each, Element)] == [
        "partition 0: 40 classes of 40",
        "partition 1: 1 class of 40",
        "all rows: 40 classes of 40",
    ]
    found = one(replace(GOOD, data=DataFacts((sent(continuous()),))))
    assert [each.attrs["aria-label"] for each in found.query("svg.columns") if isinstance(each, Element)] == [
        "partition 0: 1 to 4, mean 2.5",
        "all rows: 0 to 5, mean 2.5",
    ]
    assert "Missing 2 values: age 2" in shown(found)


def test_the_environment_stands_beside_the_learners_where_they_differ() -> None:
    assert rows(section(one(BAD), "environment")) == [
        ["Package", "Here", "Learner's image, if another"],
        ["Python", "3.12.1", "3.10"],
        ["numpy", "2.1.0", "<2,>=1.26"],
        ["pyarrow", "20.0.0", ""],
        ["flwr", "not installed", "1.8.0"],
    ]
    assert rows(section(one(GOOD), "environment"))[0] == ["Package", "Here"]


def test_several_slas_begin_with_an_overview() -> None:
    found = page(html({"mocks/a.json": BAD, "mocks/b.json": GOOD}))
    assert texts(found, "h1") == ["1 of 2 SLAs compatible"]
    assert texts(found, "h2") == ["Overview", "mocks/a.json Incompatible", "mocks/b.json Compatible"]
    overview = section(found, "overview")
    assert [row[:5] for row in rows(overview, "tbody tr")] == [
        ["incompatible", "mocks/a.json", "mnist", "1", "1"],
        ["compatible", "mocks/b.json", "mnist", "0", "0"],
    ]
    both = page(html({"mocks/a.json": BAD, "mocks/b.json": GOOD}, rounds={"mocks/b.json": federation()}))
    assert [row[5:9] for row in rows(section(both, "overview"))] == [
        ["Time", "Rounds", "Last loss", "Last accuracy"],
        ["4.01 s", "", "", ""],
        ["1.01 s", "3", "nan", "0.688"],
    ]
    links = [each.attrs["href"] for each in overview.query("a") if isinstance(each, Element)]
    assert links == ["#report-1-top", "#report-1-finding-1", "#report-2-top"]


@pytest.mark.parametrize("reports", [[BAD], [GOOD], [SEARCHED], [BAD, GOOD, SEARCHED], [hostile(), BAD], [Report("r")]])
def test_headings_links_tables_and_landmarks_are_in_order(reports: list[Report]) -> None:
    found = page(html({f"{number}.json": report for number, report in enumerate(reports)}))
    elements = [each for each in found.query("*") if isinstance(each, Element)]
    levels = [int(each.name[1]) for each in elements if re.fullmatch("h[1-6]", each.name)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    ids = [each.attrs["id"] for each in elements if "id" in each.attrs]
    assert len(ids) == len(set(ids))
    targets = [each.attrs["href"] for each in elements if "href" in each.attrs]
    assert {str(target).removeprefix("#") for target in targets} <= set(ids), "links lead to places on the page"
    labels = [each.attrs["aria-labelledby"] for each in elements if "aria-labelledby" in each.attrs]
    assert set(labels) <= set(ids)
    assert len(found.query("main")) == 1
    for table in found.query("table"):
        assert isinstance(table, Element)
        assert len(table.query("caption")) == 1
        assert all(isinstance(each, Element) and each.attrs.get("scope") for each in table.query("th"))


def test_hostile_names_are_shown_and_do_nothing() -> None:
    report = hostile()
    text = html({report.repository: report, "b": report})
    found = page(text)
    calm = page(html({"a": BAD, "b": BAD}))
    known = {each.name for each in calm.query("*") if isinstance(each, Element)} | {"polyline"}
    for each in found.query("*"):
        assert isinstance(each, Element)
        assert each.name in known, each.name
        assert not [name for name in each.attrs if name.startswith("on") or name in ("srcset", "style", "action")]
        assert str(each.attrs.get("src", "data:image/png;base64,")).startswith("data:image/png;base64,")
    seen = shown(found)
    for name in HOSTILE:
        assert re.sub(r"\s+", " ", clean(name)) in seen
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x1b]", text)


@pytest.mark.parametrize("report", [BAD, hostile()])
def test_nothing_is_loaded_from_elsewhere_and_no_script_runs(report: Report) -> None:
    text = html({"a": report})
    found = page(text)
    assert not found.query("script, link, iframe, object, embed, form, base")
    style = "".join(each.to_text() for each in found.query("style"))
    assert "url(" not in style
    assert "@import" not in style
    policies = [
        each.attrs["content"] for each in found.query("meta") if isinstance(each, Element) and "http-equiv" in each.attrs
    ]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]


def test_a_page_is_bounded_however_much_was_found() -> None:
    long = Finding.of(Problem("m" * 5_000, "w" * 5_000, "e" * 5_000, "g" * 5_000, "n" * 5_000, "f" * 5_000, code="FM602"))
    finding = replace(long, detail="d" * 100_000)
    counts = {f"class {number}": number + 1 for number in range(300)}
    data = DataFacts((sent(split(*[counts] * 100)),), tuple((f"column {n}", "int64") for n in range(5_000)), 9)
    report = replace(BAD, findings=(finding,) * 12, data=data)
    assert len(html({"a": report}).encode()) < 1_500_000
    assert len(html({"a": BAD}).encode()) < 50_000


def test_a_report_of_nothing_is_a_page() -> None:
    assert texts(one(Report("r")), "h1") == ["Compatible"]
    assert texts(one(Report("r", stages=STAGES[:1])), "h2") == ["Findings", "Stages"]


def test_the_page_asks_for_few_modules() -> None:
    code = (
        "import sys; from pytest_flops_mock.report.report import Report; before = 'jinja2' in sys.modules\n"
        "from pytest_flops_mock.report.html.page import html; html({'': Report('r')})\n"
        "print(before, sorted({'numpy', 'pyarrow', 'PIL', 'datasets', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "False []\n"


def test_rows_are_pictures_waves_and_texts() -> None:
    def data(rows: ShownRows) -> JustHTML:
        return one(replace(GOOD, data=DataFacts((replace(sent(None), shown=rows),))))

    found = data(PICTURES)
    (picture,) = (each for each in found.query("img") if isinstance(each, Element))
    assert picture.attrs["src"] == f"data:image/png;base64,{PIXEL}"
    assert picture.attrs["alt"] == "28 x 28 pixels, L"
    assert texts(found, ".gallery li") == [
        "label 3 (cat) partition 0, row 0",
        "img missing label no such column partition 1, row 0",
    ]
    assert "and 6 rows more" in shown(found)
    (wave,) = (each for each in data(SOUNDS).query(".wave") if isinstance(each, Element))
    assert wave.attrs["aria-label"] == "sound, 1 s"
    assert rows(data(TEXTS), ".rows tr") == [["Row", "text"], ["row 0", "a long story"]]
    assert "and 1 column more" in shown(data(TEXTS))


def test_a_page_that_compares_two_runs_keeps_hostile_names_where_they_belong() -> None:
    harmful = hostile()
    before, now = [replace(harmful, sla="a"), BAD], [replace(harmful, sla="a", environment=())]
    found = page(diff_html(changes(before, now), *HOSTILE[:2]))
    attributes = {name for each in found.query("*") if isinstance(each, Element) for name in each.attrs}
    assert not {name for name in attributes if name.startswith("on")}
    assert not found.query("script")
    assert f"Before {HOSTILE[0]} Now {HOSTILE[1]}" in shown(found)


def test_a_search_shows_the_smallest_partitions_row_by_row() -> None:
    found = one(SEARCHED)
    search = section(found, "search")
    assert shown(search).startswith(
        "Search For the smallest partitions that break the repository: failed; examples 200; failures 1"
    )
    assert texts(search, "li") == ["FM1001 fails on a partition of 2 rows", "FM1002 fails on a partition of 1 row"]
    assert "The partition that breaks it, row by row" in shown(named(found, "finding-1"))
    assert texts(named(found, "finding-1"), ".gallery small") == ["partition 0, row 0", "partition 1, row 0"]
    assert rows(named(found, "finding-2")) == [["Row", "text"], ["row 0", "a long story"]]
    assert SEARCHED.command in shown(section(found, "again"))


def test_rounds_are_curves_with_the_spread_and_tables_with_the_numbers() -> None:
    found = page(html({"a": GOOD}, rounds={"a": federation(), "b": federation()}))
    rounds = section(found, "rounds")
    assert "Rounds 3 Learners 3 Time 2.75 s Engine node" in shown(rounds)
    charts = [each for each in rounds.query("svg") if isinstance(each, Element)]
    assert [chart.attrs["aria-label"] for chart in charts] == [
        "Loss by round: 2.5 after round 1, nan after round 3",
        "Accuracy by round: 0.375 after round 1, 0.688 after round 2",
        "Seconds by round: 0.5 after round 1, 0.25 after round 3",
        "Megabytes by round: 0.186 after round 1, 0.124 after round 3",
    ]
    assert [len(chart.query(".dot")) for chart in charts] == [2, 2, 3, 3], "what is no number is no point"
    assert [len(chart.query(".band")) for chart in charts] == [1, 1, 1, 0]
    each_round, each_learner = (rows(table, "tbody tr") for table in rounds.query("table") if isinstance(table, Element))
    assert each_round == [
        ["1", "3 of 3", "2.5", "2 to 3", "0.375", "0.5 s", "186 kB", "kept"],
        ["2", "2 of 3", "1.25", "1 to 1.5", "0.688", "2 s", "124 kB", "kept"],
        ["3", "2 of 3", "nan", "0.5 to 0.5", "", "0.25 s", "124 kB", ""],
    ]
    assert each_learner[1] == [
        *("node 1", "200", "node 3 and 7 only", "80", "3", "0.25", "0.2 s", "62 kB", "30 MB"),
        "killed in round 2: ValueError: node",
    ]
    assert each_learner[0][-1] == "3 rounds"


def test_many_rounds_and_learners_and_hostile_ones_keep_a_page_in_bounds() -> None:
    (first, *_) = federation().learners
    long = RoundsShown(
        tuple(RoundShown(number, 1, 1, 1 / number) for number in range(1, 151)),
        (replace(first, rounds=tuple(LearnerRoundShown(number, 1, 1.0) for number in range(1, 151))),) * 120,
    )
    text = html({"a": GOOD}, rounds={"a": long})
    seen = shown(page(text))
    assert "and 50 more rounds" in seen
    assert "and 20 more learners" in seen
    assert len(text.encode()) < 300_000
    found = page(html(dict.fromkeys(HOSTILE, GOOD), rounds={name: federation(name) for name in HOSTILE}))
    assert not found.query("script")
    assert shown(found).count("killed in round 2: ValueError: ") == len(HOSTILE)
    assert "Each round" in shown(page(html({"a": GOOD}, rounds={"a": RoundsShown(())})))
