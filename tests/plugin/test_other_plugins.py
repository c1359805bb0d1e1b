"""Checks of SLAs beside other plugins that treat tests in ways of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_pytest_retry_tries_a_stage_again(broken: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "retry"
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), "pytest-retry"]
    subprocess.run(install, check=True, timeout=120)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    result = broken.runpytest_subprocess(
        "--flops-check", "--flops-sla=mocks/mnist.json", "--retries=1", "--flops-env=current", timeout=120
    )
    result.assert_outcomes(passed=6, failed=1, skipped=3)
    result.stdout.fnmatch_lines(["*transform failed on attempt 1! Retrying!*", "*transform failed after 2 attempts!*"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
