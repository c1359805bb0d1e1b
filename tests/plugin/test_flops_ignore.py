"""``--flops-ignore``, ini ``flops_ignore`` and the marker ``flops_ignore``: findings that do not count, visibly."""

from __future__ import annotations

import pytest

CHECK = """
    import pytest

    @pytest.mark.flops_ignore({marked})
    def test_check(flops_check):
        report = flops_check(sla="mocks/mnist.json", until="transform", ignore={ignore})
        assert report.ok, report
        assert sorted(finding.code for finding in report.ignored) == {ignored}
    """


@pytest.mark.slow
def test_an_ignored_error_fails_no_stage_and_is_named(broken: pytest.Pytester) -> None:
    options = ["--flops-check", "--flops-sla=mocks/mnist.json", "-k", "transform"]
    result = broken.runpytest(*options, "--flops-ignore=FM201,fm602")
    result.assert_outcomes(passed=1, deselected=9)
    result.stdout.fnmatch_lines(["flops: data synthetic, sla mocks/mnist.json, FM201, FM602 ignored", "mocks/mnist.json: *"])
    assert "transform were checked; FM201, FM602 ignored; " in " ".join(str(result.stdout).split())


@pytest.mark.slow
def test_codes_of_ini_option_marker_and_call_add_up(broken: pytest.Pytester) -> None:
    broken.makeini("[pytest]\nflops_ignore = FM201\n")
    broken.makepyfile(CHECK.format(marked="'FM602'", ignore="()", ignored="['FM201', 'FM602']"))
    broken.runpytest("-W", "error").assert_outcomes(passed=1)
    broken.makepyfile(CHECK.format(marked="'FM714', 'FM816'", ignore="'FM602'", ignored="['FM201', 'FM602']"))
    broken.runpytest("--flops-ignore=FM816").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        ("'FM6O2'", "*SettingsError: there is no such code to ignore"),
        ("", "*SettingsError: the marker flops_ignore takes codes of findings"),
        ("code='FM602'", "*SettingsError: the marker flops_ignore takes codes of findings"),
    ],
    ids=["unknown", "none", "keyword"],
)
def test_a_marker_that_means_nothing_fails_its_test(project: pytest.Pytester, marked: str, message: str) -> None:
    project.makepyfile(CHECK.format(marked=marked, ignore="()", ignored="[]"))
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([message, "*where     @pytest.mark.flops_ignore of *::test_check"])


def test_an_unknown_code_in_the_call_fails_the_test(project: pytest.Pytester) -> None:
    project.makepyfile(CHECK.format(marked="'FM201'", ignore="['FM999']", ignored="[]"))
    result = project.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*SettingsError: there is no such code to ignore", "*where     ignore"])


def test_the_marker_is_known(project: pytest.Pytester) -> None:
    project.runpytest("--markers").stdout.fnmatch_lines(["@pytest.mark.flops_ignore([*]codes): *"])
