"""Where there is no engine, or no image: what users are told."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from standins.images import SERVER

from pytest_flops_mock.containers.provider import MockDataProviderContainer
from pytest_flops_mock.containers.server import MLDataServerContainer
from pytest_flops_mock.engine import connection
from pytest_flops_mock.engine.connection import bridge_address
from pytest_flops_mock.engine.started import Asked, start
from pytest_flops_mock.errors import ContainerError, ServerStateError
from pytest_flops_mock.flight.server import MLDataServer

MNIST = {"customerID": "Admin", "mock_data_configuration": {"dataset_name": "mnist", "data_tag": "tag"}}


def provided() -> None:
    with MLDataServer(host="127.0.0.1") as server:
        server.host = "0.0.0.0"  # as it would listen everywhere, which tests do not
        MockDataProviderContainer(MNIST, server).run()


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    address = f"unix://{tmp_path}/none.sock"
    monkeypatch.setenv("DOCKER_HOST", address)
    return address


@pytest.mark.parametrize(
    "use",
    [
        bridge_address,
        lambda: MLDataServerContainer().start(),
        provided,
    ],
    ids=["bridge", "server", "provider"],
)
def test_without_an_engine_each_way_says_where_it_looked(no_engine: str, use: Callable[[], object]) -> None:
    with pytest.raises(ContainerError) as caught:
        use()

    (problem,) = caught.value.problems
    assert problem.message == "no container engine answers"
    assert problem.where == no_engine
    assert "DOCKER_HOST" in problem.fix


def test_something_else_at_its_address_is_no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.listen()
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{other.getsockname()[1]}")
        monkeypatch.setattr("pytest_flops_mock.engine.connection.ANSWER_SECONDS", 0.2)
        with pytest.raises(ContainerError, match="no container engine answers"):
            bridge_address()


def test_podmans_sockets_are_looked_for_where_nothing_names_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setattr(connection, "DOCKER", str(tmp_path / "docker.sock"))
    monkeypatch.setattr(connection, "PODMAN", str(tmp_path / "root.sock"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "podman").mkdir()

    assert connection.address() == ""
    with pytest.raises(ContainerError, match="no container engine answers") as caught:
        bridge_address()
    assert "DOCKER_HOST is not set" in caught.value.problems[0].where
    for path in ("root.sock", "podman/podman.sock", "docker.sock"):
        (tmp_path / path).touch()
        assert connection.address() == f"unix://{tmp_path}/{path}"


def test_an_address_that_means_nothing_is_no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "carrier-pigeon://here")

    with pytest.raises(ContainerError, match="no container engine answers"):
        bridge_address()


def test_making_one_opens_nothing_and_says_that_it_does_not_run(no_engine: str) -> None:
    server = MLDataServerContainer()

    assert not server.running
    assert "stopped" in repr(server)
    server.stop()
    with pytest.raises(ServerStateError, match="does not run"):
        _ = server.uri


def test_a_server_on_loopback_is_out_of_a_containers_reach() -> None:
    with MLDataServer() as server, pytest.raises(ContainerError) as caught:
        MockDataProviderContainer(MNIST, server).run()

    assert caught.value.problems[0].fix == "MLDataServer(host=bridge_address())"


@pytest.mark.parametrize("key", ["partitioner", "max_rows", "split"])
def test_what_the_command_line_does_not_carry_is_refused(key: str) -> None:
    values = {"partitioner": "dirichlet alpha=0.3", "max_rows": 10, "split": "test"}
    sla = {**MNIST, "mock_data_configuration": {"dataset_name": "mnist", "data_tag": "tag", key: values[key]}}

    with MLDataServer() as server, pytest.raises(ContainerError) as caught:
        MockDataProviderContainer(sla, server).run()

    assert caught.value.problems[0].got == key


@pytest.mark.container
@pytest.mark.usefixtures("images")
def test_an_image_that_cannot_be_had_is_named() -> None:
    with pytest.raises(ContainerError) as caught:
        MLDataServerContainer("127.0.0.1:9/nobody/nothing:1").start()

    (problem,) = caught.value.problems
    assert problem.message == "the container engine does not have the image, and cannot pull it"
    assert problem.where == "127.0.0.1:9/nobody/nothing:1"


@pytest.mark.container
@pytest.mark.usefixtures("images")
def test_the_bridge_is_an_address_of_this_machine_that_a_server_can_have() -> None:
    with MLDataServer(host=bridge_address()) as server:
        assert server.uri.startswith(f"grpc://{bridge_address()}:")
        assert not server.host.startswith("127.")


@pytest.mark.container
@pytest.mark.usefixtures("images")
def test_a_command_that_the_engine_cannot_start_is_told_in_its_words() -> None:
    with pytest.raises(ContainerError, match="cannot start the container") as caught:
        start(Asked(SERVER, ["no-such-program"], {}))

    assert "no-such-program" in str(caught.value)
