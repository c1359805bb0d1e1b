"""A server that asks for a token."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.flight as fl
import pytest
from standins.plain_client import PlainClient
from standins.projects import mock_sla

from pytest_flops_mock import Access, FlopsMockError, MLDataClient, MLDataServer, MockDataProvider
from pytest_flops_mock.cli import main
from pytest_flops_mock.errors import SettingsError

ROWS = pa.table({"x": [1, 2, 3]})
ACCESS = Access("s3cret")


@pytest.fixture
def guarded() -> Iterator[MLDataServer]:
    with MLDataServer(access=ACCESS) as server:
        yield server


def test_who_has_the_token_does_all(guarded: MLDataServer) -> None:
    with MLDataClient(guarded.uri, access=ACCESS) as client:
        assert client.send("tag.1.parquet", ROWS) == 3
        assert [part.name for part in client.partitions(["tag"])] == ["tag.1.parquet"]
        assert client.fetch("tag.1.parquet").equals(ROWS)
        client.drop("tag.1.parquet")
    MockDataProvider(guarded.uri, access=ACCESS).run(mock_sla(), datasets.Dataset.from_dict({"x": list(range(10))}))
    assert len(guarded.partitions) == 2


@pytest.mark.parametrize(("access", "got"), [(None, "none"), (Access("s3cre"), "another one")])
def test_who_has_not_is_told_and_in_the_log(guarded: MLDataServer, access: Access | None, got: str) -> None:
    with MLDataClient(guarded.uri, access=access) as client:
        for call in (
            lambda: client.send("tag.1.parquet", ROWS),
            client.partitions,
            lambda: client.fetch("tag.1.parquet"),
            lambda: client.drop("tag.1.parquet"),
        ):
            with pytest.raises(FlopsMockError) as caught:
                call()
            (problem,) = caught.value.problems
            assert (problem.message, problem.got) == ("the ML data server asks for a token", got)
    assert [(call.method, call.outcome) for call in guarded.calls] == [
        (method, "refused") for method in ("do_put", "list_flights", "do_get", "do_action")
    ]
    assert not guarded.partitions


def test_a_client_that_knows_nothing_of_ours_gets_flights_own_error(guarded: MLDataServer) -> None:
    with PlainClient(guarded.uri) as plain, pytest.raises(fl.FlightUnauthenticatedError, match="asks for a token"):
        plain.names("tag")


def test_a_token_is_in_no_repr() -> None:
    assert "s3cret" not in repr(ACCESS)


@pytest.mark.parametrize("token", ["", "a b", "ä", "a\nb", "x" * 5000])
def test_what_cannot_be_a_token_is_refused(token: str) -> None:
    with pytest.raises(SettingsError, match="cannot be used"):
        Access(token)


def test_the_command_reads_it_from_a_file_or_the_environment(
    guarded: MLDataServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rows.csv").write_text("x\n1\n2\n")
    sla = '{"customerID": "Admin", "mock_data_configuration": {"dataset_name": "./rows.csv", "data_tag": "tag"}}'
    Path("sla.json").write_text(sla)
    command = ["provide", "sla.json", "--to", guarded.uri]
    assert main(command) == 2
    assert "the ML data server asks for a token" in capsys.readouterr().err
    assert main([*command, "--token-file=none"]) == 2
    assert "the file of a token cannot be read" in capsys.readouterr().err
    Path("token").write_text("s3cret\n")
    assert main([*command, "--token-file=token"]) == 0
    monkeypatch.setenv("FLOPS_ML_DATA_SERVER_TOKEN", "s3cret")
    assert main(command) == 0
    assert "\nwas there   tag." in capsys.readouterr().out
