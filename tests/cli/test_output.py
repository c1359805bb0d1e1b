"""``--output``: reports in files beside what standard output shows, each written whole or not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from standins.broken import CHECK, FILES, broken_folder
from standins.pages import page, shown
from standins.schemas import CODE_QUALITY, sarif_schema, validate

from pytest_flops_mock import Report
from pytest_flops_mock.cli import main
from pytest_flops_mock.errors import SettingsError, ToolError
from pytest_flops_mock.report_files import outputs_of, read_reports, with_forms, write_whole


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return broken_folder(tmp_path, monkeypatch)


def refused(capsys: pytest.CaptureFixture[str], *outputs: str) -> str:
    assert main([*CHECK, *(f"--output={output}" for output in outputs)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err


def test_several_formats_come_of_one_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = ["r.json", "r.md", "r.txt", "r.sarif", "r.html", "gitlab:quality.json", "json:report"]
    status = main([*CHECK, *(f"--output={output}" for output in outputs), "--format=markdown"])
    out, err = capsys.readouterr()
    assert (status, err) == (1, "")
    assert out.startswith("## flops-mock: 0 of 2 compatible\n")
    assert (folder / "r.md").read_text(encoding="utf-8") == out
    reports = Report.all_from_json((folder / "r.json").read_text(encoding="utf-8"))
    assert [report.sla for report in reports] == ["a.json", "b.json"]
    assert (folder / "report").read_text(encoding="utf-8") == (folder / "r.json").read_text(encoding="utf-8")
    text = (folder / "r.txt").read_text(encoding="utf-8")
    assert text.startswith("sla         a.json\nrepository  .\n")
    assert text.endswith("checked     2 SLAs: 0 compatible, 2 not (a.json, b.json)\n")
    sarif = json.loads((folder / "r.sarif").read_text(encoding="utf-8"))
    validate(sarif, sarif_schema())
    quality = json.loads((folder / "quality.json").read_text(encoding="utf-8"))
    validate(quality, CODE_QUALITY)
    assert {"path": "model_manager.py", "lines": {"begin": 1}} in [each["location"] for each in quality]
    seen = shown(page((folder / "r.html").read_text(encoding="utf-8")))
    assert "0 of 2 SLAs compatible" in seen
    assert f"Repository {folder.name}" in seen, "its name says more than the dot that the user has typed"
    assert {each.name for each in folder.iterdir()} == {
        *FILES,
        "r.json",
        "r.md",
        "r.txt",
        "r.sarif",
        "r.html",
        "quality.json",
        "report",
    }


@pytest.mark.parametrize("form", ["sarif", "gitlab"])
def test_standard_output_shows_every_format(folder: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    assert main([*CHECK, f"--format={form}", f"--output={form}:same"]) == 1
    out = capsys.readouterr().out
    assert (folder / "same").read_text(encoding="utf-8") == out
    validate(json.loads(out), sarif_schema() if form == "sarif" else CODE_QUALITY)


def test_standard_output_shows_a_page_in_the_letters_that_it_has(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "é.json").write_bytes((folder / "a.json").read_bytes())
    command = ["check", ".", "--sla=é.json", "--env=learner", "--format=html"]
    assert main([*command, "--output=r.html"]) == 1
    out = capsys.readouterr().out
    assert (folder / "r.html").read_text(encoding="utf-8") == out
    monkeypatch.setattr("pytest_flops_mock.cli.shared.in_utf8", lambda: False)
    main(command)
    plain = capsys.readouterr().out
    assert plain.isascii()
    assert "SLA é.json" in shown(page(plain))


def test_a_file_that_says_no_format_has_that_of_standard_output(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CHECK, "--format=json", "--output=report"]) == 1
    assert capsys.readouterr().out.startswith("sla         a.json\n")
    assert len(Report.all_from_json((folder / "report").read_text(encoding="utf-8"))) == 2
    assert main([*CHECK, "--format=github", "--output=report"]) == 2
    assert "the name of the file does not say which format report shall have" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        (["none/r.json"], "the report cannot be written there"),
        (["a.json/r.json"], "the report cannot be written there"),
        (["sarf:r"], "there is no such format of reports"),
        (["github:r"], "the format github is for standard output"),
        (["json:"], "a report needs the name of a file"),
        (["."], "a report goes to a file, and this is a folder"),
        (["folder/"], "a report goes to a file, and this is a folder"),
        (["r.json", "text:./r.json"], "two reports go to one file"),
        (["r.json", "link.json"], "two reports go to one file"),
        (["b.json"], "the report would take the place of an SLA"),
        (["json:./b.json"], "the report would take the place of an SLA"),
    ],
)
def test_what_cannot_be_written_is_told_before_a_check_runs(
    folder: Path, capsys: pytest.CaptureFixture[str], outputs: list[str], message: str
) -> None:
    (folder / "link.json").symlink_to("r.json")
    told = refused(capsys, *outputs)
    assert told.startswith(f"flops-mock: {message}\n  where     --output\n  expected  ")
    assert "\n  fix       " in told
    assert not (folder / "r.json").exists()
    assert (folder / "b.json").read_text(encoding="utf-8") == FILES["b.json"]


def test_names_with_colons_are_names(tmp_path: Path) -> None:
    told = outputs_of(["2026-11-29T10:20.json", "./x:y.md", "SARIF:C:x"], tmp_path, "--output")
    assert [(each.path.name, each.form) for each in told] == [
        ("2026-11-29T10:20.json", "json"),
        ("x:y.md", "markdown"),
        ("C:x", "sarif"),
    ]
    assert [each.form for each in with_forms(outputs_of(["a.sarif.json", "b"], tmp_path, ""), "text")] == ["sarif", "text"]


def test_a_file_is_whole_and_keeps_what_it_is(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old", encoding="utf-8")
    real.chmod(0o640)
    link.symlink_to("real.json")
    write_whole(link, "new\ud800", "--output")
    assert (real.read_text(encoding="utf-8"), link.is_symlink()) == ("new?", True)
    assert real.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link.json", "real.json"]
    write_whole(Path(os.devnull), "gone", "--output")
    assert Path(os.devnull).is_char_device()


def test_a_folder_that_is_gone_meanwhile_leaves_no_file_and_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="the report cannot be written"):
        write_whole(tmp_path / "gone" / "r.json", "x", "--output")


def test_a_pipe_gets_the_report(folder: Path) -> None:
    command = [sys.executable, "-m", "pytest_flops_mock", *CHECK, "--output=json:/dev/fd/1"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert '"schema": "pytest-flops-mock/report/2"' in done.stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "the earlier report cannot be read"),
        (b"\xff\xfe", "this is no report of flops-mock"),
        (b"[]", "this is no report of flops-mock"),
        (b'{"schema": "other"}', "this is no report of flops-mock"),
        (b'{"schema": "pytest-flops-mock/report/2"}', "this is no report of flops-mock"),
        (b"[" * 100_000, "this is no report of flops-mock"),
        (
            b'{"schema": "pytest-flops-mock/report/3", "reports": []}',
            "the earlier report is of another version of flops-mock",
        ),
    ],
)
def test_an_earlier_report_that_is_none_is_told(tmp_path: Path, content: bytes | None, message: str) -> None:
    (tmp_path / "base.json").write_bytes(b"")
    path = tmp_path / "bsae.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError) as error:
        read_reports(path, "--baseline")
    assert str(error.value).startswith(f"{message}\n  where     --baseline\n  expected  ")
    assert content is not None or "nearest   base.json" in str(error.value)
