"""``flops-mock`` as users call it, and a repository that is quick to check."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_flops_mock.cli import main

ROOT = Path(__file__).parents[2]


EXAMPLE = ROOT / "examples" / "mnist_sklearn"


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


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err
