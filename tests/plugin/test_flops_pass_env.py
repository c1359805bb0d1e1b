"""``--flops-pass-env`` and ini ``flops_pass_env``: variables that the repository's code gets to see."""

from __future__ import annotations

import pytest


@pytest.fixture
def curious(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A repository that needs two variables when it transforms."""
    manager = project.path / "data_manager.py"
    text = manager.read_text(encoding="utf-8")
    needing = "        import os; os.environ['FIRST_TOKEN'], os.environ['SECOND_TOKEN']\n        return load"
    manager.write_text(text.replace("        return load", needing), encoding="utf-8")
    monkeypatch.setenv("FIRST_TOKEN", "secret")
    monkeypatch.setenv("SECOND_TOKEN", "secret")
    return project


@pytest.mark.slow
def test_nothing_is_passed_on_unless_asked_for(curious: pytest.Pytester) -> None:
    result = curious.runpytest("--flops-check", "--flops-sla=mocks/mnist.json", "-k", "transform")
    result.assert_outcomes(failed=1, deselected=9)
    result.stdout.fnmatch_lines(["*KeyError: FIRST_TOKEN*"])
    result.stdout.no_fnmatch_line("*secret*")


@pytest.mark.slow
def test_options_and_ini_add_up(curious: pytest.Pytester) -> None:
    curious.makeini("[pytest]\nflops_pass_env = FIRST_TOKEN\n")
    options = ["--flops-sla=mocks/mnist.json", "--flops-pass-env=SECOND_TOKEN,THIRD_TOKEN"]
    curious.runpytest("--flops-check", "-k", "transform", *options).assert_outcomes(passed=1, deselected=9)


@pytest.mark.slow
def test_the_call_names_them(curious: pytest.Pytester) -> None:
    curious.makepyfile(
        """
        def test_check(flops_check):
            names = ["FIRST_TOKEN", "SECOND_TOKEN"]
            report = flops_check(sla="mocks/mnist.json", until="transform", pass_env=names)
            assert report.ok, report
        """
    )
    curious.runpytest().assert_outcomes(passed=1)
