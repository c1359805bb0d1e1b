"""``--flops-recordings`` and ini ``flops_recordings``: where recorded samples lie."""

from __future__ import annotations

import pytest

CHECKED = ("--flops-check", "--flops-sla=mocks/mnist.json", "-k", "provide")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ini", "options", "folder"),
    [
        ("", (), "tests/flops-data"),
        ("flops_recordings = samples", (), "samples"),
        ("flops_recordings = samples", ("--flops-recordings=others",), "others"),
    ],
    ids=["default", "ini", "option"],
)
def test_samples_are_looked_for_there(project: pytest.Pytester, ini: str, options: tuple[str, ...], folder: str) -> None:
    project.makeini(f"[pytest]\n{ini}\nflops_data = recorded\n")
    result = project.runpytest(*CHECKED, *options)
    result.assert_outcomes(failed=1, deselected=9)
    place = project.path / folder
    result.stdout.fnmatch_lines(
        [
            "FM301 there is no recorded sample of mnist",
            f"  where     {place}",
            "  got       no such folder",
            f"  fix       flops-mock record mnist --to {place}*",
        ]
    )


def test_a_call_that_names_the_source_looks_there_too(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        def test_check(flops_check, request):
            report = flops_check(sla="mocks/mnist.json", data="*:recorded", until="provide")
            assert report.errors[0].problem.where == str(request.config.rootpath / "samples")
        """
    )
    project.runpytest("--flops-recordings=samples").assert_outcomes(passed=1)
