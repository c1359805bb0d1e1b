"""``flops-mock explain``."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from standins.calling import COMMAND, refused

from pytest_flops_mock.cli import main
from pytest_flops_mock.codes import CODES


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
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=300, check=False).returncode == 0


def test_a_reader_that_goes_away_is_no_error() -> None:
    listing = subprocess.Popen([*COMMAND, "explain"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert listing.stdout is not None
    assert listing.stderr is not None
    listing.stdout.close()  # before anything is written
    with listing.stderr:
        assert listing.stderr.read() == b""
    assert listing.wait(timeout=300) == 141
