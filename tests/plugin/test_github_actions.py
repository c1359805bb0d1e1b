"""In GitHub Actions ``--flops-check`` makes annotations and writes the step summary; elsewhere it does neither."""

from __future__ import annotations

from pathlib import Path

import pytest

CHECK = ("--flops-check", "--flops-sla=mocks/mnist.json")


@pytest.fixture
def step_summary(broken: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the step summary, in a run of GitHub Actions."""
    path = broken.path.parent / f"{broken.path.name}_summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(broken.path))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    return path


@pytest.mark.parametrize(
    "options",
    [pytest.param((), id="alone"), pytest.param(("-n2", "--flops-env=current"), id="xdist", marks=pytest.mark.slow)],
)
def test_findings_are_annotations_and_reports_are_in_the_summary(
    broken: pytest.Pytester, step_summary: Path, options: tuple[str, ...]
) -> None:
    result = broken.runpytest(*CHECK, *options)
    errors = [line for line in result.outlines if line.startswith("::error")]
    assert len(errors) == 1
    assert errors[0].startswith("::error file=data_manager.py,line=6,title=FM602 ")
    summary = step_summary.read_text(encoding="utf-8")
    assert summary.count("### flops-mock: incompatible") == 1
    assert "with mocks/mnist.json" in summary
    assert "| transform | failed |" in summary


@pytest.mark.slow
def test_a_summary_that_cannot_be_written_does_not_end_the_run(broken: pytest.Pytester, step_summary: Path) -> None:
    step_summary.mkdir()
    result = broken.runpytest(*CHECK)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["flops: the step summary cannot be written: *", "::error *"])


@pytest.mark.slow
def test_elsewhere_there_is_none(broken: pytest.Pytester, step_summary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS")
    assert "::error" not in str(broken.runpytest(*CHECK).stdout)
    assert not step_summary.exists()
