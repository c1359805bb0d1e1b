"""``flops-mock partitions``."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from pytest_flops_mock import MLDataServer, MockDataProvider
from pytest_flops_mock.cli import main
from pytest_flops_mock.report.as_json import plain_statistics

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "report.schema.json"


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty rows of two classes and a gap, and an SLA for them, in the current folder."""
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{number if number else ''},{'ill' if number % 4 else 'well'}\n" for number in range(40))
    Path("visits.csv").write_text(f"age,outcome\n{rows}")
    write(partitioner="size partition_sizes=30,6,4")


def write(name: str = "sla.json", **changes: Any) -> None:
    mock = {"dataset_name": "./visits.csv", "data_tag": "visits", **changes}
    Path(name).write_text(json.dumps({"customerID": "Admin", "mock_data_configuration": mock}))


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["partitions", "sla.json", *arguments]) == 0
    out, err = capsys.readouterr()
    assert not err
    return out


def test_it_shows_what_each_partition_holds(capsys: pytest.CaptureFixture[str]) -> None:
    data, label, split, empty, *table = shown(capsys).splitlines()
    assert data.startswith("data        ./visits.csv: local ")
    assert data.endswith(", split by size partition_sizes=30,6,4")
    assert label == "label       none that is clear"
    assert split == "split       partitions of 4 to 30 rows (Gini 0.43); missing: age 1"
    assert not empty
    assert [line.split()[:2] for line in table] == [["rows", "missing"], ["0", "30"], ["1", "6"], ["2", "4"], ["all", "40"]]


def test_files_have_what_standard_output_shows(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, "--output=p.json", "--output=text:p")
    assert Path("p").read_text(encoding="utf-8").split() == out.split()
    assert shown(capsys, "--format=json") == Path("p.json").read_text(encoding="utf-8")
    assert shown(capsys, "--format=json", "--output=other") == out
    assert Path("other").read_text(encoding="utf-8") == Path("p.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("output", ["p.md", "sarif:p", "none/p.json", "sla.json"])
def test_a_file_that_cannot_be_written_is_told_before_the_split(capsys: pytest.CaptureFixture[str], output: str) -> None:
    assert main(["partitions", "sla.json", f"--output={output}"]) == 2
    assert "\n  where     --output\n" in capsys.readouterr().err


def test_json_is_what_a_run_of_the_provider_counts(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, "--format", "json", "--drift", "missing=0.5 column=age", "--seed", "7")
    with MLDataServer() as server:
        run = MockDataProvider(server.uri, drift="missing=0.5 column=age", seed=7).run("sla.json")
    plain = json.loads(out)
    assert plain == {"dataset_name": "./visits.csv", "origin": run.origin, "statistics": plain_statistics(run.statistics)}
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    jsonschema.validate(plain["statistics"], {"$ref": "#/$defs/statistics", "$defs": schema["$defs"]})


def test_options_say_how_it_is_split_in_place_of_the_sla(capsys: pytest.CaptureFixture[str]) -> None:
    write(number_of_partitions=2)
    one = shown(capsys, "--partitioner", "natural_id partition_by=outcome")
    assert sorted(re.findall(r"^ *[01] +(\d+)", one, re.MULTILINE)) == ["10", "30"]
    assert shown(capsys, "--partitioner", "dirichlet alpha=0.1 partition_by=outcome min_partition_size=0") != shown(
        capsys, "--partitioner", "dirichlet alpha=0.1 partition_by=outcome min_partition_size=0", "--seed", "1"
    )


def test_a_picture_is_drawn_beside(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, "--plot", "split.svg").endswith("\n\nplot        split.svg\n")
    bars = Path("split.svg").read_text()
    assert "<svg" in bars
    shown(capsys, "--plot", "split.png", "--kind", "dots")
    assert Path("split.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gone.json"], "flops-mock: the MDP SLA is not there\n  where     SLA\n"),
        (["visits.csv"], "flops-mock: "),
        (["sla.json", "--plot", "split.gif"], "flops-mock: a picture is a PNG or an SVG file\n  where     split.gif\n"),
        (["sla.json", "--seed", "x"], "flops-mock: --seed takes a whole number\n"),
        (
            ["sla.json", "--partitioner", "dirichlett"],
            "flops-mock: there is no such partitioner\n",
        ),
        (["sla.json", "--partitioner", "dirichlet alpha=1"], "flops-mock: it is not clear by which column dirichlet is to"),
        (["sla.json", "--drift", "missing=1 column=agee"], "flops-mock: "),
        (["sla.json", "--data", "synthetc"], "flops-mock: there is no such source of data\n  where     --data\n"),
    ],
)
def test_what_cannot_be_is_told_as_by_a_check(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(number_of_partitions=2)
    assert main(["partitions", *arguments]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith(message)
    assert "Traceback" not in err


def test_an_sla_that_flops_refuses_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    write(data_tag="a.b", number_of_partitions=2)
    assert main(["partitions", "sla.json"]) == 2
    assert "a.b" in capsys.readouterr().err


def on_a_terminal(columns: int, **variables: str) -> str:
    """What the command shows on a terminal that is so wide."""
    outside, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest_flops_mock", "partitions", "sla.json"],
        stdin=inside,
        stdout=inside,
        env={**kept, "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8", **variables},
    )
    os.close(inside)
    made, limit = b"", threading.Timer(60, process.kill)
    limit.start()
    try:
        while chunk := os.read(outside, 4096):
            made += chunk
    except OSError:
        pass  # the other side is closed
    finally:
        os.close(outside)
        limit.cancel()
    assert process.wait(60) == 0
    return made.decode().replace("\r\n", "\n")


@pytest.mark.slow
@pytest.mark.parametrize("columns", [80, 200])
def test_a_terminal_gets_colours_and_bars_as_wide_as_it_is(columns: int) -> None:
    write(partitioner="natural_id partition_by=outcome")
    made = on_a_terminal(columns)
    assert "\x1b[1m" in made
    plain = re.sub(r"\x1b\[[0-9;]*m", "", made)
    _, table = plain.split("\n\n")
    assert max(map(len, table.splitlines())) <= columns
    assert table.count("█") > 40
    colourless = on_a_terminal(columns, NO_COLOR="1")
    assert "\x1b" not in colourless
    assert "█" in colourless
