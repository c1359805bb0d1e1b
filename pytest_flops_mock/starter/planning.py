"""Which files a folder gets, with what in them: decided before anything is written."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_flops_mock.data.twins.catalogue import columns_by_names
from pytest_flops_mock.errors import Problem, SettingsError, nearest
from pytest_flops_mock.repository.nearby import ML_FILES
from pytest_flops_mock.sla.keys import is_local_path
from pytest_flops_mock.starter import contents
from pytest_flops_mock.starter.looking import Found
from pytest_flops_mock.starter.pytest_settings import NEW, written

GITHUB, GITLAB, NONE = "github", "gitlab", "none"
CI = (GITHUB, GITLAB, NONE)
"""What can run checks."""

TESTS = "tests/test_flops.py"
WORKFLOW, PIPELINE = ".github/workflows/flops.yml", ".gitlab-ci.yml"
README = "README.md"

_ON_GITHUB = re.compile(r"(?:https://|ssh://git@|git@)github\.com[/:]([\w-]+)/([\w.-]+?)(?:\.git)?/?", re.ASCII)
_IN_TEMPLATE = re.compile(r"https://github\.com/your-name/\w+")


@dataclass(frozen=True)
class Choices:
    """What the user decides.

    Attributes:
        dataset: The data set: a name of the hub, or a path that starts at the working directory.
        tag: The data tag; empty for one made of the data set's name.
        partitions: How many partitions the mock data provider sends.
        customer: The user's orchestrator id.
        ci: One of ``CI``.
        origin: The Git URL that CI installs from; empty if it is not known.
    """

    dataset: str = ""
    tag: str = ""
    partitions: int = 2
    customer: str = "Admin"
    ci: str = NONE
    origin: str = ""


@dataclass(frozen=True)
class NewFile:
    """A file to be written.

    Attributes:
        path: Where, below the folder.
        text: All of it.
        what: What it is, in a few words.
    """

    path: str
    text: str
    what: str = ""


@dataclass(frozen=True)
class Lines:
    """Lines for a file that is the user's, and that is not touched.

    Attributes:
        path: Which file.
        lines: What it lacks.
    """

    path: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        root: The folder.
        files: What is written.
        kept: What is there already and stays as it is.
        paste: What the user has to put in.
        open: What the user has to decide still.
        mdp: Path of the MDP SLA that a check takes.
        project: Path of the project SLA.
    """

    root: Path
    files: tuple[NewFile, ...]
    kept: tuple[str, ...] = ()
    paste: tuple[Lines, ...] = ()
    open: tuple[str, ...] = ()
    mdp: str = ""
    project: str = ""


def lacks(found: Found) -> frozenset[str]:
    """What a folder lacks, of ``mdp``, ``project``, ``settings``, ``tests`` and ``ci``."""
    there = {
        "mdp": bool(found.mocks),
        "project": bool(found.projects),
        "settings": found.settings is not None and found.settings.own,
        "tests": (found.root / TESTS).exists(),
        "ci": bool(found.checked),
    }
    return frozenset(name for name, is_there in there.items() if not is_there)


def plan(found: Found, choices: Choices, flavor: str = "") -> Plan:
    """What an ML repository lacks.

    Args:
        found: What is there.
        choices: What the user decided.
        flavor: The flavour of MLflow; by default that of the code.
    """
    tag = choices.tag or next(iter(found.tags), "") or tag_of(choices.dataset)
    stem = tag_of(choices.dataset) or tag
    mdp = found.mocks[0] if found.mocks else f"mocks/{stem}.json"
    project = found.projects[0] if found.projects else f"projects/{stem}.json"
    url, why = repository_url(found)
    missing = lacks(found)
    with_ini = found.settings is None
    files: list[NewFile] = []
    paste: list[Lines] = []
    undecided: list[str] = []
    if "mdp" in missing:
        name = _from_sla(choices.dataset, found.root / mdp)
        what = f"the MDP SLA: {name} in {choices.partitions} partition{'s' * (choices.partitions != 1)}, tag {tag}"
        files.append(NewFile(mdp, contents.mdp_sla(choices.customer, name, choices.partitions, tag), what))
        undecided += _no_twin(choices.dataset, found)
    if "project" in missing:
        flavor = flavor or found.code.flavor or "sklearn"
        text = contents.project_sla(choices.customer, url, flavor, tag)
        files.append(NewFile(project, text, f"the project SLA: {flavor}, 3 rounds, 2 learners"))
        undecided += [f"{project}: {why}"] if why else []
    if found.settings is None:
        files.append(NewFile(NEW, contents.pytest_ini(mdp, project), "pytest's settings: a test for each stage"))
    elif not found.settings.own:
        lines = written(contents.settings(mdp, project), found.settings.form)
        paste.append(Lines(found.settings.file, tuple(lines)))
    if "tests" in missing:
        text = contents.own_tests(mdp, project, with_settings=with_ini)
        files.append(NewFile(TESTS, text, "a test of your own to go on from"))
    files, paste, undecided = _with_ci(found, choices, (mdp, project), files, paste, undecided)
    undecided += [f"{name} is not there, and FLOps needs it" for name in ML_FILES if name not in found.ml_files]
    return _without_what_is_there(Plan(found.root, tuple(files), (), tuple(paste), tuple(undecided), mdp, project), found)


