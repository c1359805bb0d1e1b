"""``flops-mock twin --verify``: does a repository meet in the twin what it meets in the data?"""

from __future__ import annotations

import random
import shutil
from datetime import date, timedelta
from pathlib import Path

import datasets
import pytest

from pytest_flops_mock import OfflineHub
from pytest_flops_mock.cli import main
from pytest_flops_mock.cli.verifying import differences
from pytest_flops_mock.data.hub.pointing import pointed_at
from pytest_flops_mock.data.recordings.recording import record
from pytest_flops_mock.data.selection import Selection
from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import Finding, StageResult
from pytest_flops_mock.report.report import Report
from pytest_flops_mock.stage import Outcome, Severity, Stage

EXAMPLE = Path(__file__).parents[2] / "examples" / "mnist_sklearn"
TABULAR = Path(__file__).parents[2] / "examples" / "patients_sklearn"


READS = """        [datetime.date.fromisoformat(text) for text in frame["admitted"]]
        assert set(frame["hospital"]) == {"LMU", "UKE"}
        assert all(case.startswith("C-") and case[2:].isdigit() for case in frame["case"])
"""
"""What a good repository may rely on."""


def report(*stages: tuple[Stage, Outcome, dict[str, str]], errors: tuple[tuple[str, Stage], ...] = ()) -> Report:
    results = tuple(StageResult(stage, outcome, facts=tuple(facts.items())) for stage, outcome, facts in stages)
    found = tuple(Finding(Problem("it broke", code=code), Severity.ERROR, stage) for code, stage in errors)
    return Report("r", results, found)


def passed(shape: str, **measured: str) -> Report:
    return report(
        (Stage.TRANSFORM, Outcome.PASSED, {"x": f"ndarray {shape} float64"}),
        (Stage.TRAIN, Outcome.PASSED, {"parameters": "(5, 5)", "examples": "9", "peak memory": "2 MB", **measured}),
    )


def test_stages_shapes_and_types_are_compared_and_measurements_are_not() -> None:
    assert not list(differences(passed("(240, 5)", loss="1.0"), passed("(238, 5)", loss="7.5")))
    assert list(differences(passed("(240, 5)"), passed("(240, 6)"))) == [
        "transform: x ndarray (n, 5) float64 on the data, ndarray (n, 6) float64 on the twin"
    ]
    broken = report((Stage.TRANSFORM, Outcome.FAILED, {}), errors=(("FM601", Stage.TRANSFORM),))
    assert list(differences(passed("(9, 5)"), broken)) == [
        "transform: passed on the data, failed (FM601 it broke) on the twin",
        "train: passed on the data, skipped on the twin",
    ]
    otherwise = report((Stage.TRANSFORM, Outcome.FAILED, {}), errors=(("FM602", Stage.TRANSFORM),))
    assert list(differences(broken, otherwise)) == ["transform: FM601 on the data, FM602 on the twin"]
    assert not list(differences(broken, broken))
    absent = report((Stage.PROVIDE, Outcome.FAILED, {}), errors=(("FM301", Stage.PROVIDE),))
    assert list(differences(absent, absent)) == [
        "provide: failed (FM301 it broke) on the data, so there is nothing to compare"
    ]


@pytest.mark.slow
def test_a_good_repository_passes_on_the_twin_of_its_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    repository = tmp_path / "repository"
    shutil.copytree(TABULAR, repository)
    manager = repository / "data_manager.py"
    text = manager.read_text("utf-8").replace("import numpy", "import datetime\n\nimport numpy", 1)
    manager.write_text(text.replace("        pulse =", f"{READS}        pulse =", 1), encoding="utf-8")
    rng, lines = random.Random(2), ["age,pulse,ward,ill,admitted,hospital,case"]
    for _ in range(300):
        ill = rng.random() < 0.4
        pulse = rng.randrange(90, 140) if ill else rng.randrange(60, 110)
        day = date(2023, 1, 1) + timedelta(days=rng.randrange(700))
        also = f"{day.isoformat()},{rng.choice(['LMU', 'UKE'])},C-{rng.randrange(10**6):06}"
        lines.append(f"{rng.randrange(20, 90)},{pulse},{rng.choice(['north', 'south', 'west'])},{int(ill)},{also}")
    Path("visits.csv").write_text("\n".join(lines) + "\n")
    assert main(["twin", "--like", "visits.csv", "--label", "ill", "--verify", str(repository)]) == 0
    out = capsys.readouterr().out
    assert out.endswith(f"verified    {repository}: stages, shapes and types are the same on the data and on the twin\n")


@pytest.mark.slow
def test_data_of_the_hub_are_those_that_were_recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with OfflineHub() as hub, pointed_at(hub.url, tmp_path / "home"):
        record("ylecun/mnist", Selection(max_rows=100), tmp_path)
        capsys.readouterr()
        assert main(["twin", "mnist", "--verify", str(EXAMPLE), "--recordings", str(tmp_path), "--rows", "100"]) == 0
    out = capsys.readouterr().out
    assert out == f"verified    {EXAMPLE}: stages, shapes and types are the same on the data and on the twin\n"
