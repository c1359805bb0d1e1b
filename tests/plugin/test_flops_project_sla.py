"""``--flops-project-sla`` and ini ``flops_project_sla``: the project SLA for checks that name none."""

from __future__ import annotations

import pytest

ONE = "--flops-sla=mocks/mnist.json"


@pytest.fixture(autouse=True)
def project_sla(project: pytest.Pytester) -> None:
    (project.path / "project.json").write_text('{"customerID": "Admin"}', encoding="utf-8")


def test_it_is_read_with_each_sla(project: pytest.Pytester) -> None:
    result = project.runpytest("--flops-check", ONE, "--flops-project-sla=project.json", "-k", "sla")
    result.assert_outcomes(failed=1, deselected=9)
    result.stdout.fnmatch_lines(["FM003 *", "  where     project.json*"])


def test_it_is_the_default_of_the_fixture(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nflops_project_sla = project.json\n")
    project.makepyfile(
        """
        def test_default(flops_check):
            report = flops_check(sla="mocks/mnist.json", until="sla")
            assert {finding.code for finding in report.errors} == {"FM003"}

        def test_named(flops_check):
            report = flops_check(sla="mocks/mnist.json", project_sla="other.json", until="sla")
            assert {finding.code for finding in report.errors} == {"FM001"}
        """
    )
    project.runpytest().assert_outcomes(passed=2)


def test_one_that_is_not_there_ends_a_run_of_checks(project: pytest.Pytester) -> None:
    result = project.runpytest("--flops-check", ONE, "--flops-project-sla=projetc.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            "ERROR: the project SLA is not there",
            "  where     --flops-project-sla or ini flops_project_sla",
            "  got       projetc.json",
            "  nearest   project.json",
        ]
    )
