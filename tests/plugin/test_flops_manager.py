"""The fixture ``flops_manager`` and the one that says which repositories it knows."""

from __future__ import annotations

import json

import pytest
from standins.managers import URL, mock_sla, project_sla

POST = """
import httpx

def post(flops_manager, call, sla):
    headers = {"Authorization": f"Bearer {flops_manager.token}"}
    return httpx.post(f"{flops_manager.url}/api/flops/{call}", json=sla, headers=headers, timeout=60)
"""


def test_what_is_posted_fills_the_tests_own_server(project: pytest.Pytester) -> None:
    project.makepyfile(
        POST
        + f"""
def test_manager(flops_manager, ml_data_server):
    assert post(flops_manager, "mocks", {mock_sla()!r}).status_code == 200
    flops_manager.wait()
    assert len(ml_data_server.partitions) == 3
    assert flops_manager.mocks[0].state == "succeeded"
"""
    )
    project.runpytest().assert_outcomes(passed=1)


def test_the_project_sla_of_the_run_means_the_repository_of_the_run(project: pytest.Pytester) -> None:
    (project.path / "project.json").write_text(json.dumps(project_sla()), encoding="utf-8")
    (project.path / "conda.yaml").unlink()
    project.makepyfile(
        POST
        + f"""
def test_manager(flops_manager, flops_manager_repositories, flops_repository):
    assert flops_manager_repositories == {{{URL!r}: flops_repository}}
    assert post(flops_manager, "projects", {project_sla()!r}).status_code == 200
    flops_manager.wait()
    assert "FM102" in {{finding.code for finding in flops_manager.projects[0].reports[0].errors}}
"""
    )
    project.runpytest("--flops-project-sla=project.json").assert_outcomes(passed=1)


def test_a_failure_of_the_manager_itself_fails_the_test(project: pytest.Pytester) -> None:
    project.makepyfile(
        POST
        + f"""
def test_manager(flops_manager, monkeypatch):
    monkeypatch.setattr("pytest_flops_mock.manager.work.Work.of", None)
    assert post(flops_manager, "mocks", {mock_sla()!r}).status_code == 200
    assert httpx.get(f"{{flops_manager.url}}/api/flops/mocks",
                     headers={{"Authorization": f"Bearer {{flops_manager.token}}"}}).status_code == 500
    flops_manager.wait()
"""
    )
    result = project.runpytest()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*the FLOps manager failed while it answered or did a job*"])
