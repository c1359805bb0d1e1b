"""``flops-mock search`` and ``flops-mock replay`` as processes of their own."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from standins.options import bad
from standins.pages import page, shown
from standins.projects import REPOSITORY, mock_sla

from pytest_flops_mock import Report
from pytest_flops_mock.cli import main
from pytest_flops_mock.cli.search import told
from pytest_flops_mock.search.found import Progress

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "report.schema.json"
COMMAND = [sys.executable, "-m", "pytest_flops_mock"]
HEEDS_SIGINT = """\
import signal, sys
from pytest_flops_mock.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main())
"""
"""The command, also where a shell that runs these tests in the background lets it ignore Ctrl-C."""

NEEDS_THREE = """\
    def get_data(self):
        labels = self._prepare_data()
        if len(labels) < 3:
            raise ValueError("too few to split")
        return labels
"""
"""What is put in place of ``get_data``: the ordinary check passes, and a device of two rows ends the learner."""


def environment(**variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "PYTEST_", "PYTHON"))}
    return {**kept, "COLUMNS": "1000", **variables}


def run(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ML repository that needs three rows, with an SLA that gives 300 to each learner."""
    folder = tmp_path_factory.mktemp("needs") / "three"
    folder.mkdir()
    for name, text in REPOSITORY.items():
        head, separator, _ = text.partition("    def get_data(self):\n")
        (folder / name).write_text(head + NEEDS_THREE if separator else text, encoding="utf-8")
    (folder / "mnist.json").write_text(json.dumps(mock_sla(max_rows=40)), encoding="utf-8")
    (folder / "twenty.json").write_text(json.dumps(mock_sla(max_rows=40, number_of_partitions=20)), encoding="utf-8")
    return folder


SEARCH = ("search", ".", "--sla", "mnist.json", "--env=current", "--through=transform", "--examples=30")


@pytest.fixture(scope="module")
def searched(repository: Path) -> subprocess.CompletedProcess[str]:
    return run(*SEARCH, folder=repository)


@pytest.mark.slow
def test_a_search_tells_the_smallest_partition_why_it_fails_and_how_likely_it_is(
    searched: subprocess.CompletedProcess[str],
) -> None:
    assert (searched.returncode, searched.stderr) == (0, ""), "nothing is told of the progress where nobody watches"
    (found,) = re.findall(r"^warning FM1002 .*?(?=^verdict)", searched.stdout, re.MULTILINE | re.DOTALL)
    assert re.match(
        r"warning FM1002 \[search\] fails on a partition of (no rows|1 row whose label is \{\w+\}): "
        r"ValueError: too few to split, data_manager\.py:11\n"
        r"  where     data_manager\.py:11 in get_data\n"
        r"  expected  it passes with 3 rows\n"
        r"  got       fewer than 3 rows; so did \d+ of 30 partitions that were tried; "
        r"the SLA's scheme never gives a learner such a partition\n"
        r"  fix       (?:.*\n +)?tests/flops-found/test_found_(\w{12})\.py keeps it, to be committed: flops-mock replay \. "
        r"tests/flops-found/found_\2\.parquet\n",
        found,
    ), found
    assert "FM603 [transform] ValueError: too few to split" in found


@pytest.mark.slow
def test_the_partition_is_replayed_with_the_command_that_is_shown(
    repository: Path, searched: subprocess.CompletedProcess[str], tmp_path: Path
) -> None:
    (command,) = re.findall(r"flops-mock (replay \S+ \S+)$", searched.stdout, re.MULTILINE)
    done = run(*command.split(), "--env=current", "--format=json", folder=repository)
    assert (done.returncode, done.stderr) == (1, "")
    report = Report.from_json(done.stdout)
    assert [finding.code for finding in report.errors] == ["FM1005"]
    assert "too few to split, data_manager.py:11" in report.errors[0].message
    jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))).validate(json.loads(done.stdout))

    mended = shutil.copytree(repository, tmp_path / "mended")
    manager = mended / "data_manager.py"
    manager.write_text(manager.read_text(encoding="utf-8").replace("< 3", "< 0"), encoding="utf-8")
    model = mended / "model_manager.py"
    model.write_text(model.read_text(encoding="utf-8").replace("/ len(labels)", "/ max(len(labels), 1)"), encoding="utf-8")
    assert run(*command.split(), "--env=current", folder=mended).returncode == 0


@pytest.mark.slow
def test_the_same_seed_finds_the_same_and_what_the_scheme_gives_is_an_error(
    repository: Path, searched: subprocess.CompletedProcess[str]
) -> None:
    again = run(*SEARCH, folder=repository)
    without_times = [re.sub(r"\((?:under )?[\d.,]+ s\)|peak memory .*", "", done.stdout) for done in (searched, again)]
    assert without_times[0] == without_times[1]
    strict = run(*SEARCH, "--strict", "--save=none", "--format=json", folder=repository)
    assert strict.returncode == 1
    (finding,) = Report.from_json(strict.stdout).errors
    assert (finding.code, "--seed 0 keeps it" in finding.problem.fix) == ("FM1002", True)
    twenty = [argument.replace("mnist.json", "twenty.json") for argument in SEARCH]
    given = run(*twenty, "--save=none", folder=repository)
    assert given.returncode == 1
    assert "FM1001" in given.stdout
    assert "always gives some learner such a partition" in given.stdout


