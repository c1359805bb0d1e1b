"""``POST /api/flops/projects``: a project SLA in, a check of its ML repository in the background."""

from __future__ import annotations

import subprocess
from pathlib import Path

import httpx
import pytest
from standins.managers import URL, client_of, mock_sla, project_sla
from standins.projects import REPOSITORY

from pytest_flops_mock import FlopsManager, JobState, MLDataServer, Report


def test_a_project_ends_as_a_report(client: httpx.Client, manager: FlopsManager) -> None:
    answer = client.post("/api/flops/projects", json=project_sla())
    assert (answer.status_code, answer.json()) == (200, {"message": "New FLOps project started successfully"})
    manager.wait()
    (project,) = client.get("/api/flops/projects").json()["projects"]
    assert (project["state"], project["verdict"], project["ml_repo_url"]) == ("failed", "incompatible", URL)
    assert answer.headers["location"] == project["report"]
    told = client.get(project["report"])
    assert told.headers["content-type"] == "application/json"
    (report,) = Report.all_from_json(told.text)
    assert report.findings == manager.projects[0].reports[0].findings
    assert "FM102" in {finding.code for finding in report.errors}


def test_one_of_another_customer_is_not_shown_to_this_one(client: httpx.Client, manager: FlopsManager) -> None:
    client.post("/api/flops/projects", json=project_sla())
    manager.wait()
    assert client.get("/api/flops/projects?customerID=Eve").json() == {"projects": []}
    assert len(client.get("/api/flops/projects?customerID=Admin").json()["projects"]) == 1


def test_what_would_fail_late_is_refused_at_once(client: httpx.Client, manager: FlopsManager) -> None:
    training = {"data_tags": ["mnist"], "min_available_clients": 1, "min_fit_clients": 2}
    bad = project_sla(ml_model_flavor="tensorflow", supported_platforms=[], training_configuration=training)
    answer = client.post("/api/flops/projects", json=bad)
    assert answer.status_code == 400
    assert {problem["code"] for problem in answer.json()["problems"]} == {"FM012", "FM014", "FM015"}
    assert manager.projects == ()


def test_a_repository_that_no_folder_is_known_for_is_refused(client: httpx.Client) -> None:
    answer = client.post("/api/flops/projects", json=project_sla(ml_repo_url=f"{URL}s"))
    assert answer.status_code == 400
    (problem,) = answer.json()["problems"]
    assert (problem["nearest"], problem["got"]) == (URL, f"{URL}s")
    assert "clone=True" in problem["fix"]


def test_strictly_it_is_started_and_fails_late(strict: FlopsManager) -> None:
    with client_of(strict) as client:
        answer = client.post("/api/flops/projects", json=project_sla())
        assert answer.json() == {"message": "New FLOps project started successfully"}
        strict.wait()
        told = client.get(answer.headers["location"])
    assert told.status_code == 409
    assert "no folder" in told.json()["problems"][0]["message"]
    assert strict.projects[0].state is JobState.FAILED


@pytest.mark.parametrize("project", ["1", "x", "0", "-1", "%2e%2e"])
def test_a_report_of_no_project_is_not_found(client: httpx.Client, project: str) -> None:
    assert client.get(f"/api/flops/projects/{project}/report").status_code == 404


def test_one_that_no_folder_is_known_for_is_cloned_when_asked(
    server: MLDataServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "conda.yaml").write_text("name: x\n", encoding="utf-8")
    for arguments in (["init", "-q"], ["add", "."], ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x"]):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True, timeout=300)
    # Git's own setting for a mirror: nothing leaves this machine.
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{tmp_path.as_uri()}.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", URL)
    with FlopsManager([server.uri], clone=True, until="structure") as manager, client_of(manager) as client:
        assert client.post("/api/flops/projects", json=project_sla()).status_code == 200
        manager.wait()
        (project,) = manager.projects
    assert project.problems == ()
    assert [finding.code for finding in project.reports[0].errors] == ["FM102"]


@pytest.mark.slow
def test_a_repository_is_checked_with_the_data_that_were_posted_before(server: MLDataServer, tmp_path: Path) -> None:
    for name, text in REPOSITORY.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with (
        MLDataServer() as other,
        FlopsManager([server.uri, other.uri], repositories={URL: tmp_path}, env="current") as manager,
        client_of(manager) as client,
    ):
        assert client.post("/api/flops/mocks", json=mock_sla()).status_code == 200
        location = client.post("/api/flops/projects", json=project_sla()).headers["location"]
        manager.wait(300)
        reports = Report.all_from_json(client.get(location).text)
    assert [(report.ok, report.data.rows) for report in reports] == [(True, 30), (True, 30)]
    assert manager.projects[0].state is JobState.SUCCEEDED
