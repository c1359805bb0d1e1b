"""The ML data server in a container: started, read, stopped, and what is told when it fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.flight as fl
import pyarrow.parquet as pq
import pytest
from standins.images import PROVIDER, SERVER
from standins.processes import until

from pytest_flops_mock.containers.server import MLDataServerContainer
from pytest_flops_mock.engine.connection import engine
from pytest_flops_mock.engine.started import LABEL
from pytest_flops_mock.errors import ContainerError, ServerStateError
from pytest_flops_mock.flight.client import MLDataClient
from pytest_flops_mock.flight.reading import DataServer
from pytest_flops_mock.flight.server import MLDataServer

pytestmark = [pytest.mark.container, pytest.mark.usefixtures("images")]

MODES = ["bridge_ip", "docker_host"]
TABLE = pa.table({"x": [1, 2, 3]})


def listed(client: Any) -> list[str]:
    return [container.name for container in client.containers.list(all=True, filters={"label": LABEL})]


def read_surface(server: DataServer) -> list[object]:
    """What the same rows look like on any server."""
    with MLDataClient(server.uri, timeout=20) as client:
        client.send("b.2.parquet", TABLE)
        client.send("a.1.parquet", TABLE.slice(1))
    seen = [[(part.name, part.rows, part.verified) for part in server.partitions], server.tables()]
    server.clear()
    return [*seen, server.partitions, server.tables()]


def test_it_reads_as_the_server_in_this_process(server: MLDataServerContainer) -> None:
    with MLDataServer() as here:
        assert read_surface(server) == read_surface(here)


def test_its_port_is_open_on_loopback_only(server: MLDataServerContainer) -> None:
    server.container.reload()

    assert server.uri.startswith("grpc://127.0.0.1:")
    assert [each["HostIp"] for each in server.container.ports["11027/tcp"]] == ["127.0.0.1"]


def test_it_has_no_rights_that_it_does_not_need(server: MLDataServerContainer) -> None:
    host = server.container.attrs["HostConfig"]
    status, identity = server.container.exec_run(["python", "-c", "import os; print(os.getuid()); open('/etc/x', 'w')"])

    assert (host["CapDrop"], host["ReadonlyRootfs"], host["Privileged"]) == (["ALL"], True, False)
    assert status != 0
    assert b"10001" in identity  # both streams in one, in any order
    assert b"Read-only file system" in identity


def test_its_image_has_no_tools_to_build_with(server: MLDataServerContainer) -> None:
    looked = "import shutil; print([t for t in ('gcc', 'cc', 'make', 'pip', 'git', 'curl', 'apt') if shutil.which(t)])"
    assert server.container.exec_run(["python", "-c", looked]).output.strip() == b"[]"


def test_a_volume_of_this_machine_outlives_it(tmp_path: Path) -> None:
    volume = tmp_path / "volume"
    volume.mkdir()
    with MLDataServerContainer(SERVER, volume=volume) as server, MLDataClient(server.uri, timeout=20) as client:
        client.send("tag.1.parquet", TABLE)

    written = volume / "tag.1.parquet"
    assert pq.read_table(written).equals(TABLE)
    assert written.stat().st_uid == volume.stat().st_uid
    with MLDataServerContainer(SERVER, volume=volume) as server:
        assert server.tables()["tag.1.parquet"].equals(TABLE)


def test_a_volume_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContainerError, match="is no folder"):
        MLDataServerContainer(SERVER, volume=tmp_path / "none").start()
    assert not (tmp_path / "none").exists()


def test_it_ends_by_itself_and_nothing_of_it_stays() -> None:
    with engine() as client:
        before = listed(client), [volume.name for volume in client.volumes.list()]
        server = MLDataServerContainer(SERVER).start()
        with pytest.raises(ServerStateError, match="runs already"):
            server.start()
        container = server.container
        assert container.name in listed(client)
        container.stop(timeout=20)
        assert "the ML data server has stopped" in server.log()
        assert server._running().state()["ExitCode"] == 0
        server.stop()
        server.stop()
        assert (listed(client), [volume.name for volume in client.volumes.list()]) == before


@pytest.mark.parametrize(
    ("image", "environment", "status", "said"),
    [
        (SERVER, {"DATA_MANAGER_PORT": "eleven"}, "1", "DATA_MANAGER_PORT is no port: 'eleven'"),
        (PROVIDER, {}, "2", "the following arguments are required"),
    ],
    ids=["wrong port", "another program"],
)
def test_a_container_that_ends_at_once_is_told_with_its_logs(
    image: str, environment: dict[str, str], status: str, said: str
) -> None:
    with engine() as client:
        before = listed(client)
        with pytest.raises(ContainerError) as caught:
            MLDataServerContainer(image, environment=environment).start()

        assert f"ended at once (exit status {status})" in str(caught.value)
        assert said in str(caught.value)
        assert listed(client) == before


def test_a_container_that_answers_elsewhere_is_told_with_its_logs() -> None:
    with pytest.raises(ContainerError) as caught:
        MLDataServerContainer(SERVER, environment={"DATA_MANAGER_PORT": "11028"}, timeout=4).start()

    assert "does not answer within 4 s" in str(caught.value)
    assert "listens on port 11028" in str(caught.value)


def test_an_upload_that_a_kill_cuts_off_is_in_no_listing_afterwards(tmp_path: Path) -> None:
    volume = tmp_path / "volume"
    volume.mkdir()
    with MLDataServerContainer(SERVER, volume=volume) as server:
        with MLDataClient(server.uri, timeout=20) as client:
            client.send("tag.whole.parquet", TABLE)
        connection = fl.connect(server.uri)
        writer, _ = connection.do_put(fl.FlightDescriptor.for_path("tag.part.parquet"), TABLE.schema)
        writer.write_table(TABLE)
        until(lambda: len(list(volume.iterdir())) == 2, "the upload", longest=60)
        server.container.kill()
        with pytest.raises(pa.ArrowException):
            writer.close()
        connection.close()

    with MLDataServerContainer(SERVER, volume=volume) as server:
        assert [part.name for part in server.partitions] == ["tag.whole.parquet"]
    assert [path.name for path in volume.iterdir()] == ["tag.whole.parquet"]


@pytest.mark.parametrize("mode", MODES)
def test_the_settings_of_testcontainers_say_how_it_is_reached(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from testcontainers.core.config import ConnectionMode, testcontainers_config

    monkeypatch.setattr(testcontainers_config, "connection_mode_override", ConnectionMode(mode))
    with MLDataServerContainer(SERVER) as server:
        assert (server.uri == server.inner_uri) is (mode == "bridge_ip")
        assert server.partitions == ()


def test_a_ryuk_of_the_same_run_knows_it_by_its_session(one_server: MLDataServerContainer) -> None:
    from testcontainers.core.labels import SESSION_ID

    assert one_server.container.labels["org.testcontainers.session-id"] == SESSION_ID


def test_it_has_no_more_memory_than_it_is_given() -> None:
    with MLDataServerContainer(SERVER, memory=300) as server:
        limits = server.container.attrs["HostConfig"]
        assert (limits["Memory"], limits["MemorySwap"]) == (300 * 10**6, 300 * 10**6)
        assert server.partitions == ()
