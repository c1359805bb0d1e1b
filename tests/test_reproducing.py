"""The command that does a check again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_flops_mock import MLRepository, MockSLA
from pytest_flops_mock.cli import _parser
from pytest_flops_mock.cli.checking import values_of
from pytest_flops_mock.options import CheckOptions
from pytest_flops_mock.reproducing import check_command
from pytest_flops_mock.settings import check_options

SLA = {"customerID": "Admin", "mock_data_configuration": {"dataset_name": "mnist", "data_tag": "a"}}


@pytest.mark.parametrize(
    ("repository", "slas", "project", "command"),
    [
        (".", ["mocks/a.json"], None, "flops-mock check . --sla mocks/a.json"),
        ("/here/repo", [Path("/here/it's.json")], None, "flops-mock check repo --sla 'it'\"'\"'s.json'"),
        ("/other", ["a", "b"], "p", "flops-mock check /other --sla a --sla b --together --project-sla p"),
        ("https://me:secret@host/r.git", ["a"], None, "flops-mock check 'https://***@host/r.git' --sla a"),
        ({"conda.yaml": ""}, ["a"], None, ""),
        (MLRepository.of_files({"conda.yaml": ""}), ["a"], None, ""),
        (".", [SLA], None, ""),
        (".", ['{"customerID": "Admin"}'], None, ""),
        (".", ["a"], SLA, ""),
        (".", [], None, ""),
    ],
)
def test_it_names_repository_and_slas_where_it_can(
    repository: object, slas: list[object], project: object, command: str
) -> None:
    told = check_command(repository, slas, project, CheckOptions(), here=Path("/here"))
    assert told == command
    assert "secret" not in told


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"data": "mnist:recorded *:hub", "recordings": "samples", "timeout": 2.5, "memory": 512, "gpu": True},
        {"drift": "missing=0.1 column=age; extra_column=site devices=0.5", "min_rows": 3, "max_distance": 0.25},
        {"partitioner": "dirichlet alpha=0.3", "env": "learner,current", "allow_builds": True},
        {"partitioner": "size partition_sizes=10,20", "pass_env": "A,B", "ignore": "FM714,FM816"},
        {
            "partitioner": [
                {"partitioner": "iid", "number_of_partitions": 4},
                {"partitioner": "dirichlet alpha=0.1", "number_of_partitions": 2},
            ]
        },
    ],
)
def test_the_command_means_the_same_options(
    options: Mapping[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.json").touch()
    meant = CheckOptions().changed(**options)
    program, *arguments = shlex.split(check_command(".", ["a.json"], None, meant))
    assert program == "flops-mock"
    again = check_options(values_of(_parser().parse_args(arguments)))
    there = {**vars(again), "recordings": Path(again.recordings).name}
    assert there == {**vars(meant), "recordings": Path(meant.recordings).name}


def test_an_sla_that_was_loaded_is_named_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(SLA), encoding="utf-8")
    sla = MockSLA.load(tmp_path / "a.json")
    assert check_command(".", [sla], None, CheckOptions(), here=tmp_path) == "flops-mock check . --sla a.json"
