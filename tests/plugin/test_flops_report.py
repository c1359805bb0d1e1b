"""``--flops-report``: the reports of a run's checks in files."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from standins.pages import page, shown

from pytest_flops_mock import Report

CHECK = ("--flops-check", "--flops-sla=mocks/mnist.json")


def reports(project: pytest.Pytester, name: str) -> tuple[Report, ...]:
    return Report.all_from_json((project.path / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "options",
    [pytest.param((), id="alone"), pytest.param(("-n2", "--flops-env=current"), id="xdist", marks=pytest.mark.slow)],
)
def test_each_file_has_its_form_and_is_named_at_the_end(broken: pytest.Pytester, options: tuple[str, ...]) -> None:
    result = broken.runpytest(
        *CHECK, *options, "--flops-report=r.json", "--flops-report=sarif:r", "--flops-report=r.md", "--flops-report=r.html"
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    (report,) = reports(broken, "r.json")
    assert (report.sla, [finding.code for finding in report.errors]) == ("mocks/mnist.json", ["FM602"])
    (run,) = json.loads((broken.path / "r").read_text(encoding="utf-8"))["runs"]
    (error,) = [each for each in run["results"] if each["level"] == "error"]
    assert error["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "data_manager.py"
    assert (broken.path / "r.md").read_text(encoding="utf-8").startswith("### flops-mock: incompatible")
    found = page((broken.path / "r.html").read_text(encoding="utf-8"))
    assert "Incompatible 1 error" in shown(found)
    assert len(found.query("img")) == 8, "a few of the rows that the twin has made up"
    assert report.command.startswith("flops-mock check . --sla mocks/mnist.json")
    assert report.command in shown(found)
    told = [line for line in result.outlines if line.startswith("flops: ") and " report in " in line]
    assert told == [
        f"flops: {form} report in {broken.path / name}"
        for form, name in (("json", "r.json"), ("sarif", "r"), ("markdown", "r.md"), ("html", "r.html"))
    ]


def test_the_ini_key_starts_at_the_rootdir_and_a_run_without_checks_writes_nothing(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.makeini("[pytest]\nflops_report = r.json\n")
    project.makepyfile("def test_nothing(): ...")
    result = project.runpytest()
    assert result.ret == pytest.ExitCode.OK
    assert "flops: no report was written, since no SLA was checked" in result.outlines
    assert not (project.path / "r.json").exists()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("none/r.json", "the report cannot be written there"),
        ("report", "the name of the file does not say which format report shall have"),
        ("mocks/mnist.json", "the report would take the place of an SLA"),
    ],
)
def test_what_cannot_be_written_ends_the_run_before_a_check(project: pytest.Pytester, given: str, message: str) -> None:
    result = project.runpytest(*CHECK, f"--flops-report={given}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}", "  where     --flops-report"])


def test_a_report_that_cannot_be_written_in_the_end_fails_the_run(project: pytest.Pytester) -> None:
    folder = project.path / "out"
    folder.mkdir()
    project.makeconftest(f"import os\n\n\ndef pytest_collection_finish():\n    os.rmdir({str(folder)!r})\n")
    result = project.runpytest(*CHECK, "--flops-report=out/r.json")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["flops: the report cannot be written", "  where     --flops-report *r.json"])


@pytest.mark.parametrize("wanted", ["sla or train", "train"])
def test_without_a_verdict_no_report_is_written(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, wanted: str
) -> None:
    subprocess.run(["git", "init", "-q", project.path], check=True, timeout=300)
    monkeypatch.setenv("PATH", str(project.path / "nothing"))  # Git is a tool that a check needs
    result = project.runpytest(*CHECK, "--flops-report=r.json", "-k", wanted)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert any(line.startswith("flops: no report was written, since the check broke off") for line in result.outlines)
    assert not (project.path / "r.json").exists()


@pytest.mark.slow
def test_nothing_of_it_is_loaded_unless_asked_for(project: pytest.Pytester) -> None:
    project.makepyfile(
        "import sys\n\n\ndef test_it():\n"
        "    ours = [name.removeprefix('pytest_flops_mock.') for name in sys.modules]\n"
        "    assert not [name for name in ours if name.startswith('report')]\n"
    )
    result = project.runpytest_subprocess()
    result.assert_outcomes(passed=1)


@pytest.mark.slow
def test_the_path_below_a_ci_root_is_told(broken: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI_PROJECT_DIR", str(Path(broken.path).parent))
    broken.runpytest(*CHECK, "--flops-report=gitlab:q.json")
    paths = {each["location"]["path"] for each in json.loads((broken.path / "q.json").read_text(encoding="utf-8"))}
    assert f"{broken.path.name}/data_manager.py" in paths
