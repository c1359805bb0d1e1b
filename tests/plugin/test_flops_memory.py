"""``--flops-memory`` and ini ``flops_memory``: a limit for the process that runs the repository."""

from __future__ import annotations

import pytest


@pytest.fixture
def greedy(project: pytest.Pytester) -> pytest.Pytester:
    """A repository that wants 4 GB when it transforms."""
    manager = project.path / "data_manager.py"
    text = manager.read_text(encoding="utf-8")
    text = text.replace("        return load", "        bytearray(4 * 10**9)\n        return load")
    manager.write_text(text, encoding="utf-8")
    return project


@pytest.mark.parametrize("kind", ["option", "ini"])
@pytest.mark.slow
def test_more_than_that_is_a_finding(greedy: pytest.Pytester, kind: str) -> None:
    greedy.makeini(f"[pytest]\nflops_memory ={' 1000' if kind == 'ini' else ''}\n")
    option = ["--flops-memory=1000"] if kind == "option" else []
    result = greedy.runpytest("--flops-check", "--flops-sla=mocks/mnist.json", "-k", "load or transform", *option)
    result.assert_outcomes(passed=1, failed=1, deselected=8)
    result.stdout.fnmatch_lines(
        [
            "*___ transform with mocks/mnist.json ___*",
            "*takes more than the check allows it*",
            "*at most 1,000 MB of memory*",
        ]
    )


@pytest.mark.slow
def test_the_call_names_it(greedy: pytest.Pytester) -> None:
    greedy.makepyfile(
        """
        def test_check(flops_check):
            report = flops_check(sla="mocks/mnist.json", until="transform", memory=1000)
            assert [finding.stage.value for finding in report.errors] == ["transform"]
            assert report.stages[-1].stage.value == "transform"
        """
    )
    greedy.runpytest().assert_outcomes(passed=1)
