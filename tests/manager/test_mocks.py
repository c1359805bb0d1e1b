"""``POST /api/flops/mocks``: an MDP SLA in, partitions on the learner nodes' ML data servers."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from standins.managers import client_of, mock_sla

from pytest_flops_mock import FlopsManager, JobState, MLDataServer, MockJob, ProjectJob

STARTED = {"message": "New Mock-Data-Provider started successfully"}


@pytest.mark.parametrize("slash", ["", "/"])
def test_an_sla_ends_as_partitions_on_the_server(
    client: httpx.Client, manager: FlopsManager, server: MLDataServer, slash: str
) -> None:
    answer = client.post(f"/api/flops/mocks{slash}", json=mock_sla())
    assert (answer.status_code, answer.json()) == (200, STARTED)
    manager.wait()
    assert [part.rows for part in server.partitions] == [10, 10, 10]
    (job,) = client.get(f"/api/flops/mocks{slash}").json()["mocks"]
    assert (job["state"], job["customerID"], job["data_tag"]) == ("succeeded", "Admin", "mnist")
    assert sorted(part["name"] for part in job["deliveries"][0]["partitions"]) == [p.name for p in server.partitions]


def test_the_same_sla_twice_is_stored_once_and_told_twice(
    client: httpx.Client, manager: FlopsManager, server: MLDataServer
) -> None:
    for _ in range(2):
        assert client.post("/api/flops/mocks", json=mock_sla()).status_code == 200
    manager.wait()
    assert len(server.partitions) == 3
    first, second = manager.mocks
    assert first.state is second.state is JobState.SUCCEEDED
    assert first.deliveries == second.deliveries


def test_who_wants_to_know_is_told_of_each_job_before_others_go_on(server: MLDataServer) -> None:
    told: list[tuple[str, JobState]] = []

    def on_job(job: MockJob | ProjectJob) -> None:
        told.append((job.id, job.state))
        if job.id == "2":
            raise ValueError("no more of it")

    with FlopsManager([server.uri], on_job=on_job) as manager, client_of(manager) as client:
        for name in ("mnist", "mnits", "mnist"):
            client.post("/api/flops/mocks", json=mock_sla(dataset_name=name))
        manager.wait()
        assert told == [("1", JobState.SUCCEEDED), ("2", JobState.FAILED), ("3", JobState.SUCCEEDED)]
        (error,) = manager.errors
        assert error.endswith("ValueError: no more of it\n")


def test_each_learner_node_gets_the_data(server: MLDataServer) -> None:
    with MLDataServer() as other, FlopsManager([server.uri, other.uri]) as manager, client_of(manager) as client:
        client.post("/api/flops/mocks", json=mock_sla())
        manager.wait()
        assert [part.name for part in server.partitions] == [part.name for part in other.partitions]
        assert [each.uri for each in manager.mocks[0].deliveries] == [server.uri, other.uri]


def test_a_node_that_is_gone_fails_the_job_and_not_the_other_nodes(server: MLDataServer) -> None:
    with MLDataServer() as gone:
        uri = gone.uri
    with FlopsManager([uri, server.uri]) as manager, client_of(manager) as client:
        client.post("/api/flops/mocks", json=mock_sla())
        manager.wait()
        (job,) = client.get("/api/flops/mocks").json()["mocks"]
    assert job["state"] == "failed"
    assert uri.removeprefix("grpc://") in json.dumps(job["deliveries"][0]["problems"])
    assert len(server.partitions) == 3


def test_a_data_set_that_nobody_knows_fails_the_job(client: httpx.Client, manager: FlopsManager) -> None:
    assert client.post("/api/flops/mocks", json=mock_sla(dataset_name="mnits")).status_code == 200
    manager.wait()
    (job,) = client.get("/api/flops/mocks").json()["mocks"]
    assert (job["state"], job["deliveries"][0]["problems"][0]["nearest"]) == ("failed", "mnist")


def test_all_that_would_fail_late_is_refused_at_once(client: httpx.Client, manager: FlopsManager) -> None:
    answer = client.post("/api/flops/mocks", json=mock_sla(None, number_of_partitions=0, data_tag="a.b"))
    assert answer.status_code == 400
    assert [problem["code"] for problem in answer.json()["problems"]] == ["FM009", "FM007", "FM005"]
    assert answer.json()["problems"][2]["nearest"] == "a_b"
    assert manager.mocks == ()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param("", "FM002", id="empty"),
        pytest.param('"mocks/mnist.json"', "FM002", id="a path"),
        pytest.param("mocks/mnist.json\n", "FM002", id="a bare path"),
        pytest.param("[]", "FM002", id="a list"),
        pytest.param('{"customerID": ', "FM002", id="cut off"),
        pytest.param(b"\xff\xfe{\x00}\x00", "FM001", id="UTF-16"),
        pytest.param(json.dumps(mock_sla()) + " % a comment", "FM002", id="a comment"),
        pytest.param('{"customerID": "a", "customerID": "b"}', "FM003", id="a key twice"),
        pytest.param("[" * 100_000, "FM002", id="deep"),
        pytest.param(json.dumps({"customerID": "Admin"}), "FM003", id="without what is sent"),
        pytest.param(json.dumps(mock_sla(data_tag=7)), "FM003", id="a number as tag"),
        pytest.param(json.dumps(mock_sla(dataset_name="/etc")), "FM011", id="a folder of this machine"),
        pytest.param(json.dumps(mock_sla(partitioner="dirichlt")), "FM022", id="a partitioner that is none"),
    ],
)
def test_what_is_no_sla_is_refused(client: httpx.Client, manager: FlopsManager, body: str | bytes, code: str) -> None:
    answer = client.post("/api/flops/mocks", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert code in [problem["code"] or "FM003" for problem in answer.json()["problems"]]
    assert manager.mocks == ()


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_does_not_say_that_it_is_json_is_refused(client: httpx.Client, kind: str) -> None:
    answer = client.post("/api/flops/mocks", content=json.dumps(mock_sla()), headers={"Content-Type": kind})
    assert answer.status_code == 415


def strict_answer(manager: FlopsManager, sla: Any) -> tuple[int, str]:
    with client_of(manager) as client:
        answer = client.post("/api/flops/mocks", json=sla)
    manager.wait()
    return answer.status_code, answer.json()["message"]


def test_strictly_a_missing_customer_is_a_bare_key_name(strict: FlopsManager) -> None:
    assert strict_answer(strict, mock_sla(None)) == (500, "Unexpected exception occurred:'customerID'")


def test_strictly_what_pydantic_refuses_is_an_unexpected_exception(strict: FlopsManager) -> None:
    status, message = strict_answer(strict, mock_sla(number_of_partitions=1.5))
    assert status == 500
    assert message.startswith("Unexpected exception occurred:mock_data_configuration.number_of_partitions is not")


def test_strictly_what_fails_late_is_started_and_fails_late(strict: FlopsManager, server: MLDataServer) -> None:
    assert strict_answer(strict, mock_sla(number_of_partitions=0)) == (200, STARTED["message"])
    (job,) = strict.mocks
    assert (job.state, [problem.code for problem in job.problems]) == (JobState.FAILED, ["FM007"])
    assert server.partitions == ()


def test_strictly_our_own_keys_mean_nothing(strict: FlopsManager, server: MLDataServer) -> None:
    status, _ = strict_answer(strict, mock_sla(drift="no such kind", data_tag="all"))
    assert status == 200
    assert strict.mocks[0].state is JobState.SUCCEEDED
    assert sum(part.rows for part in server.partitions) == 600


def test_jobs_that_wait_are_bounded(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_flops_mock.manager.work.MAX_WAITING", 0)
    assert client.post("/api/flops/mocks", json=mock_sla()).status_code == 429


def test_an_error_of_our_own_is_kept_and_fails_the_job(server: MLDataServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*arguments: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("pytest_flops_mock.provider.MockDataProvider.run", run)
    with FlopsManager([server.uri]) as manager, client_of(manager) as client:
        client.post("/api/flops/mocks", json=mock_sla())
        manager.wait()
        shown = client.get("/api/flops/mocks").text
    assert '"failed"' in shown
    assert "secret" not in shown
    assert "ZeroDivisionError: secret" in manager.errors[0]
