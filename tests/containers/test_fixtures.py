"""The fixtures of containers and ``--flops-containers``."""

from __future__ import annotations

import pytest
from standins.images import PROVIDER, SERVER

TESTS = """
def test_server(ml_data_server_container):
    assert ml_data_server_container.partitions == ()

def test_provider(mock_data_provider_container):
    run = mock_data_provider_container(
        {"customerID": "Admin", "mock_data_configuration": {"data_tag": "tag"}}, number_of_partitions=2)
    assert len(run.partitions) == 2
"""

OURS = f"""
import pytest

@pytest.fixture(scope="session")
def ml_data_server_image():
    return {SERVER!r}

@pytest.fixture(scope="session")
def mock_data_provider_image():
    return {PROVIDER!r}
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(TESTS)
    pytester.makeconftest(OURS)
    return pytester


@pytest.fixture
def no_engine(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{project.path}/none.sock")
    return project


def test_without_an_engine_tests_are_skipped_with_the_reason(no_engine: pytest.Pytester) -> None:
    result = no_engine.runpytest("-rs")

    result.assert_outcomes(skipped=2)
    result.stdout.fnmatch_lines(["SKIPPED*no container engine answers: unix://*/none.sock*"])


def test_required_containers_without_an_engine_are_errors(no_engine: pytest.Pytester) -> None:
    result = no_engine.runpytest("--flops-containers=require")

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*no container engine answers", "*where*none.sock"])


def test_containers_that_are_off_are_skipped_without_a_look(no_engine: pytest.Pytester) -> None:
    no_engine.makeini("[pytest]\nflops_containers = off\n")
    result = no_engine.runpytest("-rs")

    result.assert_outcomes(skipped=2)
    result.stdout.fnmatch_lines(["SKIPPED*containers are off*"])


@pytest.mark.container
@pytest.mark.usefixtures("images")
def test_with_an_engine_they_run(project: pytest.Pytester) -> None:
    project.runpytest_subprocess("--flops-containers=require", timeout=300).assert_outcomes(passed=2)


@pytest.mark.container
@pytest.mark.usefixtures("images")
def test_a_failing_test_shows_the_logs_of_its_container(project: pytest.Pytester) -> None:
    project.makepyfile("def test_it(ml_data_server_container):\n    assert ml_data_server_container.partitions")
    result = project.runpytest_subprocess("--flops-containers=require", timeout=300)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*- Captured ML data server call -*", "the ML data server listens on port 11027*"])


@pytest.mark.container
@pytest.mark.usefixtures("images")
def test_an_image_that_is_not_there_skips_with_its_name(project: pytest.Pytester) -> None:
    project.makeconftest(OURS.replace(SERVER, "127.0.0.1:9/nobody/nothing:1"))
    result = project.runpytest_subprocess("-rs", "-k", "test_server", timeout=300)

    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*cannot pull it: 127.0.0.1:9/nobody/nothing:1*"])
