"""``flops-mock check`` as a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from standins.calling import COMMAND, EXAMPLE, LINE, put, refused, run, sla
from standins.options import argument, bad
from standins.schemas import report_schema, validate

from pytest_flops_mock import MLDataServer, MockDataProvider, Outcome, Report
from pytest_flops_mock.cli import main
from pytest_flops_mock.stage import CHECKED


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


@pytest.mark.slow
def test_the_example_is_compatible_and_its_report_keeps_the_schema() -> None:
    done = run("check", ".", "--sla", "mocks/*.json", "--project-sla", "projects/mnist_small.json", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    validate(json.loads(done.stdout), report_schema())
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
        subprocess.run([*git, *arguments], check=True, timeout=300)
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
    validate(plain, report_schema())
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
    process.communicate(timeout=300)


@pytest.mark.slow
def test_nothing_is_left_running_after_an_interruption(endless: tuple[subprocess.Popen[str], Path]) -> None:
    process, temporary = endless
    assert until(True, str(temporary))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=300)
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
    out, err = process.communicate(timeout=300)
    assert (process.returncode, out, err) == (status, "", "")
    assert until(False, str(tmp_path), 5)
    assert not list(tmp_path.glob("flops-clone-*"))


@pytest.mark.slow
def test_what_a_server_holds_is_checked_with(line: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(line)
    with MLDataServer() as server:
        MockDataProvider(server.uri).run("good.json")
        done = run("check", ".", "--uri", server.uri, "--tag", "mnist", folder=line)
        other = run("check", ".", "--uri", server.uri, "--tag", "x", folder=line)
    assert (done.returncode, done.stderr) == (0, "")
    assert "verdict     compatible" in done.stdout
    assert other.returncode == 1
    assert "error FM401 [load]" in other.stdout


@pytest.mark.parametrize(
    ("arguments", "message", "fix"),
    [
        (["--uri=grpc://127.0.0.1:1"], "nobody says which data the learner asks the server for", "for example --tag mnist"),
        (
            ["--uri=grpc://127.0.0.1:1", "--sla=mocks/mnist_multi.json"],
            "a check is with SLAs, or with what a server holds",
            "",
        ),
        (
            ["--tag=mnist", "--sla=mocks/mnist_multi.json"],
            "a data tag is for what a server holds, and none is named",
            "--uri",
        ),
        (["--uri=127.0.0.1:1", "--tag=mnist"], "this is no address of an ML data server", "--uri grpc://127.0.0.1:11027"),
    ],
)
def test_a_server_that_is_named_wrongly_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str, fix: str
) -> None:
    monkeypatch.chdir(EXAMPLE)
    told = refused(capsys, "check", ".", *arguments)
    assert told.startswith(f"flops-mock: {message}\n  where     -")
    assert fix in told.partition("  fix ")[2]
