"""``--flops-rounds`` and the fixture ``flops_rounds``: what is collected, and what is refused before anything runs."""

from __future__ import annotations

import json

import pytest
from standins.projects import REPOSITORY, mock_sla


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    for name, text in REPOSITORY.items():
        (pytester.path / name).write_text(text, encoding="utf-8")
    (pytester.path / "mnist.json").write_text(json.dumps(mock_sla(max_rows=60)), encoding="utf-8")
    return pytester


def test_rounds_are_a_test_behind_those_of_the_check(project: pytest.Pytester) -> None:
    check = ["--flops-check", "--flops-sla=mnist.json", "--collect-only", "-q"]
    assert "mnist.json::rounds" not in project.runpytest(*check).stdout.str()
    collected = [line for line in project.runpytest(*check, "--flops-rounds").outlines if "::" in line]
    assert collected[-2:] == ["mnist.json::evaluate", "mnist.json::rounds"]
    project.makeini("[pytest]\nflops_rounds = true\n")
    assert "mnist.json::rounds" in project.runpytest(*check).stdout.str()


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--flops-rounds-fault=node 2 round 2 kil", "there is no such fault of a learner"),
        ("--flops-rounds-nodes=0", "there can be no such number of learner nodes"),
    ],
)
def test_what_means_nothing_ends_the_run_before_anything_starts(project: pytest.Pytester, option: str, said: str) -> None:
    result = project.runpytest("--flops-check", "--flops-sla=mnist.json", "--flops-rounds", option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert said in result.stderr.str()
    assert option.partition("=")[0] in result.stderr.str()


def test_a_seed_of_rounds_is_none_of_a_search(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from pytest_flops_mock.fixtures import settings_of

        def test_they_are(pytestconfig):
            settings = settings_of(pytestconfig)
            assert settings.search == {"seed": 1}
            assert settings.rounds == {"seed": 2, "rounds": 4, "fault": ("node 1 round 1 kill",)}
        """
    )
    result = project.runpytest(
        "--flops-search-seed=1",
        "--flops-rounds-seed=2",
        "--flops-training-rounds=4",
        "--flops-rounds-fault=node 1 round 1 kill",
    )
    result.assert_outcomes(passed=1)


def test_a_repository_that_is_incompatible_is_not_trained(project: pytest.Pytester) -> None:
    (project.path / "model_manager.py").write_text("class Manager: ...\n", encoding="utf-8")
    result = project.runpytest(
        "--flops-check",
        "--flops-sla=mnist.json",
        "--flops-rounds",
        "--flops-env=current",
        "-rs",
        "-k",
        "structure or rounds",
    )
    result.assert_outcomes(failed=1, skipped=1)
    assert "needs structure" in result.stdout.str()


def test_the_fixture_refuses_what_it_does_not_know(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        from pytest_flops_mock.errors import SettingsError

        def test_it(flops_rounds):
            with pytest.raises(SettingsError, match="nearest   nodes"):
                flops_rounds(sla="mnist.json", node=3)
            with pytest.raises(SettingsError, match="there can be no such number of learner nodes"):
                flops_rounds(sla="mnist.json", nodes=0)
        """
    )
    project.runpytest().assert_outcomes(passed=1)


def test_a_report_that_nobody_looks_at_fails_its_test(project: pytest.Pytester) -> None:
    (project.path / "model_manager.py").write_text("class Manager: ...\n", encoding="utf-8")
    project.makepyfile(
        """
        def test_it(flops_rounds):
            flops_rounds(sla="mnist.json", nodes=2, env="current")

        def test_that(flops_rounds):
            report = flops_rounds(sla="mnist.json", nodes=2, env="current")
            assert report.ok, report
        """
    )
    result = project.runpytest()
    result.assert_outcomes(passed=1, failed=1, errors=1)
    result.stdout.fnmatch_lines(["*flops_rounds has found errors, and the test does not look at its report*"])
