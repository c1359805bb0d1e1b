"""What is published: the wheel's contents, the version, the changelog."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import pytest_flops_mock

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # comes with pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, timeout=300)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        meta = f"pytest_flops_mock-{pytest_flops_mock.__version__}.dist-info"
        entry_points = archive.read(f"{meta}/entry_points.txt").decode()
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "pytest_flops_mock").rglob("*.py")}
    parts = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "pytest_flops_mock" / "report" / "html" / "parts").iterdir()
        if path.suffix in (".html", ".css")
    }
    facts = {path.relative_to(ROOT).as_posix() for path in (ROOT / "pytest_flops_mock").rglob("*.twin.json")}
    assert len(facts) == 41
    told = subprocess.run(["git", "ls-files", "examples"], capture_output=True, text=True, cwd=ROOT, timeout=300, check=True)
    templates = {path.replace("examples/", "pytest_flops_mock/starter/templates/") for path in told.stdout.splitlines()}
    assert len(templates) > 20
    ours = {name for name in names if not name.startswith(meta)}
    assert ours == {*sources, *facts, *parts, *templates, "pytest_flops_mock/py.typed"}
    assert f"{meta}/licenses/LICENSE" in names
    assert "[pytest11]\nflops_mock = pytest_flops_mock.plugin" in entry_points


def test_the_version_is_the_one_of_the_project_file() -> None:
    assert f'version = "{pytest_flops_mock.__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


IN_THE_LEARNER = {"_flops_child", "cloudpickle", "data_loading", "flops_utils", "flwr", "grpc", "model_manager", "ray"}
"""What only the images and the ML repository have; the child asks for it where it is there."""

FOR_TYPES = {"typing_extensions"}
"""What type checkers bring themselves; nothing loads it."""

PARTS_OF_OTHERS = {"pydantic_core"}
"""What another package brings in the one version that fits it."""


def imported() -> set[str]:
    """The packages that are imported anywhere in ours, also within functions."""
    names: set[str] = set()
    for path in (ROOT / "pytest_flops_mock").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add((node.module or "").partition(".")[0])
    return names - sys.stdlib_module_names - IN_THE_LEARNER - FOR_TYPES - PARTS_OF_OTHERS - {"pytest_flops_mock"}


def named(requirements: list[str]) -> set[str]:
    return {re.split(r"[^\w-]", requirement)[0] for requirement in requirements}


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = named(project["dependencies"])
    extras = named([each for extra in project["optional-dependencies"].values() for each in extra])
    homes = packages_distributions()
    needed = {re.sub(r"[_.]", "-", homes[name][0]).lower() if name in homes else name for name in imported()}
    assert not needed - declared - extras, "imported, but not declared"
    assert not declared - needed, "declared, but not imported"


@pytest.mark.parametrize("name", ["wrong-verdict", "fault", "idea"])
def test_a_form_for_issues_asks_for_what_is_needed(name: str) -> None:
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / f"{name}.yml").read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= form.keys()
    assert len({field["id"] for field in form["body"]}) == len(form["body"])
    assert any(field.get("validations", {}).get("required") for field in form["body"])


@pytest.mark.slow
def test_the_hook_for_pre_commit_checks_the_example() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    program, *arguments = shlex.split(hook["entry"])
    command = [Path(sys.executable).parent / program, *arguments, *hook["args"], "--env=current"]
    example = ROOT / "examples" / "mnist_sklearn"
    done = subprocess.run(command, capture_output=True, text=True, cwd=example, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "verdict     compatible" in done.stdout


def test_no_text_names_a_path_of_one_machine() -> None:
    told = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, cwd=ROOT, timeout=300, check=False)
    if told.returncode:
        pytest.skip("not a Git checkout")
    private = ("/" + "work/", "/" + "root/", "/" + "home/")
    for name in filter(lambda name: name and not name.endswith(".png"), told.stdout.split("\0")):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not [place for place in private if place in text], name


def test_what_ci_installs_is_pinned_by_hash_and_fits_the_project() -> None:
    lock = (ROOT / ".ci" / "lock.txt").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([a-z0-9-]+)==(\S+?)(?: ; .*)? \\$", lock, re.MULTILINE))
    assert lock.count(" \\\n    --hash=sha256:") >= len(pins) > 50
    assert "://" not in lock
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    lists = [project["project"]["dependencies"], *groups.values()]
    for wanted in (Requirement(text) for texts in lists for text in texts):
        assert wanted.specifier.contains(pins[canonicalize_name(wanted.name)]), f"run .ci/lock: {wanted}"
