"""Federated rounds from SLA to verdict, on Flower's own engines in a Python like the learner's."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from standins.projects import REPOSITORY, mock_sla

from pytest_flops_mock import MLRepository, RoundsReport, Severity, run_rounds
from pytest_flops_mock.cli import main
from pytest_flops_mock.learner.environments.python import LearnerPython

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[2] / "examples" / "mnist_sklearn"
SMALL = mock_sla(max_rows=60)
SKEWED = "dirichlet alpha=0.3"

TRAINS = "            self.model.partial_fit(self.x_train, self.y_train, classes=CLASSES)\n"
WEIGHED = """\
            labels = np.concatenate([self.y_train, self.y_test])
            weights = compute_class_weight("balanced", classes={classes}, y=labels)
            self.model.partial_fit(
                self.x_train, self.y_train, classes=CLASSES, sample_weight=weights[np.searchsorted({classes}, self.y_train)]
            )
"""


def weighing(classes: str) -> dict[str, str]:
    """The example, with rows that are weighed by how rare their class is among ``classes``."""
    files = {path.name: path.read_text(encoding="utf-8") for path in EXAMPLE.iterdir() if path.is_file()}
    model = files["model_manager.py"].replace(TRAINS, WEIGHED.format(classes=classes))
    assert model != files["model_manager.py"]
    imports = "from sklearn.utils.class_weight import compute_class_weight\n"
    files["model_manager.py"] = model.replace("\nCLASSES = ", f"{imports}\nCLASSES = ")
    return files


@pytest.fixture
def python(learners_python: LearnerPython) -> str:
    """The path of a Python that has what the example asks for, and Flower."""
    return str(learners_python.executable)


def test_a_repository_that_needs_all_classes_fails_where_a_device_lacks_one_and_is_told_why(python: str) -> None:
    sla = EXAMPLE / "mocks" / "mnist_multi.json"
    report = run_rounds(weighing("CLASSES"), sla=sla, nodes=5, partitioner=SKEWED, env=python)
    (error,) = report.errors
    assert error.code == "FM1101"
    assert "died in round 1: ValueError: classes should have valid labels that are in y" in error.message
    assert error.frames[-1].file == "model_manager.py"
    assert "compute_class_weight" in error.frames[-1].source
    assert "has no rows of labels {" in error.problem.got
    assert "on FLOps for up to a day" in error.problem.got

    mended = run_rounds(weighing("np.unique(labels)"), sla=sla, nodes=5, partitioner=SKEWED, env=python, rounds=2)
    assert mended.ok, mended
    assert [len(each.fitted) for each in mended.rounds] == [5, 5]


@pytest.mark.parametrize(
    ("fault", "said", "severity"),
    [
        ("node 2 round 2 kill", "was killed in round 2: round 2 waits for 3 learners, and 2 are there", Severity.WARNING),
        ("node 2 round 2 raise", "raised an exception in round 2: round 2 waits for 3 learners", Severity.WARNING),
        ("node 2 round 2 exit", "exited in round 2: round 2 waits for 3 learners", Severity.WARNING),
        ("node 2 round 2 hang", "hung in round 2: on FLOps round 2 never ends", Severity.WARNING),
        ("node 2 round 2 slow 1", "was slow in round 2: all others waited for it", Severity.INFO),
        ("node 2 joins round 2", "joined with round 2", Severity.INFO),
    ],
)
def test_each_fault_is_one_finding_with_node_round_and_line(python: str, fault: str, said: str, severity: Severity) -> None:
    report = run_rounds(REPOSITORY, sla=SMALL, nodes=3, faults=fault, env=python, timeout=10 if "hang" in fault else 60)
    (finding,) = report.findings
    assert (finding.code, finding.severity) == ("FM1113", severity)
    assert finding.message.startswith(f"as planned, the learner of node 2 {said}")
    if severity is Severity.WARNING:
        assert re.fullmatch(r"model_manager\.py:\d+ in fit_model", finding.problem.where)
    assert report.ok, report
    assert RoundsReport.from_json(report.to_json()) == report


def test_two_clusters_of_three_learners_train_two_cycles(python: str) -> None:
    report = run_rounds(REPOSITORY, sla=SMALL, nodes=6, clusters=2, cycles=2, rounds=2, env=python)
    assert report.ok, report
    assert [finding.code for finding in report.findings] == ["FM1114"]
    assert [each.round for each in report.rounds if each.cluster == -1] == [1, 2]
    assert [each.fitted for each in report.rounds if each.cluster == 1] == [(3, 4, 5)] * 4
    assert report.kept is not None


def test_the_command_shows_rounds_and_writes_files(
    python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    MLRepository.of(REPOSITORY).copy_to(tmp_path / "repository")
    (tmp_path / "mnist.json").write_text(json.dumps(SMALL), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    command = ["rounds", "repository", "--sla", "mnist.json", "--nodes", "2", "--rounds", "2", "--env", python]
    assert main([*command, "--output", "all.json", "--output", "sarif:found", "--output", "all.md"]) == 0
    shown = capsys.readouterr().out
    assert "2 of 2" in shown
    assert shown.rstrip().endswith("FLOps would keep the model of round 2")
    assert "\nagain       flops-mock rounds repository --sla mnist.json --nodes 2 --rounds 2 --seed 0 --env" in shown
    assert len(RoundsReport.from_json((tmp_path / "all.json").read_text(encoding="utf-8")).rounds) == 2
    assert json.loads((tmp_path / "found").read_text(encoding="utf-8"))["runs"][0]["invocations"][0]["exitCode"] == 0
    assert "| 2 | " in (tmp_path / "all.md").read_text(encoding="utf-8")


def test_rounds_are_a_test_of_a_check_and_a_fixture(python: str, pytester: pytest.Pytester) -> None:
    MLRepository.of(REPOSITORY).copy_to(pytester.path / "repository")
    (pytester.path / "mnist.json").write_text(json.dumps(SMALL), encoding="utf-8")
    pytester.makepyfile(
        """
        def test_it_learns(flops_rounds):
            report = flops_rounds("repository", sla="mnist.json", rounds=2, faults="node 1 round 1 slow 1")
            assert report.ok, report
            assert [each.fitted for each in report.rounds] == [(0, 1, 2), (0, 1, 2)]
            assert report.rounds[-1].loss < report.rounds[0].loss
        """
    )
    check = ["--flops-check", "--flops-repo=repository", "--flops-sla=mnist.json", f"--flops-env={python}"]
    result = pytester.runpytest(*check, "--flops-rounds", "--flops-rounds-nodes=3", "-v", ".")
    result.assert_outcomes(passed=12)
    result.stdout.fnmatch_lines(["*mnist.json::rounds PASSED*"])
