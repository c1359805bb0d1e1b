"""A small ML project to run pytest on."""

from __future__ import annotations

import json
from pathlib import Path

import datasets
import pyarrow.flight  # noqa: F401
import pytest
from standins.projects import REPOSITORY, mock_sla

# Loaded here, since pytester forgets what an inner run imports, and compiled modules load only once in a process.
import pytest_flops_mock.data.twins.catalogue
import pytest_flops_mock.pipeline  # noqa: F401
from pytest_flops_mock.data.partitioning import SEED, iid_partitions

iid_partitions(datasets.Dataset.from_dict({"x": [1]}), 1, name="loads Flower Datasets", seed=SEED)


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """An ML repository with an SLA, whose root is the rootdir."""
    pytester.makeini("[pytest]\n")
    for name, text in REPOSITORY.items():
        pytester.makefile(Path(name).suffix, **{Path(name).stem: text})
    (pytester.path / "mocks").mkdir()
    (pytester.path / "mocks" / "mnist.json").write_text(json.dumps(mock_sla()), encoding="utf-8")
    return pytester
