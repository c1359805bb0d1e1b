"""``flops-mock diff``: what two runs found, side by side, in three formats."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
import referencing
from standins.pages import page, shown
from standins.pty import on_terminal

from pytest_flops_mock import Finding, Outcome, Problem, Report, Stage
from pytest_flops_mock.cli import main
from pytest_flops_mock.findings import Frame, StageResult
from pytest_flops_mock.report.as_json import written

DOCS = Path(__file__).parents[2] / "docs"


def finding(code: str, message: str, line: int = 7) -> Finding:
    problem = Problem(message, where=f"data_manager.py:{line} in load", fix="use the data set's column names")
    return Finding.of(problem, code=code, frames=(Frame("data_manager.py", line, "load", "x"),))


COLUMN = finding("FM602", "the repository asks for column 'lable', which no data have")
SYNTAX = finding("FM103", "invalid syntax")
NOTE = finding("FM004", "few rows")
OLD = Report(
    "r",
    stages=(StageResult(Stage.STRUCTURE, Outcome.FAILED), StageResult(Stage.TRANSFORM, Outcome.PASSED)),
    findings=(SYNTAX, NOTE),
    environment=(("numpy", "1.26"),),
    sla="mocks/a.json",
)
NEW = Report(
    "r",
    stages=(
        StageResult(Stage.SLA, Outcome.PASSED),
        StageResult(Stage.STRUCTURE, Outcome.PASSED),
        StageResult(Stage.TRANSFORM, Outcome.FAILED),
    ),
    findings=(COLUMN, finding("FM004", "few rows", 99)),
    environment=(("numpy", "2.0"),),
    sla="mocks/a.json",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two reports."""
    (tmp_path / "old.json").write_text(written([OLD, replace(OLD, sla="left.json")]), encoding="utf-8")
    (tmp_path / "new.json").write_text(written([NEW, replace(NEW, sla="b.json")]), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


TEXT = """\
mocks/a.json: incompatible, as before
new         error FM602 [transform] the repository asks for column 'lable', which no data have (data_manager.py:7 in load)
            fix: use the data set's column names
gone        error FM103 [structure] invalid syntax (data_manager.py:7 in load)
same        1 finding (FM004)
stages      sla: none → passed
stages      structure: failed → passed
stages      transform: passed → failed
environment numpy: 1.26 → 2.0

b.json: incompatible, not checked before
new         error FM602 [transform] the repository asks for column 'lable', which no data have (data_manager.py:7 in load)
            fix: use the data set's column names
new         warning FM004 [sla] few rows (data_manager.py:99 in load)
            fix: use the data set's column names

left.json: not checked now, incompatible before
unseen      error FM103 [structure] invalid syntax (data_manager.py:7 in load)
unseen      warning FM004 [sla] few rows (data_manager.py:7 in load)
            What is unseen is of a stage that did not run, or that has failed otherwise.

total       3 new (2 errors), 1 gone, 1 the same, 2 unseen
"""


def test_text_tells_it_by_sla(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "old.json", "new.json", "--output=d.txt"]) == 1
    assert (folder / "d.txt").read_text(encoding="utf-8") == TEXT
    out, err = capsys.readouterr()
    assert (out.split(), err) == (TEXT.split(), "")


@pytest.mark.parametrize("columns", [80, 200])
def test_lines_have_the_width_of_the_terminal(folder: Path, columns: int) -> None:
    command = [sys.executable, "-m", "pytest_flops_mock", "diff", "old.json", "new.json"]
    status, lines = on_terminal(command, columns, folder=folder, environment={"NO_COLOR": "1"})
    assert status == 1
    assert max(map(len, lines)) <= columns
    assert " ".join(lines).split() == TEXT.split()  # no word is broken
    if columns == 80:
        assert lines[1:4] == [
            "new         error FM602 [transform] the repository asks for column 'lable',",
            "            which no data have (data_manager.py:7 in load)",
            "            fix: use the data set's column names",
        ]
    coloured = "\n".join(on_terminal(command, columns, folder=folder, environment={"NO_COLOR": ""})[1])
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == "\n".join(lines)
    piped = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=300, check=False)
    assert (piped.stdout.split(), piped.stderr) == (TEXT.split(), "")