@pytest.mark.slow
@pytest.mark.parametrize("form", ["markdown", "github", "html"])
def test_a_search_is_shown_in_the_forms_of_a_check(repository: Path, form: str) -> None:
    done = run(*SEARCH, "--save=none", f"--format={form}", folder=repository)
    assert done.returncode == 0
    assert "FM1002" in done.stdout
    if form == "html":
        found = page(done.stdout)
        assert "The partition that breaks it, row by row" in shown(found)
        assert "flops-mock search . --sla mnist.json" in shown(found)
    if form == "github":
        assert re.search(r"^::warning file=data_manager\.py,line=11", done.stdout, re.MULTILINE)


@pytest.mark.slow
def test_several_slas_are_searched_one_after_another(repository: Path) -> None:
    both = [*SEARCH[:4], "twenty.json", *SEARCH[4:]]
    done = run(*both, "--save=none", folder=repository)
    assert done.returncode == 1
    assert re.findall(r"^sla         (.+)$", done.stdout, re.MULTILINE) == ["mnist.json", "twenty.json"]
    assert "checked     2 SLAs: 1 compatible, 1 not (twenty.json)" in done.stdout


@pytest.mark.slow
def test_what_is_incompatible_is_told_and_not_searched(repository: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(repository, tmp_path / "broken")
    (broken / "model_manager.py").write_text("def f(:\n", encoding="utf-8")
    done = run(*SEARCH, folder=broken)
    assert done.returncode == 1
    assert "search skipped (needs structure)" in done.stdout
    assert "FM100" not in done.stdout


@pytest.mark.slow
def test_a_time_budget_ends_a_search_with_what_was_found(repository: Path) -> None:
    done = run(*SEARCH[:-1], "--examples=100000", "--seconds=4", "--save=none", folder=repository)
    assert "FM1004 [search] the search ended after" in done.stdout
    assert "since its time was up" in done.stdout, "whatever was found by then"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("columns", "number", "status"), [(80, signal.SIGINT, 130), (200, signal.SIGINT, 130), (80, signal.SIGTERM, 143)]
)
def test_on_a_terminal_a_line_tells_how_far_it_is_and_ctrl_c_shows_what_was_found(
    repository: Path, columns: int, number: signal.Signals, status: int
) -> None:
    """The line stays a line; the report and the exit status come also when the user, or a supervisor, breaks off."""
    main_end, child_end = pty.openpty()
    fcntl.ioctl(child_end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", HEEDS_SIGINT, *SEARCH[:-1], "--examples=100000", "--seconds=240", "--save=none"],
        cwd=repository,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=child_end,
        text=True,
    )
    os.close(child_end)
    seen, deadline = "", time.monotonic() + 120
    try:
        while not re.search(r"[1-9] failure", seen) and time.monotonic() < deadline:
            seen += os.read(main_end, 4096).decode() if select.select([main_end], [], [], 1)[0] else ""
        process.send_signal(number)
        out, _ = process.communicate(timeout=120)
    finally:
        process.kill()
        os.close(main_end)
    lines = [line for line in re.split(r"[\r\n]+", seen) if line.startswith("searching:")]
    assert all(re.match(r"searching: [\d,]+ of 100,000 partitions, \d failures?, \d+ a second", line) for line in lines[:-1])
    assert max(map(len, lines)) <= columns
    assert process.returncode == status
    assert "since it was interrupted" in out
    assert "FM1002 [search] fails on a partition of" in out


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (Progress(1, 200, 0, 1, 0.0), "searching: 1 of 200 partitions, 0 failures, 0 a second"),
        (
            Progress(1500, 2000, 1, 1800, 45.0, making_small=True),
            "searching: 1,500 of 2,000 partitions, 1 failure, 40 a second, making small what was found",
        ),
    ],
)
def test_the_line_of_progress(progress: Progress, line: str) -> None:
    assert told(progress) == line


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(("name", "value", "message"), bad("search"))
def test_an_option_that_means_nothing_is_told_with_its_name(
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    message: str,
) -> None:
    monkeypatch.chdir(repository)
    option = "--examples" if name == "search" else f"--{name.removeprefix('search-')}"
    said = refused(capsys, "search", ".", "--sla", "mnist.json", option, value)
    assert said.startswith(f"flops-mock: {message}\n  where     {option}\n  expected  ")


def test_a_search_without_hypothesis_names_the_extra_before_anything_starts(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import importlib.util

    there = importlib.util.find_spec

    def not_there(name: str, package: str | None = None) -> Any:
        return None if name == "hypothesis" else there(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", not_there)
    monkeypatch.chdir(repository)
    said = refused(capsys, "search", "no-such-repository", "--sla", "mnist.json")
    assert said == (
        "flops-mock: a search needs Hypothesis, which is not installed\n"
        "  expected  hypothesis, which decides which partitions are tried\n"
        "  got       no package of that name\n"
        '  fix       pip install "pytest-flops-mock[hypothesis]"\n'
    )


def test_a_folder_that_cannot_be_written_is_told_before_anything_starts(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repository)
    said = refused(capsys, "search", "no-such-repository", "--sla", "mnist.json", "--save", "mnist.json/below")
    assert said.startswith("flops-mock: what a search finds cannot be saved\n  where     --save\n")


def test_a_partition_that_is_not_there_is_told(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repository)
    assert refused(capsys, "replay", ".", "found_x.parquet").startswith("flops-mock: the saved partition is not there\n")
    assert refused(capsys, "replay", ".", "mnist.json").startswith(
        "flops-mock: the saved partition is not what a search has"
    )
