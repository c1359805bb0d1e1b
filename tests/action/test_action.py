"""The action for GitHub: its inputs are the command's options, and its steps run in a shell as they are."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from standins.broken import broken_folder
from standins.schemas import validate, vendored_schema

from pytest_flops_mock import Report
from pytest_flops_mock.learner.environments.kept import user_cache
from pytest_flops_mock.option import Option
from pytest_flops_mock.option_table import OPTIONS

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
CHECK, FIND = STEPS["Check"], STEPS["Find the learner's environments"]
OF_COMMANDS = [option for option in OPTIONS if {"command", "search"} & set(option.doors)]
OWN = {"repo", "cache", "requirements", "version"}
"""Inputs that are no options of the command."""


def input_of(option: Option) -> str:
    return "output" if option.name == "report" else option.name


def values(**given: str) -> dict[str, str]:
    """The inputs of a workflow, with defaults for the rest."""
    defaults = {name: str(told.get("default", "")) for name, told in ACTION["inputs"].items()}
    return {**defaults, **{name.replace("_", "-"): value for name, value in given.items()}}


def run(step: dict[str, Any], given: dict[str, str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a step's script as GitHub does."""
    inputs = {name: given[re.sub(r"\W*inputs\.|\W+$", "", text)] for name, text in step["env"].items()}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "PYTEST_"))}
    here = {"GITHUB_OUTPUT": str(folder / ".output"), "RUNNER_TEMP": str(folder), "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64"}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={**kept, **here, **inputs, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def outputs(folder: Path) -> dict[str, str]:
    lines = (folder / ".output").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


def with_python(*folders: Path) -> str:
    return os.pathsep.join([*map(str, folders), str(Path(sys.executable).parent), os.environ["PATH"]])


def test_every_option_of_the_command_is_an_input_and_says_the_same() -> None:
    assert set(ACTION["inputs"]) == {input_of(option) for option in OF_COMMANDS} | OWN
    for option in OF_COMMANDS:
        told = ACTION["inputs"][input_of(option)]["description"]
        assert told.casefold().startswith(f"{option.terminal}.".casefold()), option.name


def test_inputs_are_handed_over_as_variables_and_all_are_used() -> None:
    steps = ACTION["runs"]["steps"]
    scripts = [step["run"] for step in steps if "run" in step]
    assert not [script for script in scripts if "${{" in script], "an input in a script is a way to run anything"
    texts = [text for step in steps for text in (*step.get("env", {}).values(), step.get("if", ""))]
    assert {name for text in texts for name in re.findall(r"inputs\.([\w-]+)", text)} == set(ACTION["inputs"])


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """A folder with a ``python`` that prints its arguments."""
    stand_in = tmp_path / "python"
    stand_in.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    stand_in.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("given", "packages"),
    [
        ({}, ["SOURCE[env]"]),
        ({"env": "current"}, ["SOURCE"]),
        ({"env": "current", "search": "200"}, ["SOURCE[hypothesis]"]),
        ({"env": "current,learner", "search": "9", "version": "1.0"}, ["pytest-flops-mock[env,hypothesis]==1.0"]),
        ({"requirements": "torch\n\nscikit-learn<2\n"}, ["SOURCE[env]", "torch", "scikit-learn<2"]),
    ],
)
def test_what_is_installed_is_what_the_inputs_need(told: Path, given: dict[str, str], packages: list[str]) -> None:
    install = STEPS["Install pytest-flops-mock"]
    here = {name: text for name, text in install["env"].items() if "inputs." in text}
    done = run({**install, "env": here}, values(**given), told, PATH=with_python(told), ACTION_SOURCE="SOURCE")
    arguments = done.stdout.splitlines()
    assert arguments[arguments.index("--") + 1 :] == packages
    assert arguments[:3] == ["-m", "pip", "install"]


@pytest.mark.parametrize("search", ["", "200"], ids=["check", "search"])
def test_every_input_reaches_the_command(told: Path, search: str) -> None:
    given: dict[str, str] = {"repo": "my repo"}
    expected: list[str] = []
    for option in OF_COMMANDS:
        name = input_of(option)
        given[name] = {"flag": "true", "list": f"{name} 1\n\n{name} 2\n"}.get(option.kind, f"a {name}")
        if name == "search":
            given[name] = search
        lines = {"flag": [""], "list": [f"={name} 1", f"={name} 2"]}.get(option.kind, [f"={given[name]}"])
        of_search = "search" in option.doors
        if (of_search and search) or (not of_search and not (name == "together" and search)):
            expected += [f"{option.argument}{line}" for line in lines]
    done = run(CHECK, values(**given), told, PATH=with_python(told))
    arguments = done.stdout.splitlines()
    assert (done.returncode, done.stderr, arguments[-2:]) == (0, "", ["--", "my repo"])
    assert arguments[:4] == ["-m", "pytest_flops_mock", "search" if search else "check", "--format=github"]
    assert arguments[4].startswith(f"--output=json:{told}/flops-mock-")
    assert sorted(arguments[5:-2]) == sorted(expected)