def test_json_keeps_its_schema(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "old.json", "new.json", "--format=json"]) == 1
    told = json.loads(capsys.readouterr().out)
    report, diff = (json.loads((DOCS / f"{name}.schema.json").read_text(encoding="utf-8")) for name in ("report", "diff"))
    resource = referencing.Resource.from_contents(report)
    registry: referencing.Registry = referencing.Registry().with_resource("report.schema.json", resource)
    validator = jsonschema.Draft202012Validator(diff, registry=registry)
    validator.check_schema(diff)
    validator.validate(told)
    (change, *_) = told["changes"]
    assert set(change) == set(diff["$defs"]["change"]["required"]) == set(diff["$defs"]["change"]["properties"])
    assert (told["ok"], [each["code"] for each in change["new"]]) == (False, ["FM602"])
    assert change["stages"][-1] == {"name": "transform", "old": "passed", "new": "failed"}
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**told, "changes": [{**change, "new": [{}]}]})


def test_a_page_has_what_is_new_in_full_and_the_rest_folded(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "old.json", "new.json", "--format=html", "--output=d.html"]) == 1
    text = capsys.readouterr().out
    assert (folder / "d.html").read_text(encoding="utf-8") == text
    found = page(text)
    seen = shown(found)
    assert "2 new errors 3 new (2 errors), 1 gone, 1 the same, 2 unseen Before old.json Now new.json" in seen
    assert "mocks/a.json incompatible incompatible 1 1 0 1 b.json not checked incompatible 2 0 0 0" in seen
    assert "mocks/a.json Incompatible now, as before. New findings error FM602" in seen
    assert "left.json Not checked now, incompatible before." in seen
    folded = [shown(each) for each in found.query("details.quiet > summary")]
    assert folded[:2] == ["gone FM103 invalid syntax", "same FM004 few rows"]
    assert "numpy 1.26 2.0" in seen
    assert main(["diff", "new.json", "new.json", "--format=html"]) == 0
    assert "No new error 0 new, 0 gone, 4 the same" in shown(page(capsys.readouterr().out))


def test_markdown_has_tables(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "old.json", "new.json", "--format=markdown"]) == 1
    told = capsys.readouterr().out
    assert told.startswith(
        "## flops-mock diff: 3 new (2 errors), 1 gone, 1 the same, 2 unseen\n\n"
        "### mocks/a.json: incompatible, as before\n\n"
        "| | severity | code | stage | finding | where | fix |\n"
    )
    assert "\n| environment | numpy | 1.26 | 2.0 |\n" in told


def test_nothing_new_is_success_and_files_are_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "new.json", "new.json", "--output=d.md", "--output=json:d", "--output=d.txt"]) == 0
    out = capsys.readouterr().out
    assert out.endswith("\ntotal       0 new, 0 gone, 4 the same\n")
    assert (folder / "d.txt").read_text(encoding="utf-8").split() == out.split()
    assert json.loads((folder / "d").read_text(encoding="utf-8"))["ok"] is True
    assert (folder / "d.md").read_text(encoding="utf-8").startswith("## flops-mock diff: 0 new")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["odl.json", "new.json"], "the earlier report cannot be read\n  where     OLD"),
        (["old.json", "."], "the earlier report cannot be read\n  where     NEW"),
        (["old.json", "text.json"], "this is no report of flops-mock\n  where     NEW"),
        (["old.json", "new.json", "--output=x.sarif"], "there is no such format of reports\n  where     --output"),
        (["old.json", "new.json", "--output=json:old.json"], "the report would take the place of a report that is compared"),
    ],
)
def test_wrong_use_is_told(folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    (folder / "text.json").write_text("text", encoding="utf-8")
    assert main(["diff", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"flops-mock: {message}")


def test_texts_of_others_are_safe(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = json.loads(written([replace(NEW, findings=())]))
    hostile["reports"][0]["sla"] = "\x1b[31m::error::x | <b>"
    (folder / "new.json").write_text(json.dumps(hostile), encoding="utf-8")
    for form in ("text", "json", "markdown"):
        main(["diff", "old.json", "new.json", f"--format={form}"])
        out = capsys.readouterr().out
        assert "\x1b" not in out
        assert "\\u001b" not in out
        assert "<b>" not in out or form != "markdown"
        assert not any(line.startswith("::") for line in out.splitlines())
