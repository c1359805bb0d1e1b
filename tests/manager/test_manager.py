"""``FlopsManager``: its life, its ports, logging in, and how requests are refused."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from standins.managers import client_of, mock_sla

from pytest_flops_mock import FlopsManager, MLDataServer
from pytest_flops_mock.errors import ServerStateError, SettingsError, ToolError

OURS = ["/api/flops/mocks", "/api/flops/projects", "/api/flops/projects/1/report", "/api/flops/tracking"]


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_login_gives_the_token_that_calls_need(manager: FlopsManager, slash: str) -> None:
    user = {"username": "Admin", "password": "Admin"}
    answer = httpx.post(f"{manager.system_manager_url}/api/auth/login{slash}", json=user)
    assert answer.status_code == 200
    with client_of(manager, answer.json()["token"]) as client:
        assert client.get("/api/flops/mocks").json() == {"mocks": []}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"username": "Admin", "password": "admin"}', 401),
        ('{"username": "Admin"}', 401),
        ('{"username": ["Admin"], "password": {}}', 401),
        ("[]", 400),
        ("", 400),
        ("[" * 100_000, 400),
    ],
)
def test_other_logins_are_refused(manager: FlopsManager, body: str, status: int) -> None:
    answer = httpx.post(f"{manager.system_manager_url}/api/auth/login", content=body)
    assert answer.status_code == status
    assert "token" not in answer.json()


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Basic QWRtaW46QWRtaW4=", "Bearer \xe4"])
def test_without_the_token_nothing_is_told_or_done(manager: FlopsManager, header: str | None) -> None:
    headers = {} if header is None else {b"Authorization": header.encode("latin-1")}
    with httpx.Client(base_url=manager.url, headers=headers) as client:
        for path in OURS:
            assert client.get(path).status_code == 401
        assert client.post("/api/flops/mocks", json=mock_sla()).status_code == 401
        assert client.post("/api/flops/projects", json={}).status_code == 401
        assert client.delete("/api/flops/database?customerID=Admin").status_code == 401
    assert manager.mocks == ()


def test_it_says_that_it_is_there(manager: FlopsManager) -> None:
    answer = httpx.get(manager.url)
    assert (answer.status_code, answer.json()) == (200, {"message": "ok"})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/flops", 404),
        ("GET", "/api/flops/mocks/x", 404),
        ("GET", "/docs", 404),
        ("POST", "/api/auth/login", 404),  # that is the other port's
        ("PUT", "/api/flops/mocks", 405),
    ],
)
def test_other_paths_and_methods_are_refused(client: httpx.Client, method: str, path: str, status: int) -> None:
    answer = client.request(method, client.base_url.copy_with(raw_path=path.encode()))
    assert answer.status_code == status
    assert list(answer.json()) == ["message"]


def test_a_method_that_is_refused_is_told_all_that_are_not(client: httpx.Client) -> None:
    assert client.put("/api/flops/mocks/").headers["allow"] == "GET, POST"


def test_a_body_of_a_hundred_megabytes_is_refused_before_it_is_read(manager: FlopsManager) -> None:
    head = f"POST /api/flops/mocks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {manager.token}\r\n"
    assert "413" in raw_answer(manager, head + "Content-Length: 100000000\r\n\r\n{")


def test_a_body_of_unknown_length_is_read_to_the_limit(client: httpx.Client) -> None:
    sent: list[int] = []

    def chunks() -> Iterator[bytes]:
        for _ in range(30):
            sent.append(100_000)
            yield b" " * 100_000

    try:
        answer = client.post("/api/flops/mocks", content=chunks(), headers={"Content-Type": "application/json"})
        assert answer.status_code == 413
    except httpx.TransportError:  # it may close before the client has sent all
        assert sum(sent) >= 1_000_000


def raw_answer(manager: FlopsManager, request: str) -> str:
    """The first line of the answer to a request that is not sent to its end."""
    host, port = manager.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(request.encode())
        return connection.recv(1000).decode().partition("\r\n")[0]


def test_a_client_that_goes_away_is_no_error(client: httpx.Client, manager: FlopsManager) -> None:
    host, port = manager.url.removeprefix("http://").split(":")
    head = f"POST /api/flops/mocks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {manager.token}\r\n"
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
    assert client.get("/api/flops/mocks").status_code == 200
    assert manager.errors == ()


def test_a_failure_of_its_own_shows_no_traceback(server: MLDataServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("pytest_flops_mock.manager.work.Work.of", fail)
    with FlopsManager([server.uri]) as manager, client_of(manager) as client:
        answer = client.get("/api/flops/mocks")
        assert answer.status_code == 500
        assert "secret" not in answer.text
    assert "ZeroDivisionError: secret" in manager.errors[0]


@pytest.mark.parametrize("way", ["body", "query"])
def test_tracking_leads_to_the_customers_projects(client: httpx.Client, way: str) -> None:
    said: dict[str, Any] = {"json": {"customerID": "A b"}} if way == "body" else {"params": {"customerID": "A b"}}
    answer = client.request("GET", "/api/flops/tracking", **said)
    assert answer.status_code == 200
    assert client.get(answer.json()["tracking_server_url"]).json() == {"projects": []}


def test_only_the_admin_resets_the_database(client: httpx.Client, manager: FlopsManager, server: MLDataServer) -> None:
    client.post("/api/flops/mocks", json=mock_sla())
    manager.wait()
    assert client.request("DELETE", "/api/flops/database", json={"customerID": "Eve"}).status_code == 403
    assert client.delete("/api/flops/database").status_code == 400
    assert [job.id for job in manager.mocks] != []
    assert client.request("DELETE", "/api/flops/database/", json={"customerID": "Admin"}).status_code == 200
    assert not manager.mocks
    assert len(server.partitions) == 3  # what nodes hold is not the manager's


def test_strictly_a_missing_customer_is_a_bare_key_name(strict: FlopsManager) -> None:
    with client_of(strict) as client:
        answer = client.get("/api/flops/tracking")
    assert (answer.status_code, answer.json()["message"]) == (500, "Unexpected exception occurred:'customerID'")


def test_the_openapi_document_names_all_calls(manager: FlopsManager) -> None:
    document = httpx.get(f"{manager.url}/openapi.json").json()
    calls = {(method, path) for path, methods in document["paths"].items() for method in methods}
    assert ("post", "/api/flops/mocks") in calls
    assert len(calls) == 8
    assert "/api/auth/login" in httpx.get(f"{manager.system_manager_url}/openapi.json").json()["paths"]


def test_it_listens_where_it_is_told_and_again_after_a_stop(server: MLDataServer) -> None:
    with FlopsManager([server.uri]) as first:
        ports = [httpx.URL(url).port for url in (first.url, first.system_manager_url)]
    assert ports[0] is not None
    assert ports[1] is not None
    manager = FlopsManager([server.uri], port=ports[0], system_manager_port=ports[1])
    for _ in range(2):
        with manager:
            assert httpx.URL(manager.url).port == ports[0]
            assert httpx.get(manager.url).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{ports[0]}")


def test_a_port_that_is_taken_is_told_and_the_other_one_is_free_again(server: MLDataServer) -> None:
    with FlopsManager([server.uri]) as first:
        taken = httpx.URL(first.url).port or 0
        second = FlopsManager([server.uri], system_manager_port=taken)
        with pytest.raises(ServerStateError, match=f"the system manager's login cannot listen on 127.0.0.1:{taken}"):
            second.start()
        assert not second.running


def test_a_port_that_cannot_be_is_refused_and_not_wrapped_round(server: MLDataServer) -> None:
    with pytest.raises(ServerStateError, match=r"the FLOps manager cannot listen on 127\.0\.0\.1:99999"):
        FlopsManager([server.uri], port=99999).start()


def test_one_that_does_not_run_has_no_address_and_stops_without_a_word(server: MLDataServer) -> None:
    manager = FlopsManager([server.uri])
    manager.stop()
    with pytest.raises(ServerStateError, match="does not run"):
        _ = manager.url
    with manager, pytest.raises(ServerStateError, match="runs already"):
        manager.start()


def test_without_a_learner_node_there_is_nothing_to_manage() -> None:
    with pytest.raises(SettingsError, match="without learner nodes"):
        FlopsManager([])


def test_options_are_those_of_a_check() -> None:
    with pytest.raises(SettingsError, match=r"nearest +timeout"):
        FlopsManager(["grpc://127.0.0.1:1"], timout=3)  # type: ignore[call-arg]


def test_without_the_extra_it_says_which(server: MLDataServer, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pytest_flops_mock.manager.api", None)
    with pytest.raises(ToolError, match="the extra manager"):
        FlopsManager([server.uri]).start()
