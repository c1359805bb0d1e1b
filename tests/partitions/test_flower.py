"""Flower Datasets as it is imported here: it reports nothing, writes nothing, and draws only if it is asked to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("writable", [pytest.param(True, marks=pytest.mark.slow), False])
def test_flower_reports_nothing_and_writes_no_home(writable: bool, tmp_path: Path) -> None:
    program = """
import os, socket, datasets
def refuse(*_):
    raise AssertionError("a connection was made")
socket.socket.connect = refuse
from pytest_flops_mock.data.loaded import handed_in
from pytest_flops_mock.partitions.scheme import ByPartitioner
from pytest_flops_mock.partitions.splitting import split
from pytest_flops_mock.sla.partitioners import Linear
split(handed_in(datasets.Dataset.from_dict({"x": [1, 2, 3]}), "x"), ByPartitioner(Linear()), 2)
assert "FLWR_TELEMETRY_ENABLED" not in os.environ
from flwr_datasets.common import telemetry
assert telemetry.FLWR_TELEMETRY_ENABLED == "0"
"""
    environment = {name: value for name, value in os.environ.items() if name != "FLWR_TELEMETRY_ENABLED"}
    home = tmp_path / "home"
    if writable:
        home.mkdir()
    else:
        home.write_text("no folder can be made in here, whoever runs this")
    environment |= {"HOME": str(home), "MPLCONFIGDIR": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120, env=environment)
    assert not (home / ".flwr").exists()


@pytest.mark.slow
def test_the_plotting_libraries_are_imported_when_something_is_plotted() -> None:
    program = """
import sys
from pytest_flops_mock.partitions.flower import partitioner_class
assert partitioner_class("iid")(3).num_partitions == 3
assert not [finder for finder in sys.meta_path if type(finder).__module__.startswith("pytest_flops_mock")]
import flwr_datasets
from flwr_datasets import FederatedDataset
plotting = {"matplotlib", "seaborn"}
assert not plotting & set(sys.modules)
assert callable(flwr_datasets.visualization.plot_label_distributions)
assert plotting <= set(sys.modules)
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, timeout=120)


@pytest.mark.slow
def test_a_flower_that_is_imported_already_is_left_as_it_is() -> None:
    program = """
import sys, flwr_datasets
from pytest_flops_mock.partitions.flower import partitioner_class
assert partitioner_class("iid")(3).num_partitions == 3
assert type(sys.modules["flwr_datasets.visualization"]) is type(sys)
assert flwr_datasets.visualization is sys.modules["flwr_datasets.visualization"]
"""
    environment = {**os.environ, "FLWR_TELEMETRY_ENABLED": "0"}
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, timeout=120, env=environment)
