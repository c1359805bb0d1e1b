"""``flops-mock`` as a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import fields
from enum import Enum
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from standins.options import argument, bad

from pytest_flops_mock import Finding, Outcome, Problem, Report, Severity, Stage, __version__
from pytest_flops_mock.cli import main
from pytest_flops_mock.codes import CODES
from pytest_flops_mock.data.choice import DataSource
from pytest_flops_mock.findings import DataFacts, Frame, PartitionFacts, SentFacts, ShownRows, StageResult
from pytest_flops_mock.option_table import OPTIONS
from pytest_flops_mock.report.as_json import SCHEMA
from pytest_flops_mock.stage import CHECKED
from pytest_flops_mock.statistics import PartitionStatistics, SplitStatistics, TargetSummary

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "mnist_sklearn"
SCHEMA_FILE = ROOT / "docs" / "report.schema.json"
COMMAND = [sys.executable, "-m", "pytest_flops_mock"]

LINE = """
import numpy as np
from flops_utils.ml_repo_building_blocks import load_dataset
from flops_utils.ml_repo_templates import ModelManagerTemplate


class ModelManager(ModelManagerTemplate):
    def __init__(self):
        self.slope = np.zeros(1)

    def set_model_data(self):
        table = load_dataset().data.table
        self.x, self.y = (table.column(name).to_numpy() for name in "xy")

    def get_model(self):
        return self

    def get_model_parameters(self):
        return [self.slope]

    def set_model_parameters(self, parameters):
        self.slope = np.array(parameters[0])

    def fit_model(self):
        self.slope = self.slope + 0.01 * np.mean((self.y - self.slope * self.x) * self.x)
        return len(self.x)

    def evaluate_model(self):
        return float(np.mean((self.y - self.slope * self.x) ** 2)), 0.5, len(self.x)
