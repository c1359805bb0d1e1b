"""An environment that is broken is told as such, and blamed on nobody's code."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

import pytest
from standins.projects import REPOSITORY, mock_sla
from standins.uv import stand_in_for_uv
from standins.venvs import broken

from pytest_flops_mock import Report, check_repository


def outcomes(report: Report) -> dict[str, str]:
    return {result.stage.value: result.outcome.value for result in report.stages}


@pytest.mark.parametrize(
    ("package", "code", "got"),
    [
        ("pyarrow", "import os; os.abort()", ": its import ends the process (signal SIGABRT)"),
        ("numpy", "import os; os._exit(3)", ": its import ends the process (exit status 3)"),
        ("datasets", "raise ImportError('libarrow.so.2: cannot open')", ": ImportError: libarrow.so.2: cannot open"),
    ],
)
def test_a_library_that_ends_the_childs_first_imports_fails_the_environment(
    package: str, code: str, got: str, tmp_path: Path
) -> None:
    report = check_repository(REPOSITORY, sla=mock_sla(), env=str(broken(tmp_path / "venv", package, code)))
    (error,) = report.errors
    assert (error.code, error.stage.value) == ("FM206", "environment")
    assert error.message == f"the learner's process could not import {package}"
    assert error.problem.got.startswith(package)
    assert error.problem.got.endswith(got)
    assert "none of the repository's code has run" in error.problem.expected
    assert outcomes(report) == {
        "sla": "passed",
        "structure": "passed",
        "environment": "failed",
        "provide": "passed",
        **dict.fromkeys(("load", "aggregator", "transform", "train", "exchange", "evaluate"), "skipped"),
    }


def test_a_crash_that_does_not_come_again_is_nobodys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    once = f"""
import os, pathlib
mark = pathlib.Path({str(tmp_path / "mark")!r})
if not mark.exists():
    mark.touch()
    os.abort()
del __path__[:]
import sys
sys.path.append({sysconfig.get_path("purelib")!r})
del sys.modules["pyarrow"]
sys.path.remove(str(pathlib.Path(__file__).parents[1]))
import pyarrow
"""
    monkeypatch.setenv("OPEN", str(tmp_path))
    venv = broken(tmp_path / "venv", "pyarrow", once)
    report = check_repository(REPOSITORY, sla=mock_sla(), env=str(venv), pass_env=["OPEN"])
    assert (tmp_path / "mark").exists()
    assert report.ok, str(report)


def test_it_is_told_once_for_several_data_sets(tmp_path: Path) -> None:
    from pytest_flops_mock import RepositoryChecker

    env = str(broken(tmp_path / "venv", "pyarrow", "import os; os.abort()"))
    with RepositoryChecker(REPOSITORY, env=env) as checker:
        reports = [checker.check(sla=mock_sla(number_of_partitions=number)) for number in (1, 2)]
    assert [[finding.code for finding in report.errors] for report in reports] == [["FM206"], ["FM206"]]


def with_packages(absent: str) -> str:
    """As uv: makes an environment of this one's packages, and has no package of that name."""
    return f"""
if [ "$1" = venv ]; then
  {sys.executable} -m venv --without-pip "$4"; for site in "$4"/lib/python*/site-packages; do
    echo {sysconfig.get_path("purelib")} > "$site/these.pth"; : > "$site/flwr.py"
  done; exit 0
fi
if grep -q "^{absent}" "$8"; then echo "error: Because {absent} was not found in the package registry"; exit 1; fi
"""


@pytest.mark.slow
@pytest.mark.parametrize(("entry", "severity"), [("graph-tool=2.58", "warning"), ("numpy", "error")])
def test_an_import_that_fails_for_a_package_of_condas_is_a_warning(
    entry: str, severity: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stand_in_for_uv(monkeypatch, tmp_path, with_packages("graph-tool"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    files = {
        **REPOSITORY,
        "model_manager.py": "import graph_tool\n" + REPOSITORY["model_manager.py"],
        "conda.yaml": f"name: x\ndependencies:\n- python=3.11\n- {entry}\n",
    }
    report = check_repository(files, sla=mock_sla(), env="learner")
    (finding,) = [finding for finding in report.findings if "imports graph_tool" in finding.message]
    assert finding.severity.value == severity
    assert report.ok is (severity == "warning"), str(report)
    assert ("FM209" in {finding.code for finding in report.findings}) is (severity == "warning")
    if severity == "warning":
        assert finding.message.startswith("fails here, and may work there: ")
