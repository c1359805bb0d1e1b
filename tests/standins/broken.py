"""A repository that no stage can get far with, so that checks of it take no time; with two SLAs that mean nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

FILES = {
    "model_manager.py": "def f(:\n",
    "data_manager.py": "",
    "conda.yaml": "dependencies: [\n",
    "a.json": '{"customerID": "Admin", "mock_data_configuration": {"dataset_name": "mnist", "number_of_partitions": 0}}',
    "b.json": '{"customerID": "Admin", "mock_data_configuration": {"dataset_name": "mnist", "number_of_partitions": -1}}',
}

CHECK = ("check", ".", "--env=learner", "--sla", "[ab].json")
"""Checks it with both. Without a manifest that can be read there is no environment, so no process is started."""


def broken_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes the repository there, goes into it, and takes what a CI says out of the environment."""
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name in ("GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(folder)
    return folder
