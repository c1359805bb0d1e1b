"""The programs of our images take what those of the real ones take."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from pytest_flops_mock.containers.inside import provider, server
from pytest_flops_mock.flight.client import MLDataClient
from pytest_flops_mock.flight.server import MLDataServer

SERVE = "from pytest_flops_mock.containers.inside.server import main; raise SystemExit(main({!r}, {!r}))"


def where(running: MLDataServer) -> dict[str, str]:
    return {"ML_DATA_SERVER_IP": running.host, "DATA_MANAGER_PORT": str(running.port)}


def test_the_provider_sends_what_its_command_line_asks_for(capsys: pytest.CaptureFixture[str]) -> None:
    with MLDataServer() as running:
        status = provider.main(["mnist", "2", "my_tag"], where(running))

        assert status == 0
        assert [part.name.split(".")[0] for part in running.partitions] == ["my_tag", "my_tag"]
    assert " rows of mnist (synthetic) sent to grpc://127.0.0.1:" in capsys.readouterr().out


def test_the_provider_says_why_it_dies(capsys: pytest.CaptureFixture[str]) -> None:
    with MLDataServer() as running:
        assert provider.main(["mnist", "0", "my_tag"], where(running)) == 1
        assert running.partitions == ()

    assert "mock-data-provider: " in capsys.readouterr().err


def test_without_variables_the_provider_dials_the_bridge(monkeypatch: pytest.MonkeyPatch) -> None:
    dialled: list[str] = []

    class Provider:
        def __init__(self, uri: str, **_: object) -> None:
            dialled.append(uri)
            raise ValueError("seen")

    monkeypatch.setattr(provider, "MockDataProvider", Provider)

    provider.main(["mnist", "1", "tag"], {})

    assert dialled == ["grpc://172.17.0.1:11027"]


@pytest.mark.parametrize("arguments", [["mnist", "2"], ["mnist", "two", "tag"], ["-mnist", "2", "tag"]])
def test_the_provider_ends_with_status_2_on_another_command_line(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        provider.main(arguments, {})

    assert caught.value.code == 2


def test_the_server_serves_its_volume_until_sigterm(tmp_path: Path) -> None:
    volume = tmp_path / "volume"
    command = [sys.executable, "-c", SERVE.format({"DATA_MANAGER_PORT": "0"}, str(volume))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = process.stdout.readline()
        port = int(told.split(" port ")[1].split()[0])
        with MLDataClient(f"grpc://127.0.0.1:{port}") as client:
            client.send("tag.1.parquet", pa.table({"x": [1, 2]}))
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()

    assert process.returncode == 0
    assert "do_put tag.1.parquet -> ok, 2 rows" in rest
    assert rest.endswith("the ML data server has stopped\n")
    assert [path.name for path in volume.iterdir()] == ["tag.1.parquet"]


@pytest.mark.parametrize("port", ["", "eleven", "-1", "70000"])
def test_the_server_says_what_is_wrong_with_its_port(
    port: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    assert server.main({"DATA_MANAGER_PORT": port}, str(tmp_path)) == 1
    assert "ml-data-server: " in capsys.readouterr().err
