"""``flops-mock serve --manager``: the FLOps manager in front of the data server, for clients such as ``oak``."""

from __future__ import annotations

import json
import re
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest
from standins.commands import ended, line_with, serving, uri_in
from standins.managers import URL, mock_sla, project_sla

from pytest_flops_mock import MLDataClient
from pytest_flops_mock.cli import main

EXAMPLE = Path(__file__).parents[2] / "examples" / "mnist_sklearn"
USER = {"username": "Admin", "password": "Admin"}


def client_of(url: str, login: str) -> httpx.Client:
    """A client that has logged in."""
    answer = httpx.post(f"{login}/api/auth/login", json=USER, trust_env=False)
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    return httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False)


@pytest.mark.slow
def test_what_clients_post_is_deployed_and_told(tmp_path: Path) -> None:
    command = ["--port=0", "--manager", "--manager-port=0", "--login-port=0", f"--repository={URL}={EXAMPLE}"]
    with serving(*command, cwd=tmp_path) as process:
        url, login = re.findall(r"http://[\d.]+:\d+", line_with(process, "manager "))
        uri = uri_in(line_with(process, "ready"))
        with client_of(url, login) as client:
            sla = mock_sla(max_rows=90)
            for _ in range(2):
                assert client.post("/api/flops/mocks", json=sla).status_code == 200
                told = line_with(process, "MDP SLA")
                assert re.fullmatch(r"provided    MDP SLA \d: 3 partitions of mnist, 90 rows, of mnist\n", told)
            assert client.post("/api/flops/mocks", json=mock_sla(dataset_name="mnits")).status_code == 200
            assert re.fullmatch(r"failed      MDP SLA 3: .*\n", line_with(process, "MDP SLA"))
            assert client.post("/api/flops/projects", json=project_sla()).status_code == 200
            assert line_with(process, "project SLA").startswith(f"checked     project SLA 4: {URL}: ")
        with MLDataClient(uri) as data:
            assert [part.rows for part in data.partitions("mnist")] == [30, 30, 30]
        code, _, err = ended(process, signal.SIGTERM)
    assert (code, err) == (143, "")


@pytest.mark.slow
def test_as_json_its_jobs_are_events(tmp_path: Path) -> None:
    with serving("--port=0", "--manager", "--manager-port=0", "--login-port=0", "--log=json", cwd=tmp_path) as process:
        manager = json.loads(line_with(process, '"manager"'))
        with client_of(manager["url"], manager["login_url"]) as client:
            client.post("/api/flops/mocks", json=mock_sla(max_rows=10))
        event = json.loads(line_with(process, '"provided"'))
        ended(process, signal.SIGINT)
    assert (event["job"], event["state"], event["data_tag"], event["rows"]) == ("1", "succeeded", "mnist", 10)


@pytest.mark.parametrize("option", ["--manager-port", "--login-port"])
def test_a_port_that_is_taken_is_told_and_nothing_stays(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    ports = {"--manager-port": 0, "--login-port": 0}
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as free:
        ports[option] = taken.getsockname()[1]
        port = free.getsockname()[1]
        free.close()
        assert main(["serve", f"--port={port}", "--manager", *(f"{key}={value}" for key, value in ports.items())]) == 2
    out, err = capsys.readouterr()
    assert (out, f"cannot listen on 127.0.0.1:{ports[option]}\n" in err) == ("", True)
    with socket.create_server(("127.0.0.1", port)):  # the data server's, which had started
        pass


def test_without_its_libraries_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pytest_flops_mock.manager.api", None)
    assert main(["serve", "--port=0", "--manager", "--manager-port=0", "--login-port=0"]) == 2
    assert "pip install 'pytest-flops-mock[manager]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--manager-port=1"], "--manager-port is about a FLOps manager, and none is asked for"),
        (["--clone"], "--clone is about a FLOps manager"),
        (["--manager", "--login-port=x"], "--login-port takes a whole number"),
        (["--manager", "--manager-port=99999"], "cannot listen on 127.0.0.1:99999"),
        (["--manager", "--repository=digits"], "--repository takes a URL and the folder that it means"),
        (["--manager", "--repository=https://github.com/a/b=none"], "a folder that is there"),
        (["--manager", "--token-file=token"], "learners load, who send no token and speak no TLS"),
    ],
)
def test_what_means_nothing_is_refused(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("token").write_text("s3cret")
    assert main(["serve", "--port=0", *arguments]) == 2
    assert message in capsys.readouterr().err
