"""``--flops-check`` and ini ``flops_check``: a test for each SLA and stage, without test code."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_flops_mock.errors import Problem, SettingsError

STAGES = ["sla", "structure", "environment", "provide", "load", "aggregator", "transform", "train", "exchange", "evaluate"]
ALL = "--flops-sla=mocks/*.json"
ONE = "--flops-sla=mocks/mnist.json"

Ids = Callable[..., list[str]]

TOLD = "mocks/mnist.json: compatible in this Python*; synthetic twin of mnist, 600 rows, seed 42"


def ids_of(sla: str) -> list[str]:
    return [f"mocks/{sla}.json::{stage}" for stage in STAGES]


@pytest.fixture
def ids(project: pytest.Pytester) -> Ids:
    """The ids of the tests that pytest collects with some arguments."""

    def collected(*arguments: str) -> list[str]:
        result = project.runpytest("--collect-only", "-q", *arguments)
        assert result.ret in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED), str(result.stderr)
        return [line for line in result.outlines if "::" in line]

    return collected


def test_a_project_without_a_test_has_one_for_each_stage(project: pytest.Pytester) -> None:
    result = project.runpytest("--flops-check", ONE, "-v")
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=len(STAGES))
    result.stdout.fnmatch_lines(
        [
            *(f"{name} PASSED*" for name in ids_of("mnist")),
            "mocks/mnist.json: compatible in this Python; the learner's was not tried: set env to learner;",
            "    synthetic twin of mnist, 600 rows, seed 42",
        ]
    )


def test_a_stage_that_fails_shows_its_findings_and_the_whole_report_once(broken: pytest.Pytester) -> None:
    result = broken.runpytest("--flops-check", ONE, "-ra")
    result.assert_outcomes(passed=6, failed=1, skipped=3)
    result.stdout.fnmatch_lines(
        [
            "*___ transform with mocks/mnist.json ___*",
            "FM602 the repository asks for column 'lable', which the data do not have",
            "  where     data_manager.py:6 in _prepare_data",
            "  nearest   label",
            "*Captured FLOps check call*",
            "data        mnist: synthetic twin of mnist, *",
            "verdict     incompatible (1 error) so far; still to come: train, exchange, evaluate",
            "*= FLOps checks =*",
            "mocks/mnist.json: incompatible (1 error); synthetic *",
            "SKIPPED [[]1[]] mocks/mnist.json:1: needs transform",
            "SKIPPED [[]2[]] mocks/mnist.json:1: needs train",
            "FAILED mocks/mnist.json::transform - FM602 data_manager.py:6: *",
        ]
    )
    shown = str(result.stdout)
    assert shown.count("Captured FLOps check") == 1
    assert shown.count("the repository asks for column 'lable'") == 1, "a finding is told once"
    assert "collection.py" not in shown, "no traceback of ours"


@pytest.mark.slow
def test_xdist_checks_share_stages_out_and_say_the_same(broken: pytest.Pytester, other_sla: Path) -> None:
    result = broken.runpytest("--flops-check", ALL, "-n2", "--flops-env=current", "--junitxml=j.xml")
    result.assert_outcomes(passed=12, failed=2, skipped=6)
    result.stdout.fnmatch_lines(
        [
            "*= FLOps checks =*",
            "mocks/mnist.json: incompatible (1 error); synthetic *",
            "mocks/three.json: incompatible (1 error); synthetic *",
        ]
    )
    assert str(result.stdout).count("Captured FLOps check") == 2, "the whole report once for each SLA"
    assert set(cases(broken)) == {("mocks.mnist.json", stage) for stage in STAGES} | {
        ("mocks.three.json", stage) for stage in STAGES
    }


@pytest.mark.slow
def test_the_first_failure_ends_an_xdist_run_which_still_says_what_was_found(broken: pytest.Pytester) -> None:
    ids = ["mocks/mnist.json::transform", "mocks/mnist.json::evaluate"]
    result = broken.runpytest("--flops-check", ONE, "-n2", "--flops-env=current", "--dist=loadgroup", "-x", *ids)
    assert result.parseoutcomes()["failed"] == 1
    result.stdout.fnmatch_lines(["2 workers [[]2 items[]]*"])
    result.stdout.fnmatch_lines(
        ["mocks/mnist.json: incompatible (1 error); synthetic *", "FAILED mocks/mnist.json::transform*"]
    )


@pytest.mark.slow
def test_junit_has_each_stage_as_a_test(broken: pytest.Pytester) -> None:
    broken.runpytest("--flops-check", ONE, "--junitxml=j.xml")
    found = cases(broken)
    assert list(found) == [("mocks.mnist.json", stage) for stage in STAGES]
    failed, skipped = found["mocks.mnist.json", "transform"], found["mocks.mnist.json", "train"]
    properties = {one.attrib["name"]: one.attrib["value"] for one in failed.iter("property")}
    assert (properties["flops_stage"], properties["flops_verdict"]) == ("transform", "incompatible")
    assert 0 <= float(properties["flops_seconds"]) < 60
    assert all(len(value) < 20 for value in properties.values())
    assert failed.find("failure") is not None
    assert failed.find("failure").attrib["message"].startswith("FM602 data_manager.py:6: ")  # type: ignore[union-attr]
    assert skipped.find("skipped").attrib["message"] == "needs transform"  # type: ignore[union-attr]


def cases(project: pytest.Pytester) -> dict[tuple[str, str], ET.Element]:
    tree = ET.parse(project.path / "j.xml")
    return {(case.attrib["classname"], case.attrib["name"]): case for case in tree.iter("testcase")}


@pytest.mark.slow
def test_a_stage_can_be_selected_and_stops_and_runs_again(broken: pytest.Pytester) -> None:
    def run(*options: str) -> dict[str, int]:
        return broken.runpytest("--flops-check", ONE, *options).parseoutcomes()

    assert run("-k", "mnist and structure") == {"passed": 1, "deselected": 9}
    assert run("-x") == {"passed": 6, "failed": 1}
    assert run("--lf")["failed"] == 1
    assert run("--lf", "-v").get("passed", 0) == 0
    assert broken.runpytest("mocks/mnist.json::transform").parseoutcomes() == {"failed": 1}, "an id needs no option"
    manager = broken.path / "data_manager.py"
    manager.write_text(manager.read_text(encoding="utf-8").replace("lable", "label"), encoding="utf-8")
    assert run("--lf")["passed"] == 1


def test_the_ids_are_the_slas_and_the_stages(ids: Ids, project: pytest.Pytester, other_sla: Path) -> None:
    assert ids("--flops-check", ALL) == [*ids_of("mnist"), *ids_of("three")]
    assert ids("--flops-check", ALL, "-p", "no:randomly", "-p", "no:xdist", "--strict-markers") == [
        *ids_of("mnist"),
        *ids_of("three"),
    ]
    project.makeini("[pytest]\nflops_check = true\nflops_sla =\n    mocks/three.json\n    mocks/mnist.json\n")
    assert ids() == [*ids_of("three"), *ids_of("mnist")]


def test_checks_come_behind_the_projects_own_tests(ids: Ids, project: pytest.Pytester) -> None:
    project.mkdir("tests").joinpath("test_own.py").write_text("def test_own(): ...\n", encoding="utf-8")
    own = "tests/test_own.py::test_own"
    assert ids("--flops-check", ONE) == [own, *ids_of("mnist")]
    project.makeini("[pytest]\ntestpaths = tests\nflops_check = true\nflops_sla = mocks/mnist.json\n")
    assert ids() == [own, *ids_of("mnist")]


@pytest.mark.parametrize(
    ("arguments", "own", "checked"),
    [
        (["tests/test_own.py"], True, []),
        (["tests/test_own.py::test_own"], True, []),
        (["tests"], True, []),
        (["tests", "--flops-check"], True, ["mnist", "three"]),
        (["tests/test_own.py", "--flops-check"], True, []),
        (["."], True, ["mnist", "three"]),
        (["mocks"], False, ["mnist", "three"]),
        (["mocks/three.json"], False, ["three"]),
        (["mocks/three.json", "tests/test_own.py"], True, ["three"]),
        (["--flops-sla", "mocks/mnist.json", "mocks/three.json"], False, ["mnist", "three"]),  # by a shell
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_with_arguments_that_alone_is_checked_which_is_in_them(
    ids: Ids, project: pytest.Pytester, other_sla: Path, arguments: list[str], own: bool, checked: list[str]
) -> None:
    project.makeini("[pytest]\nflops_check = true\nflops_sla = mocks/*.json\n")
    project.mkdir("tests").joinpath("test_own.py").write_text("def test_own(): ...\n", encoding="utf-8")
    expected = [*(["tests/test_own.py::test_own"] if own else []), *(name for sla in checked for name in ids_of(sla))]
    assert sorted(ids(*arguments)) == sorted(expected)


def test_the_marker_selects_the_checks_or_all_but_them(ids: Ids, project: pytest.Pytester) -> None:
    project.mkdir("tests").joinpath("test_own.py").write_text("def test_own(): ...\n", encoding="utf-8")
    assert ids("--flops-check", ONE, "--strict-markers", "-m", "flops") == ids_of("mnist")
    assert ids("--flops-check", ONE, "-m", "not flops") == ["tests/test_own.py::test_own"]


def test_one_stage_is_one_id(project: pytest.Pytester, other_sla: Path) -> None:
    result = project.runpytest("--flops-check", ALL, "mocks/three.json::structure")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["mocks/three.json: compatible; only structure was checked"])


def test_an_id_of_no_stage_is_refused(project: pytest.Pytester) -> None:
    result = project.runpytest("mocks/mnist.json::transfrm")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: not found: *mnist.json::transfrm"])


def test_other_json_files_are_none_of_ours(project: pytest.Pytester) -> None:
    (project.path / "mocks" / "package.json").write_text("{}", encoding="utf-8")
    assert project.runpytest("mocks/package.json").ret == pytest.ExitCode.USAGE_ERROR
    assert project.runpytest("mocks").ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.slow
def test_an_sla_may_lie_elsewhere(project: pytest.Pytester, other_sla: Path) -> None:
    elsewhere = project.path.parent / f"{project.path.name}_elsewhere.json"
    other_sla.rename(elsewhere)
    options = ["--flops-check", f"--flops-sla=../{elsewhere.name}", ONE, "-k", "structure", "-v"]
    result = project.runpytest(*options)
    result.assert_outcomes(passed=2, deselected=18)
    result.stdout.fnmatch_lines(
        [f"*../{elsewhere.name}::structure PASSED*", f"{elsewhere}: compatible;*", "mocks/mnist.json: *"]
    )


def test_without_an_sla_the_message_names_those_that_there_are(project: pytest.Pytester, other_sla: Path) -> None:
    result = project.runpytest("--flops-check")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            "ERROR: a check needs an MDP SLA, and none is named",
            "  where     --flops-check",
            "  expected  the path of an MDP SLA, or a pattern such as 'mocks/[*].json'",
            "  got       no --flops-sla, no ini flops_sla, no SLA among the arguments (*)",
            "  nearest   mocks/mnist.json, mocks/three.json",
            "  fix       add --flops-sla mocks/mnist.json, or name it in the ini key flops_sla",
        ]
    )


def test_an_sla_that_is_not_there_is_told_with_the_nearest(project: pytest.Pytester) -> None:
    for wrong, message in (("mocks/mnits.json", "is not there"), ("mocks", "is a folder"), ("mokcs/*.json", "no SLA file")):
        result = project.runpytest("--flops-check", f"--flops-sla={wrong}")
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        got = wrong.replace("*", "[*]")
        result.stderr.fnmatch_lines([f"ERROR: *{message}*", f"  got       {got}", "  nearest   mocks/mnist.json"])


def test_a_broken_sla_fails_in_its_own_stage(project: pytest.Pytester) -> None:
    (project.path / "mocks" / "mnist.json").write_text('{"mock_data_configuration": 3}', encoding="utf-8")
    result = project.runpytest("--flops-check", ONE)
    result.stdout.fnmatch_lines(["*___ sla with mocks/mnist.json ___*", "FM003 *", "  where     mocks/mnist.json*"])


def test_a_check_that_cannot_run_is_tried_once_and_is_an_error_without_a_traceback(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def refuse(self: object, **_: object) -> None:
        tried.append(self)
        raise SettingsError(Problem("there is no such thing", fix="name another"))

    monkeypatch.setattr("pytest_flops_mock.pipeline.RepositoryChecker.begin", refuse)
    result = project.runpytest("--flops-check", ONE, "-k", "sla or load")
    result.assert_outcomes(errors=2, deselected=8)
    result.stdout.fnmatch_lines(["*___ ERROR at setup of load with *", "there is no such thing", "  fix       name another"])
    assert "collection.py" not in str(result.stdout)
    assert len(tried) == 1


def test_that_nothing_was_checked_is_said(project: pytest.Pytester) -> None:
    project.makepyfile(test_own="def test_own(): ...\n")
    result = project.runpytest("--flops-check", ONE, "test_own.py")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["flops: no SLA was checked"])
    assert "flops: no SLA" not in str(project.runpytest("test_own.py").stdout)


def test_one_process_serves_all_slas_and_ends_with_the_session(
    project: pytest.Pytester, other_sla: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = note_pids(project, monkeypatch)
    project.runpytest("--flops-check", ALL, "-k", "transform").assert_outcomes(passed=2, deselected=18)
    pid, *others = pids.read_text(encoding="utf-8").split()
    assert not others
    assert not is_alive(int(pid))


def test_it_ends_when_the_run_is_interrupted(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    pids = note_pids(project, monkeypatch)
    project.makeconftest(
        """
        def pytest_runtest_logreport(report):
            if report.when == "call" and "load" in report.nodeid:
                raise KeyboardInterrupt
        """
    )
    result = project.runpytest_inprocess("--flops-check", ONE, no_reraise_ctrlc=True)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert not is_alive(int(pids.read_text(encoding="utf-8")))


def note_pids(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the repository's code say which processes load it."""
    folder, manager = project.path.parent / f"{project.path.name}_pids", project.path / "data_manager.py"
    folder.mkdir()
    monkeypatch.setenv("OPEN", os.fspath(folder))  # the child may write there
    project.makeini("[pytest]\nflops_pass_env = OPEN\n")
    pids = folder / "pids"
    noting = f"import os\nwith open({os.fspath(pids)!r}, 'a') as pids:\n    print(os.getpid(), file=pids)\n"
    manager.write_text(noting + manager.read_text(encoding="utf-8"), encoding="utf-8")
    return pids


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_warnings_are_no_failures_and_are_told_once(project: pytest.Pytester, other_sla: Path) -> None:
    manager = project.path / "data_manager.py"
    (project.path / "data.py").write_text(manager.read_text(encoding="utf-8"), encoding="utf-8")
    manager.unlink()
    user = project.path / "model_manager.py"
    user.write_text(user.read_text(encoding="utf-8").replace("from data_manager", "from data"), encoding="utf-8")
    result = project.runpytest("--flops-check", ALL, "-rP", "-W", "error", "-k", "structure")
    result.assert_outcomes(passed=2, deselected=18)
    result.stdout.fnmatch_lines(
        [
            "*Captured FLOps findings call*",
            "FM106 the repository has no data_manager.py at its root",
            "*= FLOps checks =*",
            "mocks/mnist.json: compatible (1 warning); only structure was checked",
            "mocks/three.json: compatible (1 warning); only structure was checked",
            "warning FM106 [[]structure[]] the repository has no data_manager.py at its root",
            "*SLAs)",
        ]
    )
