"""Reports for GitHub Actions."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_flops_mock import Finding, Problem, Report
from pytest_flops_mock.findings import Frame
from pytest_flops_mock.report import github
from pytest_flops_mock.report.github import MAX_BYTES, shielded, write_summary
from pytest_flops_mock.report.places import location

FRAMES = (Frame("model_manager.py", 20, "set_model_data", "x"), Frame("data_manager.py", 19, "_prepare_data", "y"))


def finding(code: str, where: str = "", message: str = "it breaks", frames: tuple[Frame, ...] = ()) -> Finding:
    return Finding.of(Problem(message, where=where, fix="fix it"), code=code, frames=frames)


def commands(*findings: Finding, repository: Path | None, workspace: Path, folder: Path | None = None) -> list[str]:
    found = github.annotations([Report("r", findings=findings)], workspace=workspace, repository=repository, folder=folder)
    return list(found)


def test_a_finding_is_told_at_its_innermost_frame(tmp_path: Path) -> None:
    (told,) = commands(
        finding("FM602", "set_model_data()", frames=FRAMES), workspace=tmp_path, repository=tmp_path / "examples" / "x"
    )
    assert told == (
        "::error file=examples/x/data_manager.py,line=19,title=FM602 column missing%2C in set_model_data()"
        "::it breaks%0Awhere     set_model_data()%0Afix       fix it"
    )


def test_errors_go_first_and_severities_have_their_commands(tmp_path: Path) -> None:
    told = commands(finding("FM201"), finding("FM004"), finding("FM603"), workspace=tmp_path, repository=tmp_path)
    assert [line.split(" ")[0] for line in told] == ["::error", "::warning", "::notice"]


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("data_manager.py:12 in load", ("data_manager.py", 12)),
        ("conda.yaml:3", ("conda.yaml", 3)),
        ("model_manager.py", ("model_manager.py", 0)),
        ("sub/a b.py:7", ("sub/a b.py", 7)),
        ("mocks/a.json: mock_data_configuration.data_tag", ("mocks/a.json", 0)),
        ("mocks/a.json:4:1", ("mocks/a.json", 4)),
        ("set_model_data()", ("", 0)),
        ("grpc://127.0.0.1:11027", ("", 0)),
        ("mnist.0123.parquet", ("", 0)),
        ("a.python", ("", 0)),
        ("<text>: customerID", ("", 0)),
        ("", ("", 0)),
    ],
)
def test_without_frames_the_place_is_read_from_where(where: str, place: tuple[str, int]) -> None:
    assert location(finding("FM103", where)) == place


def test_an_slas_path_starts_where_the_command_runs(tmp_path: Path) -> None:
    told = commands(
        finding("FM004", "mocks/a.json: x"), workspace=tmp_path, repository=tmp_path / "repo", folder=tmp_path / "work"
    )
    assert told[0].startswith("::warning file=work/mocks/a.json,title=")
    absolute = commands(finding("FM004", f"{tmp_path}/a.json: x"), workspace=tmp_path, repository=None)
    assert absolute[0].startswith("::warning file=a.json,title=")


def test_a_file_outside_the_workspace_is_not_named_as_one(tmp_path: Path) -> None:
    for repository in (None, tmp_path / "elsewhere"):
        (told,) = commands(finding("FM103", "a.py:1"), workspace=tmp_path / "workspace", repository=repository)
        assert told == "::error title=FM103 syntax error::it breaks%0Awhere     a.py:1%0Afix       fix it"


def test_what_would_end_a_command_or_a_property_is_escaped(tmp_path: Path) -> None:
    hostile = finding("FM103", "a,b%25.py:1", "100%\r\n::set-output name=x::y\x1b[31m")
    (told,) = commands(hostile, workspace=tmp_path, repository=tmp_path)
    assert told == (
        "::error file=a%2Cb%2525.py,line=1,title=FM103 syntax error"
        "::100%25%0A: :set-output name=x::y%0Awhere     a,b%2525.py:1%0Afix       fix it"
    )


def test_what_several_reports_find_is_said_once(tmp_path: Path) -> None:
    report = Report("r", findings=(finding("FM103", "a.py:1"),))
    assert len(github.annotations([report, report], workspace=tmp_path, repository=tmp_path)) == 1


def test_the_summary_is_appended(tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    summary.write_text("before\n", encoding="utf-8")
    write_summary(summary, [Report("r")], names=["a.json"])
    assert summary.read_text(encoding="utf-8") == "before\n### flops-mock: compatible: r with a.json\n"


def test_the_summary_is_capped(tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    write_summary(summary, [Report("r", findings=tuple(finding("FM004", message=f"é {n}") for n in range(5_000)))])
    text = summary.read_text(encoding="utf-8")
    assert 0.9 * MAX_BYTES < len(text.encode()) <= MAX_BYTES
    shown = text.count("| warning |")
    assert text.endswith(f"\n**Not shown: {5_000 - shown:,} findings, since this text ends at 100,000 bytes.**\n")


def test_text_for_the_log_holds_no_commands() -> None:
    assert shielded("::error::x\n", "t0") == "::stop-commands::t0\n::error::x\n::t0::\n"
