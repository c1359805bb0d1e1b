"""The component for GitLab CI: it keeps the schema, and its script runs in a shell as it is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from standins.broken import broken_folder
from standins.schemas import CODE_QUALITY, validate, vendored_schema

from pytest_flops_mock import Report

TEMPLATE = Path(__file__).parents[2] / "templates" / "check.yml"
SPEC, JOBS = TEMPLATE.read_text(encoding="utf-8").split("\n---\n")
INPUTS: dict[str, dict[str, Any]] = yaml.safe_load(SPEC)["spec"]["inputs"]


def included(**given: str) -> dict[str, Any]:
    """The template with its inputs put in."""
    values = {name: str(told["default"]) for name, told in INPUTS.items()} | given
    told: dict[str, Any] = yaml.safe_load(re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda name: values[name[1]], JOBS))
    return told


def run(folder: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """Run the job's script, all lines in one shell, with a ``pip`` that installs nothing."""
    (job,) = included(**given).values()
    (folder / "bin").mkdir(exist_ok=True)
    stand_in = folder / "bin" / "python"
    stand_in.write_text(f'#!/bin/sh\n[ "$2" = pip ] && echo "$@" && exit\nexec {sys.executable} "$@"\n', encoding="utf-8")
    stand_in.chmod(0o755)
    project = {"CI_PROJECT_DIR": str(folder), "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    variables = {name: value.replace("$CI_PROJECT_DIR", str(folder)) for name, value in job["variables"].items()}
    return subprocess.run(
        ["sh", "-ec", "\n".join(job["script"])],
        cwd=folder,
        env={**os.environ, **project, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_keeps_gitlabs_schema() -> None:
    schema = vendored_schema("gitlab-ci")
    validate(yaml.safe_load(SPEC), schema)
    validate(included(), schema)
    used = set(re.findall(r"\$\[\[ inputs\.(\w+) \]\]", JOBS))
    assert used == set(INPUTS)
    assert all(told["description"].endswith(".") for told in INPUTS.values())


@pytest.mark.slow
def test_the_script_checks_and_leaves_its_artifacts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = broken_folder(tmp_path, monkeypatch)
    done = run(folder, sla="[a].json b.json", options="--env learner --ignore FM204", package="x y")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("-m pip install --quiet --disable-pip-version-check x y\n")
    (job,) = included().values()
    quality = json.loads((folder / job["artifacts"]["reports"]["codequality"]).read_text(encoding="utf-8"))
    validate(quality, CODE_QUALITY)
    assert "model_manager.py" in {each["location"]["path"] for each in quality}
    (kept,) = job["artifacts"]["paths"]
    assert [report.sla for report in Report.all_from_json((folder / kept).read_text(encoding="utf-8"))] == [
        "a.json",
        "b.json",
    ]
    (folder / kept).rename(folder / "base.json")
    assert run(folder, sla="a.json b.json", options="--env learner", baseline="base.json").returncode == 0
