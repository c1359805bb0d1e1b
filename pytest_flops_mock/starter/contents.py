"""What the files say that are written."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping

from pytest_flops_mock.starter.origin import requirement
from pytest_flops_mock.starter.pytest_settings import written

LEAST_PYTHON = "3.10"
"""The oldest that runs this package."""


def mdp_sla(customer: str, dataset: str, partitions: int, tag: str) -> str:
    """An MDP SLA."""
    mock = {"dataset_name": dataset, "number_of_partitions": partitions, "data_tag": tag}
    return _json({"customerID": customer, "mock_data_configuration": mock})


def project_sla(customer: str, url: str, flavor: str, tag: str) -> str:
    """A project SLA for two learners."""
    training = {
        "mode": "classic",
        "data_tags": [tag],
        "training_rounds": 3,
        "min_available_clients": 2,
        "min_fit_clients": 2,
        "min_evaluate_clients": 2,
    }
    return _json(
        {
            "verbose": True,
            "customerID": customer,
            "ml_repo_url": url,
            "ml_model_flavor": flavor,
            "use_devel_base_images": False,
            "supported_platforms": ["linux/amd64"],
            "training_configuration": training,
            "post_training_steps": ["build_image_for_trained_model"],
        }
    )


def settings(mdp: str, project: str) -> dict[str, str]:
    """Pytest's settings, as they are named everywhere."""
    return {"flops_check": "true", "flops_sla": mdp, "flops_project_sla": project}


def pytest_ini(mdp: str, project: str) -> str:
    """A file of settings."""
    lines = ["[pytest]", "# A test for each stage of a check with this SLA.", *written(settings(mdp, project), "ini")]
    return "\n".join([*lines, ""])


def own_tests(mdp: str, project: str, *, with_settings: bool) -> str:
    """A file of tests, one of which asks what the settings do not.

    Args:
        mdp: Path of the MDP SLA.
        project: Path of the project SLA.
        with_settings: Whether pytest's settings make a check with these SLAs already.
    """
    first = f"""

def test_flops_can_train_this_repository(flops_check):
    report = flops_check(sla={_quoted(mdp)}, project_sla={_quoted(project)})
    assert report.ok, report
"""
    head = "What pytest.ini does not ask: other partitions." if with_settings else "Can FLOps train this repository?"
    return f'''"""{head}"""

import pytest
{"" if with_settings else first}

@pytest.mark.flops_sla({_quoted(mdp)}, number_of_partitions=1)
def test_one_device_with_all_rows_is_enough(flops_check):
    report = flops_check(project_sla={_quoted(project)})
    assert report.ok, report
'''


def github_workflow(mdp: str, project: str, python: str, origin: str) -> str:
    """A workflow of GitHub Actions."""
    lines = [
        "name: FLOps",
        "on: [push, pull_request]",
        "permissions:",
        "  contents: read",
        "jobs:",
        "  flops:",
        "    runs-on: ubuntu-latest",
        "    steps:",
        "      - uses: actions/checkout@v4",
        "      - uses: actions/setup-python@v5",
        "        with:",
        f'          python-version: "{_python(python)}"',
        *_steps("      ", "- run: ", origin, _check(mdp, project)),
    ]
    return "\n".join([*lines, ""])


def gitlab_job(mdp: str, project: str, python: str, origin: str) -> str:
    """A job of GitLab CI/CD."""
    lines = [
        "flops:",
        f"  image: python:{_python(python)}",
        "  script:",
        *_steps("    ", "- ", origin, f"{_check(mdp, project)} --junitxml flops.xml"),
        "  artifacts:",
        "    when: always",
        "    reports:",
        "      junit: flops.xml",
    ]
    return "\n".join([*lines, ""])


def _steps(indent: str, step: str, origin: str, check: str) -> list[str]:
    install = f'python -m pip install "{requirement(origin)}"'
    lines = [f"{step}{_scalar(install)}"]
    if not origin:
        lines = ["# Say where pytest-flops-mock comes from: its Git URL for GIT_URL, and take this # away:", f"# {lines[0]}"]
    lines += ["# The Python is one like the learner's, built from conda.yaml.", f"{step}{_scalar(check)}"]
    return [indent + line for line in lines]


def _check(mdp: str, project: str) -> str:
    files = shlex.join(["tests/test_flops.py", mdp, "--flops-project-sla", project])
    return f"python -m pytest {files} --flops-env learner"


def _scalar(text: str) -> str:
    """A text as YAML has it, whatever is in it."""
    return "'" + text.replace("'", "''") + "'"


def _python(wanted: str) -> str:
    """That of ``conda.yaml``, where this package runs there."""
    numbers = tuple(map(int, (wanted or LEAST_PYTHON).split(".")))
    return wanted if wanted and numbers >= tuple(map(int, LEAST_PYTHON.split("."))) else LEAST_PYTHON


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