def test_what_is_not_set_is_not_passed(told: Path) -> None:
    arguments = run(CHECK, values(sla="a.json"), told, PATH=with_python(told)).stdout.splitlines()
    assert arguments[5:] == ["--sla=a.json", "--env=auto", "--", "."]
    arguments = run(CHECK, values(sla="a.json", search="9"), told, PATH=with_python(told)).stdout.splitlines()
    assert arguments[5:] == ["--sla=a.json", "--env=auto", "--examples=9", "--save=none", "--", "."]


@pytest.mark.slow
def test_the_check_tells_verdict_counts_and_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = broken_folder(tmp_path, monkeypatch)
    given = values(sla="[ab].json", env="learner", output="sarif:flops.sarif\nr.md\n")
    done = run(CHECK, given, folder, PATH=with_python(), GITHUB_WORKSPACE=str(folder))
    assert (done.returncode, done.stderr) == (1, "")
    assert any(line.startswith("::error file=model_manager.py,line=1,title=FM103 ") for line in done.stdout.splitlines())
    found = outputs(folder)
    assert list(found) == ["verdict", "errors", "warnings", "report"]
    assert found["verdict"] == "incompatible"
    reports = Report.all_from_json(Path(found["report"]).read_text(encoding="utf-8"))
    errors = {(error.code, error.problem.where) for report in reports for error in report.errors}
    assert found["errors"] == str(len(errors))
    assert json.loads((folder / "flops.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    (folder / ".output").unlink()
    shutil.copy(found["report"], folder / "base.json")
    done = run(CHECK, {**given, "baseline": "base.json"}, folder, PATH=with_python())
    assert (done.returncode, outputs(folder)["verdict"], outputs(folder)["errors"]) == (0, "compatible", "0")


def test_without_a_verdict_there_are_no_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = broken_folder(tmp_path, monkeypatch)
    (folder / ".output").touch()
    done = run(CHECK, values(sla="none.json", env="learner"), folder, PATH=with_python())
    assert (done.returncode, outputs(folder)) == (2, {})
    assert done.stderr.startswith("flops-mock: the MDP SLA is not there\n")


def test_the_cache_is_the_folder_of_environments_and_its_key_that_of_conda_yaml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = broken_folder(tmp_path, monkeypatch)

    def key(repo: str = ".") -> str:
        (folder / ".output").write_text("", encoding="utf-8")
        done = run(FIND, values(repo=repo), folder, PATH=with_python())
        assert (done.returncode, done.stderr) == (0, "")
        assert outputs(folder)["folder"] == str(user_cache())
        return outputs(folder)["key"]

    before = key()
    assert re.fullmatch(r"flops-mock-Linux-X64-[0-9a-f]{32}", before)
    (folder / "model_manager.py").write_text("", encoding="utf-8")
    assert key() == before
    (folder / "conda.yaml").write_text("name: y\n", encoding="utf-8")
    assert key() != before
    assert key("https://example.org/a.git@main") != key("https://example.org/a.git@other")


def test_the_schema_of_actions_takes_it() -> None:
    validate(ACTION, vendored_schema("github-actions"))
    assert set(ACTION["outputs"]) == {"verdict", "errors", "warnings", "report"}


@pytest.mark.skipif(sys.platform != "linux", reason="the linters are installed on Linux")
def test_linters_have_nothing_to_say_of_the_action_and_of_workflows_in_the_documentation(tmp_path: Path) -> None:
    how_to = (ROOT / "docs" / "how-to.md").read_text(encoding="utf-8")
    found = [block for block in re.findall(r"^```yaml\n(.*?)^```$", how_to, re.MULTILINE | re.DOTALL) if "runs-on:" in block]
    assert found
    workflows = tmp_path / ".github" / "workflows"
    workflows.mkdir(parents=True)
    for index, block in enumerate(found):
        validate(yaml.safe_load(block.replace("on:", '"on":', 1)), vendored_schema("github-workflows"))
        (workflows / f"{index}.yml").write_text(block, encoding="utf-8")
    shutil.copy(ROOT / "action.yml", tmp_path)
    files = [str(path.relative_to(tmp_path)) for path in sorted(workflows.iterdir())]
    assert linted(tmp_path, "action.yml", *files) == (0, "")
    action = (ROOT / "action.yml").read_text(encoding="utf-8")
    (tmp_path / "action.yml").write_text(action.replace("inputs.repo ", "inputs.rpeo ", 1), encoding="utf-8")
    assert "rpeo" in linted(tmp_path, "action.yml")[1]  # it does look
    (tmp_path / "action.yml").write_text(action.replace('"$report"', "$report", 1), encoding="utf-8")
    assert "SC2086" in linted(tmp_path, "action.yml")[1]  # into scripts, too


def linted(folder: Path, *files: str) -> tuple[int, str]:
    """The exit status of the linter, and what it says."""
    programs = Path(sys.executable).parent
    command = [str(programs / "jactionlint"), "--profile=correctness", f"--shellcheck={programs / 'shellcheck'}", *files]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout
