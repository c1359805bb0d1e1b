"""``--flops-env`` and ini ``flops_env``: the Python that runs the repository."""

from __future__ import annotations

import pytest

ONE = "--flops-sla=mocks/mnist.json"


def test_a_python_that_is_not_there_fails_the_stage_environment(project: pytest.Pytester) -> None:
    result = project.runpytest("--flops-check", ONE, "--flops-env=no/such/python", "-k", "environment or load")
    result.assert_outcomes(failed=1, skipped=1, deselected=8)
    result.stdout.fnmatch_lines(
        ["flops: *, env no/such/python", "*___ environment with mocks/mnist.json ___*", "FM205 *", "FAILED *::environment*"]
    )


@pytest.mark.slow
def test_ini_option_and_call_name_it(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import sys

        def test_check(flops_check):
            def codes(**values):
                return [f.code for f in flops_check(sla="mocks/mnist.json", until="environment", **values).errors]

            assert codes() == ["FM205"]
            assert codes(env=sys.executable) == codes(env="current") == []
        """
    )
    project.makeini("[pytest]\nflops_env = no/such/python\n")
    project.runpytest().assert_outcomes(passed=1)
    assert project.runpytest("--flops-env=current").parseoutcomes() == {"failed": 1}