def plan_of_template(found: Found, choices: Choices, files: dict[str, str]) -> Plan:
    """A whole repository.

    Args:
        found: What is there.
        choices: What the user decided.
        files: Those of the template.

    Raises:
        SettingsError: A file of the template is there already; all such are told.
    """
    url, why = repository_url(found)
    kept = [name for name in (README,) if name in files and name in found.names]
    texts = {path: _IN_TEMPLATE.sub(url, text) for path, text in files.items() if path not in kept}
    if taken := [path for path in texts if os.path.lexists(found.root / path)]:
        raise SettingsError(*(_taken(found.root, path) for path in taken))
    mdp = next(path for path in sorted(texts) if path.startswith("mocks/") and path.endswith(".json"))
    project = next(path for path in sorted(texts) if path.startswith("projects/"))
    new, paste, undecided = _with_ci(
        found,
        choices,
        (mdp, project),
        [NewFile(path, text) for path, text in texts.items()],
        [],
        [f"{project}: {why}"] if why else [],
    )
    return Plan(found.root, tuple(new), tuple(kept), tuple(paste), tuple(undecided), mdp, project)


def tag_of(dataset: str) -> str:
    """A data tag for a data set: its name without an organisation, in what every part of FLOps bears."""
    name = dataset.replace("\\", "/").rstrip("/").rpartition("/")[2]
    if is_local_path(dataset):
        name = name.partition(".")[0]
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")[:60]


def repository_url(found: Found) -> tuple[str, str]:
    """The address that a project SLA names, and what is open about it."""
    remote = found.git.remote if found.git is not None else ""
    if match := _ON_GITHUB.fullmatch(remote):
        return f"https://github.com/{match[1]}/{match[2].lower()}", ""
    name = re.sub(r"[^a-z0-9_.-]+", "-", found.root.name.casefold()).strip("-.") or "my-repository"
    got = "there is no Git work tree" if found.git is None else "Git names no remote"
    if remote:
        got = f"the remote is {remote}, and FLOps clones from GitHub only"
    return f"https://github.com/your-name/{name}", f"put the address of the repository into ml_repo_url ({got})"


def usual_ci(found: Found) -> str:
    """What runs checks already, or would where the remote is."""
    remote = found.git.remote if found.git is not None else ""
    is_gitlab = PIPELINE in found.workflows or ("gitlab" in remote and not any("github" in path for path in found.workflows))
    return GITLAB if is_gitlab else GITHUB


def _with_ci(
    found: Found,
    choices: Choices,
    slas: tuple[str, str],
    files: list[NewFile],
    paste: list[Lines],
    undecided: list[str],
) -> tuple[list[NewFile], list[Lines], list[str]]:
    if choices.ci == NONE or found.checked:
        return files, paste, undecided
    make = contents.github_workflow if choices.ci == GITHUB else contents.gitlab_job
    path = WORKFLOW if choices.ci == GITHUB else PIPELINE
    text = make(*slas, found.python, choices.origin)
    if choices.ci == GITLAB and PIPELINE in found.workflows:
        paste = [*paste, Lines(PIPELINE, tuple(text.splitlines()))]
    else:
        files = [*files, NewFile(path, text, "the check in CI")]
    if not choices.origin:
        undecided = [*undecided, f"{path}: say where pytest-flops-mock comes from, in that file or with --from GIT_URL"]
    return files, paste, undecided


def _without_what_is_there(planned: Plan, found: Found) -> Plan:
    """Never over a file of the user."""
    taken = [file for file in planned.files if os.path.lexists(planned.root / file.path)]
    missing = lacks(found)
    tests = [TESTS] if "tests" not in missing else []
    own = [found.settings.file] if found.settings is not None and found.settings.own else []
    kept = [*found.mocks, *found.projects, *own, *tests, *found.checked, *(file.path for file in taken)]
    files = tuple(file for file in planned.files if file not in taken)
    return replace(planned, files=files, kept=tuple(dict.fromkeys(kept)))


def _from_sla(dataset: str, sla: Path) -> str:
    """A data set as the SLA names it: a path starts at the SLA's folder."""
    if not is_local_path(dataset):
        return dataset
    relative = os.path.relpath(Path(dataset).expanduser(), sla.parent).replace(os.sep, "/")
    return relative if relative.startswith("../") else f"./{relative}"


def _no_twin(dataset: str, found: Found) -> Iterator[str]:
    """What a check lacks for a data set that nothing is known of."""
    known = [*found.own, *(name for names, _ in columns_by_names() for name in names)]
    if is_local_path(dataset) or dataset in known:
        return
    near = nearest(dataset, known)
    yield (
        f"nothing is known of {dataset}{f' (of {near}, it is)' if near else ''}: describe data of your own with flops-mock "
        f"twin {dataset} --like FILE, or take real rows with flops-mock record {dataset} and --data recorded"
    )


def _taken(root: Path, path: str) -> Problem:
    return Problem(
        f"{path} is there already, and nothing is overwritten",
        where=os.fspath(root),
        expected="a folder without the files of the template",
        fix="name another folder, or take the file away",
    )