"""
"""A repository that is quick to check, on ``data.csv``."""


def run(*arguments: str, folder: Path = EXAMPLE, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command, with what GitHub and other tools say left out of its environment; checks run in the current Python."""
    if arguments[:1] == ("check",) and not any(argument.startswith("--env") for argument in arguments):
        arguments = (*arguments, "--env=current")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "PYTEST_", "PYTHON"))}
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env={**kept, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def put(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


def sla(**changes: object) -> str:
    mock = {"dataset_name": "mnist", "number_of_partitions": 1, "data_tag": "mnist", **changes}
    return json.dumps({"customerID": "Admin", "mock_data_configuration": mock})


@pytest.fixture
def line(tmp_path: Path) -> Path:
    """A compatible repository, with an SLA for its data."""
    rows = "x,y\n" + "".join(f"{number / 10},{number / 5}\n" for number in range(20))
    files = {"model_manager__py": LINE, "data_manager__py": "class DataManager: ...", "data__csv": rows}
    files |= {"conda__yaml": "name: x\ndependencies: [python=3.10]\n", "good__json": sla(dataset_name="./data.csv")}
    return put(tmp_path / "line", **files)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A repository that cannot be parsed: quick to check, with an SLA whose partitions cannot be made."""
    files = {
        "model_manager__py": "def f(:\n",
        "data_manager__py": "",
        "conda__yaml": "name: x\ndependencies: [python=3.10]\n",
    }
    return put(tmp_path / "broken", **files, a__json=sla(number_of_partitions=0), b__json=sla(number_of_partitions=-1))


def validate(report: object) -> None:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(report)


@pytest.mark.slow
def test_the_example_is_compatible_and_its_report_keeps_the_schema() -> None:
    done = run("check", ".", "--sla", "mocks/*.json", "--project-sla", "projects/mnist_small.json", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    validate(json.loads(done.stdout))
    report = Report.from_json(done.stdout)
    assert done.stdout == report.to_json() + "\n"
    assert report.ok
    assert report.data.rows == 600
    assert {report.outcome(stage) for stage in CHECKED} == {Outcome.PASSED}


@pytest.mark.slow
def test_several_slas_are_checked_one_after_another(line: Path) -> None:
    put(line, bad__json=sla(number_of_partitions=0))
    done = run("check", ".", "--sla", "good.json", "bad.json", folder=line)
    assert (done.returncode, done.stderr) == (1, "")
    assert re.findall(r"^sla         (.+)$", done.stdout, re.MULTILINE) == ["good.json", "bad.json"]
    assert re.findall(r"^verdict     (\w+)", done.stdout, re.MULTILINE) == ["compatible", "incompatible"]
    assert done.stdout.endswith("\n\nchecked     2 SLAs: 1 compatible, 1 not (bad.json)\n")


@pytest.mark.slow
def test_several_slas_can_be_checked_together(line: Path) -> None:
    put(line, more__csv="x,y\n0.25,0.5\n", bad__csv="x,z\n0.25,0.5\n")
    put(line, more__json=sla(dataset_name="./more.csv"), bad__json=sla(dataset_name="./bad.csv"))
    done = run("check", ".", "--sla", "good.json", "more.json", "--together", folder=line)
    assert (done.returncode, done.stderr) == (0, "")
    assert "sla         good.json + more.json\n" in done.stdout
    assert "            21 rows loaded\n" in done.stdout
    done = run("check", ".", "--sla", "good.json", "bad.json", "--together", "--format", "json", folder=line)
    assert done.returncode == 1
    (report,) = Report.all_from_json(done.stdout)
    assert [finding.code for finding in report.errors] == ["FM402"]


@pytest.mark.slow
def test_a_repository_behind_a_git_url_is_cloned(broken: Path, tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-C", str(broken)]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"], ["tag", "v1"]):
        subprocess.run([*git, *arguments], check=True, timeout=30)
    done = run("check", f"file://{broken}@v1", "--sla", str(broken / "a.json"), "--format", "json")
    report = Report.from_json(done.stdout)
    assert re.fullmatch(rf"file://{re.escape(str(broken))}@v1 \([0-9a-f]{{12}}\)", report.repository)
    assert {"FM103", "FM007"} <= {finding.code for finding in report.findings}
    wrong = run("check", f"file://{broken}@v2", "--sla", str(broken / "a.json"))
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("flops-mock: the Git repository has no branch, tag or commit v2\n")
    assert "  nearest   v1\n" in wrong.stderr


def test_json_of_several_slas_has_the_form_of_one_in_any_encoding(broken: Path) -> None:
    (broken / "é.json").write_text(sla(number_of_partitions=0), encoding="utf-8")
    done = run("check", ".", "--sla", "a.json", "é.json", "--format", "json", folder=broken, PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    plain = json.loads(done.stdout)
    validate(plain)
    reports = plain["reports"]
    assert [report["findings"][0]["where"].split(":")[0] for report in reports] == ["a.json", "é.json"]


@pytest.mark.slow
def test_text_is_printed_in_any_encoding(broken: Path) -> None:
    (broken / "é😀.json").write_text(sla(number_of_partitions=0), encoding="utf-8")
    done = run("check", ".", "--sla", "é😀.json", folder=broken, PYTHONIOENCODING="ascii", LC_ALL="C.UTF-8")
    assert (done.returncode, done.stderr) == (1, "")
    assert "  where     \\xe9\\U0001f600.json: mock_data_configuration" in done.stdout


@pytest.mark.slow
def test_codes_can_be_ignored(broken: Path) -> None:
    done = run("check", ".", "--sla", "a.json", "--ignore", "fm103, FM007", "--ignore", "FM204", folder=broken)
    assert done.returncode in (0, 1)
    assert "error FM103" not in done.stdout
    assert re.search(r"^verdict .*FM007, FM103 ignored$", done.stdout, re.MULTILINE)


@pytest.mark.slow
def test_rows_are_split_as_the_partitioner_says(line: Path) -> None:
    (line / "c.json").write_text(sla(), encoding="utf-8")
    done = run("check", ".", "--sla", "c.json", "--partitioner", "dirichlet alpha=1", folder=line)
    assert "mnist: synthetic twin of mnist, 600 rows, seed 42, split by dirichlet alpha=1; " in done.stdout
    done = run("check", ".", "--sla", "c.json", "--partitioner", "dirichlet", folder=line)
    assert done.returncode == 2
    assert done.stderr.startswith("flops-mock: dirichlet needs alpha\n  where     --partitioner\n")


@pytest.mark.slow
def test_twins_can_have_drift(line: Path) -> None:
    (line / "c.json").write_text(sla(), encoding="utf-8")
    done = run("check", ".", "--sla", "c.json", "--drift", "duplicates=0.5", folder=line)
    assert "mnist: synthetic twin of mnist, 600 rows, seed 42, drift duplicates=0.5; " in done.stdout
    done = run("check", ".", "--sla", "c.json", "--drift", "duplicates=5", folder=line)
    assert done.returncode == 2
    assert done.stderr.startswith("flops-mock: duplicates takes a share from 0 to 1\n  where     --drift\n")


@pytest.mark.slow
def test_markdown_goes_to_standard_output(broken: Path) -> None:
    done = run("check", ".", "--sla", "[ab].json", "--format", "markdown", folder=broken)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("## flops-mock: 0 of 2 compatible\n\n| verdict | SLA |")
    assert "| error | FM103 | structure |" in done.stdout


def test_github_gets_annotations_and_a_summary(broken: Path, tmp_path: Path) -> None:
    summary = tmp_path / "summary"
    variables = {"GITHUB_WORKSPACE": str(broken.parent), "GITHUB_STEP_SUMMARY": str(summary)}
    done = run("check", ".", "--sla", "*.json", "--format", "github", folder=broken, **variables)
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
    (syntax,) = [line for line in lines if "FM103" in line]
    assert syntax.startswith("::error file=broken/model_manager.py,line=1,title=FM103 syntax error::")
    assert sum("file=broken/a.json,title=FM007" in line for line in lines) == 1
    assert summary.read_text(encoding="utf-8").startswith("## flops-mock: 0 of 2 compatible\n")


@pytest.mark.slow
def test_without_a_summary_file_the_markdown_follows_and_is_no_command(broken: Path) -> None:
    done = run("check", ".", "--sla", "a.json", "--format", "github", folder=broken)
    stop = re.search(r"^::stop-commands::(\w{32})\n### flops-mock: incompatible: ", done.stdout, re.MULTILINE)
    assert stop
    assert done.stdout.endswith(f"\n::{stop[1]}::\n")


@pytest.mark.slow
def test_a_summary_that_cannot_be_written_does_not_change_the_verdict(broken: Path) -> None:
    variables = {"GITHUB_STEP_SUMMARY": str(broken / "none" / "summary")}
    done = run("check", ".", "--sla", "a.json", "--format", "github", folder=broken, **variables)
    assert done.returncode == 1
    assert done.stderr.startswith("flops-mock: the step summary cannot be written: ")
    assert "### flops-mock: incompatible: " in done.stdout


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err


def test_a_pattern_that_matches_nothing_is_told_with_the_nearest_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLE)
    assert refused(capsys, "check", ".", "--sla", "mock/mnist_*.json") == (
        "flops-mock: no SLA file matches the pattern\n"
        "  where     --sla\n"
        "  expected  the path of an MDP SLA, or a pattern such as mocks/*.json\n"
        "  got       mock/mnist_*.json\n"
        "  nearest   mocks/mnist_multi.json\n"
        f"  fix       MDP SLAs in {EXAMPLE}: mocks/mnist_multi.json\n"
    )


def test_a_file_that_is_not_there_is_told_with_the_nearest(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLE)
    good = ("check", ".", "--sla", "mocks/mnist_multi.json")
    assert refused(capsys, "check", ".", "--sla", "mocks/mnist.json") == (
        "flops-mock: the MDP SLA is not there\n"
        "  where     --sla\n"
        "  expected  the file of an MDP SLA\n"
        "  got       mocks/mnist.json\n"
        "  nearest   mocks/mnist_multi.json\n"
        "  fix       name a file that is there: mocks/mnist_multi.json\n"
    )
    assert refused(capsys, *good, "--project-sla", "projects") == (
        "flops-mock: the project SLA is a folder\n"
        "  where     --project-sla\n"
        "  expected  the file of a project SLA\n"
        "  got       projects\n"
        "  nearest   projects/mnist_small.json\n"
        "  fix       name a file that is there: mocks/mnist_multi.json, projects/mnist_small.json\n"
    )


def test_a_repository_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLE)
    assert refused(capsys, "check", "mock", "--sla", "mocks/mnist_multi.json") == (
        "flops-mock: there is no such ML repository\n"
        "  where     mock\n"
        "  expected  a folder with model_manager.py, data_manager.py and conda.yaml\n"
        "  got       nothing there\n"
        "  nearest   mocks\n"
        "  fix       name the folder with --flops-repo, ini flops_repository or as the argument\n"
    )


@pytest.mark.parametrize(("name", "value", "message"), bad("command"))
def test_a_value_that_means_nothing_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.chdir(EXAMPLE)
    told = refused(capsys, "check", ".", "--sla", "mocks/mnist_multi.json", f"{argument(name)}={value}")
    assert told.startswith(f"flops-mock: {message}\n  where     {argument(name)}\n  expected  ")
    assert "\n  got       " in told
    assert "\n  fix       " in told
    assert "hf_secret" not in told


def test_an_empty_text_is_no_sla(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLE)
    assert refused(capsys, "check", ".", "--sla", "") == (
        "flops-mock: a check needs an MDP SLA, and none is named\n"
        "  where     --sla\n"
        "  expected  the path of an MDP SLA, or a pattern such as 'mocks/*.json'\n"
        "  got       no path\n"
        "  nearest   mocks/mnist_multi.json\n"
        "  fix       add --sla mocks/mnist_multi.json\n"
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "flops-mock: error: the following arguments are required: COMMAND\n"),
        (["check", ".", "--sla"], "flops-mock check: error: argument --sla: expected at least one argument\n"),
        (["check", ".", "--sla", "x", "--forma", "json"], "unrecognized arguments: --forma json\n"),
        (["check", ".", "--sla", "x", "--format", "xml"], "argument --format: invalid choice: 'xml'"),
    ],
)
def test_an_argument_that_is_wrong_ends_with_2(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"flops-mock {__version__}\n"


def test_a_code_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "fm710", "FM007,", "FM710"]) == 0
    first, second = capsys.readouterr().out.split("\n\n")
    assert first == (
        "error FM710: number of examples is not an int\n"
        "  stage     train\n"
        "  trigger   fit_model() returns something else than an int, such as None, a NumPy integer or a\n"
        "            float.\n"
        "  why       Flower refuses it with a message about something else, and the learner dies.\n"
        "  fix       Return int(...), such as len(self.x_train)."
    )
    assert second.startswith("error FM007: number of partitions below 1\n")


def test_all_codes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(CODES)
    assert lines[0] == "FM001  error    sla          SLA cannot be read"


def test_unknown_codes_are_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    told = refused(capsys, "explain", "FM7100", "FM001", "timeout", "conda")
    first, *_, last = re.split(r"(?m)^(?=flops-mock: )", told)[1:]
    assert first == (
        "flops-mock: there is no such code of a finding\n"
        "  where     flops-mock explain\n"
        "  expected  FM and digits, such as FM602\n"
        "  got       FM7100\n"
        "  nearest   FM710, FM1005, FM1004\n"
        "  fix       flops-mock explain lists all\n"
    )
    assert "  got       TIMEOUT\n" in told
    assert "  nearest   FM108, FM109, FM110\n" in last


def test_explaining_loads_nothing_heavy() -> None:
    program = "import sys; from pytest_flops_mock.cli import main; main(['explain', 'FM001']); "
    program += "sys.exit(bool({'pyarrow', 'datasets', 'pydantic', 'numpy', 'pytest'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=False).returncode == 0


def test_a_reader_that_goes_away_is_no_error() -> None:
    listing = subprocess.Popen([*COMMAND, "explain"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert listing.stdout is not None
    assert listing.stderr is not None
    listing.stdout.close()  # before anything is written
    with listing.stderr:
        assert listing.stderr.read() == b""
    assert listing.wait(timeout=60) == 141


def test_a_python_that_is_not_there_is_wrong_use(line: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(line), "--sla", str(line / "good.json"), "--env", "lerner"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("flops-mock: there is no Python for the check\n  where     lerner\n")
    assert "  nearest   learner\n" in told.err


def running(mark: str) -> list[str]:
    """Processes with ``mark`` in their current folder's path or command."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "cmdline").read_bytes().decode(errors="replace") + os.readlink(process / "cwd")
        except OSError:  # it has ended
            continue
        if mark in told and int(process.name) != os.getpid():
            found.append(process.name)
    return found


def until(wanted: bool, mark: str, seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while bool(running(mark)) is not wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(running(mark)) is wanted


HEEDING = ["env", "--default-signal=INT"]
"""What a run in the background ignores, its children would ignore, too."""


@pytest.fixture
def endless(line: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A check of a repository that never ends, once its code runs, and the folder of its temporary files."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    wait = f"open({str(tmp_path / 'begun')!r}, 'w').close()\n        while True: pass\n        "
    put(line, model_manager__py=LINE.replace("self.slope = self.slope +", f"{wait}self.slope = self.slope +"))
    process = subprocess.Popen(
        [*HEEDING, *COMMAND, "check", ".", "--sla", "good.json", "--env=current", "--pass-env=OPEN"],
        cwd=line,
        env={**os.environ, "TMPDIR": str(temporary), "OPEN": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "begun").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    yield process, temporary
    if process.poll() is None:
        process.kill()
    process.communicate(timeout=30)


@pytest.mark.slow
def test_nothing_is_left_running_after_an_interruption(endless: tuple[subprocess.Popen[str], Path]) -> None:
    process, temporary = endless
    assert until(True, str(temporary))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "")
    assert until(False, str(temporary), 5)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_clone_ends_with_the_command(number: signal.Signals, status: int, tmp_path: Path) -> None:
    put(tmp_path, git="#!/bin/sh\necho $$ > begun.part; mv begun.part begun; sleep 60\n", a__json=sla())
    (tmp_path / "git").chmod(0o755)
    process = subprocess.Popen(
        [*HEEDING, *COMMAND, "check", "https://host/x.git", "--sla", "a.json"],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (tmp_path / "begun").exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (status, "", "")
    assert until(False, str(tmp_path), 5)
    assert not list(tmp_path.glob("flops-clone-*"))


def test_the_command_is_installed_under_its_name() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '\n[project.scripts]\nflops-mock = "pytest_flops_mock.cli:main"\n' in project


def test_the_help_names_exit_statuses_and_formats(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    told = capsys.readouterr().out
    for option in OPTIONS:
        if "command" in option.doors:
            named = f"{option.argument} {option.metavar}".strip()
            assert f" {named} " in " ".join(told.split())
            assert option.terminal in " ".join(told.split())
    assert "  2    no verdict: wrong use " in told
    assert "  github    annotations for GitHub Actions" in told


def enumerated(kind: type[Enum]) -> list[str]:
    return [member.value for member in kind]


def test_the_schema_knows_what_the_code_knows() -> None:
    schema: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    parts = schema["$defs"]
    kinds = {"stage": StageResult, "finding": Finding, "frame": Frame, "data": DataFacts}
    kinds |= {"sent": SentFacts, "partition": PartitionFacts, "statistics": SplitStatistics}
    kinds |= {"partitionStatistics": PartitionStatistics, "target": TargetSummary}
    kinds |= {"rows": ShownRows}
    for name, kind in kinds.items():
        names = {field.name for field in fields(kind)}
        if kind is Finding:  # the parts of its problem stand beside the rest
            names = names - {"problem"} | {field.name for field in fields(Problem)}
        assert set(parts[name]["properties"]) == set(parts[name]["required"]) == names
    whole = json.loads(Report("x").to_json())
    assert set(schema["properties"]) == set(schema["required"]) == set(whole)
    (report,) = whole["reports"]
    assert set(parts["report"]["properties"]) == set(parts["report"]["required"]) == set(report)
    assert schema["properties"]["schema"]["const"] == SCHEMA
    assert parts["stageName"]["enum"] == enumerated(Stage)
    assert parts["stage"]["properties"]["outcome"]["enum"] == enumerated(Outcome)
    assert parts["finding"]["properties"]["severity"]["enum"] == enumerated(Severity)
    assert set(enumerated(DataSource)) <= set(parts["sent"]["properties"]["source"]["enum"])


def test_the_schema_takes_a_full_report_and_refuses_a_broken_one() -> None:
    found = Finding.of(Problem("x"), code="FM603", frames=(Frame("a.py", 1, "f", "g()"),))
    stage = StageResult(Stage.TRAIN, Outcome.FAILED, 1.5, facts=(("loss", "nan"),))
    plain = json.loads(Report("r", stages=(stage,), findings=(found,), ignored=(found,)).to_json())
    validate(plain)
    for key in plain:
        with pytest.raises(jsonschema.ValidationError):
            validate({**plain, key: 1})
    (report,) = plain["reports"]
    for key in report:
        with pytest.raises(jsonschema.ValidationError):
            validate({**plain, "reports": [{**report, key: 1}]})


def test_it_works_where_python_drops_docstrings() -> None:
    command = [sys.executable, "-m", "pytest_flops_mock", "--help"]
    optimized = {**os.environ, "PYTHONOPTIMIZE": "2"}
    done = subprocess.run(command, env=optimized, capture_output=True, text=True, check=True, timeout=60)
    assert "Begin an ML repository, check and search it without pytest" in done.stdout
    assert done.stderr == ""
