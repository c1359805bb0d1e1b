"""What is sent from here can be read by the ``datasets`` of the learner's image."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import datasets
import pytest

from pytest_flops_mock import MLDataServer, MockDataProvider, OfflineHub, child
from pytest_flops_mock.data.hub.pointing import pointed_at
from pytest_flops_mock.learner.environments.uv import find_uv
from pytest_flops_mock.learner.environments.variables import uv_environment

pytestmark = pytest.mark.slow

FEATURES = datasets.Features(
    {
        "image": datasets.Image(),
        "label": datasets.ClassLabel(names=["a", "b"]),
        "list": datasets.Sequence(datasets.Value("int32")),
        "fixed": datasets.Sequence(datasets.Value("float32"), length=2),
        "structs": [{"k": datasets.Value("string")}],
        "nested": {"deep": datasets.Sequence(datasets.Sequence(datasets.Value("int8")))},
    }
)
ROW = {
    "image": {"bytes": b"png", "path": None},
    "label": 1,
    "list": [1, 2],
    "fixed": [0.5, 1.5],
    "structs": [{"k": "v"}, {"k": None}],
    "nested": {"deep": [[1], []]},
}
READ = f"""
import json, sys
import datasets
sys.path.insert(0, {str(Path(child.__file__).parents[1])!r})
from child.loading import load
dataset, parts, _ = load(sys.argv[1], ["tag"], 30)
rows = dataset.data.table.to_pylist()
for row in rows:
    row["image"]["bytes"] = row["image"]["bytes"].decode()
features = {{name: repr(feature) for name, feature in dataset.features.items()}}
print(json.dumps({{"version": datasets.__version__, "rows": rows, "features": features}}))
"""


@pytest.fixture(scope="module")
def older_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the newest ``datasets`` that the learner's pins allow."""
    folder = tmp_path_factory.mktemp("older")
    python = folder / "bin" / "python"
    packages = ("datasets==2.21.*", "pyarrow<21", "pandas<3", "huggingface-hub<1")
    for arguments in (
        ["venv", "--quiet", "--python", sys.executable, str(folder)],
        ["pip", "install", "--quiet", "--python", str(python), *packages],
    ):
        subprocess.run([find_uv(), *arguments], check=True, timeout=600, env=uv_environment(allow_download=False))
    return python


@pytest.mark.skipif(int(datasets.__version__.split(".")[0]) < 4, reason="needs datasets 4 on the sending side")
def test_features_and_values_are_equal_in_datasets_2(older_python: Path) -> None:
    source = datasets.Dataset.from_list([ROW] * 3, features=FEATURES)
    sla = {"customerID": "a", "mock_data_configuration": {"number_of_partitions": 3, "data_tag": "tag"}}
    with MLDataServer() as server:
        run = MockDataProvider(server.uri).run(sla, dataset=source)
        assert len(set(run.names)) == 1  # equal content, equal name
        told = subprocess.run(
            [str(older_python), "-c", READ, server.uri], capture_output=True, text=True, timeout=120, check=False
        )
    assert told.returncode == 0, told.stderr
    read = json.loads(told.stdout)
    assert read["version"].startswith("2.21.")
    assert read["rows"] == [{**ROW, "image": {"bytes": "png", "path": None}}]
    image, label = read["features"]["image"], read["features"]["label"]
    assert image.startswith("Image(")
    assert label == "ClassLabel(names=['a', 'b'], id=None)"
    assert read["features"]["list"] == "Sequence(feature=Value(dtype='int32', id=None), length=-1, id=None)"
    assert read["features"]["fixed"] == "Sequence(feature=Value(dtype='float32', id=None), length=2, id=None)"
    assert read["features"]["structs"] == "[{'k': Value(dtype='string', id=None)}]"
    assert read["features"]["nested"].startswith("{'deep': Sequence(feature=Sequence(feature=Value(dtype='int8'")


def test_the_offline_hub_is_one_for_the_older_libraries_as_well(older_python: Path, tmp_path: Path) -> None:
    program = (
        "import datasets; print(datasets.load_dataset('cifar10', split='test').num_rows); "
        "print(next(iter(datasets.load_dataset('scikit-learn/iris', split='train', streaming=True)))['Id'])"
    )
    with OfflineHub() as hub, pointed_at(hub.url, tmp_path):
        done = subprocess.run([older_python, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["120", "1"]
    assert hub.asked == ["cifar10", "uoft-cs/cifar10", "scikit-learn/iris"]
