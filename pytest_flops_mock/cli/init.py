"""``flops-mock init``: what an ML repository lacks for its first check, or a whole one to begin with."""

from __future__ import annotations

import argparse
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pytest_flops_mock.cli.shared import COMPATIBLE, AddCommand, show, whole_number
from pytest_flops_mock.errors import Problem, SettingsError, listing, nearest
from pytest_flops_mock.report.look import Look

if TYPE_CHECKING:
    from pytest_flops_mock.starter.looking import Found
    from pytest_flops_mock.starter.planning import Choices, Plan

T = TypeVar("T")

EXPLAINED = """\
templates, for an empty folder:
  sklearn   digits, logistic regression of scikit-learn
  pytorch   digits, a convolutional network
  numpy     digits, softmax regression without any library
  text      reviews of a JSON file, hashed words and scikit-learn
  table     patients of a CSV file, with a description of the table, and scikit-learn

Without a template it looks at what is there, and writes what is missing: an MDP SLA, a project SLA, pytest's settings,
tests/test_flops.py and the check in CI. On a terminal it asks what it cannot know; Enter takes what stands in brackets.
Nothing is overwritten.
"""

HANG = 12
"""Characters before a line's text: a word on what it is, and blanks."""


def add(add: AddCommand) -> None:
    """Add the command."""
    init = add(
        "init",
        help="write what an ML repository lacks for its first check, or begin one",
        description="Write what an ML repository lacks for its first check; or, in an empty folder, a whole repository.",
        epilog=EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    init.set_defaults(run=_run)
    init.add_argument("folder", metavar="FOLDER", nargs="?", default=".", help="the repository's folder (the current one)")
    init.add_argument("--template", metavar="NAME", help="begin with a whole repository: see below")
    init.add_argument("--dataset", metavar="NAME", help="data set of the MDP SLA: a name of the hub, or a file or folder")
    init.add_argument(
        "--data-tag", metavar="TAG", help="what learners ask for (that of an SLA, else of the data set's name)"
    )
    init.add_argument("--partitions", metavar="N", help="number of partitions (2)")
    init.add_argument("--customer", metavar="ID", help="your id at the orchestrator (Admin)")
    init.add_argument("--ci", metavar="NAME", help="github, gitlab or none (where the remote is)")
    init.add_argument(
        "--from",
        metavar="GIT_URL",
        dest="origin",
        help="where CI installs pytest-flops-mock from (where this one came from)",
    )
    init.add_argument("--yes", action="store_true", help="ask nothing, and take what is likely")


def _run(given: argparse.Namespace) -> int:
    try:
        _init(given)
    except KeyboardInterrupt:
        print("\nflops-mock: nothing was written", file=sys.stderr, flush=True)
        raise
    return COMPATIBLE


def _init(given: argparse.Namespace) -> None:
    from pytest_flops_mock.starter.looking import look
    from pytest_flops_mock.starter.planning import plan, plan_of_template
    from pytest_flops_mock.starter.templates import template
    from pytest_flops_mock.starter.writing import write_all

    folder = Path(given.folder).expanduser()
    if folder.exists() and not folder.is_dir():
        raise SettingsError(
            Problem(
                "a repository is a folder, and this is a file",
                where="flops-mock init",
                expected="a folder",
                got=given.folder,
                nearest=str(folder.parent),
                fix="name the folder",
            )
        )
    asks = not given.yes and sys.stdin.isatty() and sys.stdout.isatty()
    found = look(folder)
    name = _template(given, found, asks=asks)
    files = template(name) if name else {}
    if not name:
        _say("found", [_seen(found)])
    choices = _choices(given, found, asks=asks, whole=bool(name))
    planned = plan_of_template(found, choices, files) if name else plan(found, choices)
    write_all(planned.root, planned.files)
    _tell(given.folder, found, planned, name)


def _template(given: argparse.Namespace, found: Found, *, asks: bool) -> str:
    """The template that is wanted; empty where the folder is to be completed.

    Raises:
        SettingsError: There is nothing to complete, and no template is named.
    """
    from pytest_flops_mock.repository.nearby import no_repository
    from pytest_flops_mock.starter.templates import OF_FLAVORS, TEMPLATES

    if given.template is not None:
        if said := [option for option in ("dataset", "data_tag", "partitions", "customer") if getattr(given, option)]:
            raise SettingsError(
                Problem(
                    "a template has SLAs of its own",
                    where="flops-mock init --template",
                    expected="--ci, --from and --yes beside it",
                    got=listing(f"--{option.replace('_', '-')}" for option in said),
                    fix="leave it out, and change the SLA afterwards",
                )
            )
        return str(given.template)
    if found.ml_files:
        return ""
    if asks and not found.names:
        return _asked(
            "template: " + ", ".join(TEMPLATES), "sklearn", lambda text: _one_of(text, tuple(TEMPLATES), "--template")
        )
    likely = OF_FLAVORS.get(found.code.flavor, "sklearn")
    problem = no_repository(found.root, given.folder, found.names, likely)
    if not found.names:
        message = "this folder is empty" if found.root.is_dir() else "there is no such folder"
        problem = replace(problem, message=message, got="", fix=f"{problem.fix}; templates: {listing(TEMPLATES)}")
    raise SettingsError(problem)


def _choices(given: argparse.Namespace, found: Found, *, asks: bool, whole: bool) -> Choices:
    """What is to be decided, from options, by asking, or by what is likely.

    Raises:
        SettingsError: An option means nothing, or the data set is not known for sure and nobody can be asked.
    """
    from pytest_flops_mock.starter.origin import known_origin, origin_named
    from pytest_flops_mock.starter.planning import CI, NONE, Choices, lacks, tag_of, usual_ci

    missing = lacks(found) if not whole else frozenset(("ci",))
    choices = Choices()
    if "mdp" in missing:
        choices = replace(choices, dataset=_dataset(given, found, asks=asks))
    if {"mdp", "project"} & missing:
        usual = next(iter(found.tags), "") or tag_of(choices.dataset) or "my_data"
        ask = asks and not found.tags
        tag = _decided(given.data_tag, "data tag", usual, _tag, asks=ask)
        choices = replace(choices, tag=tag, customer=given.customer or choices.customer)
    if "mdp" in missing:
        number = _decided(
            given.partitions, "partitions", "2", lambda text: whole_number(text, "--partitions", minimum=1), asks=asks
        )
        choices = replace(choices, partitions=number)
    if "ci" in missing:
        ci = _decided(given.ci, f"CI ({', '.join(CI)})", usual_ci(found), lambda text: _one_of(text, CI, "--ci"), asks=asks)
        known = known_origin()
        origin = origin_named(given.origin, "--from") if given.origin else known
        if ci != NONE and asks and not origin:
            question = "Git URL that CI installs pytest-flops-mock from (Enter leaves it open)"
            origin = _asked(question, "", lambda text: origin_named(text, "--from") if text else "")
        choices = replace(choices, ci=ci, origin=origin)
    return choices


def _dataset(given: argparse.Namespace, found: Found, *, asks: bool) -> str:
    from pytest_flops_mock.starter.guessing import guess

    if given.dataset is not None:
        return _data(given.dataset)
    likely = guess(found.code, found.root.name, found.own)
    if likely.sure or given.yes:
        _say("data", [f"{likely.dataset}: {likely.why}"])
        return likely.dataset
    if asks:
        return _asked(f"data set ({likely.why})", likely.dataset, _data)
    raise SettingsError(
        Problem(
            "the code does not say which data set it is for",
            where="--dataset",
            expected="a name of the Hugging Face hub, or a file or folder",
            got=likely.why,
            nearest=likely.dataset,
            fix=f"flops-mock init {shlex.quote(given.folder)} --dataset {shlex.quote(likely.dataset)}, or --yes to take it",
        )
    )


def _decided(option: str | None, question: str, usual: str, read: Callable[[str], T], *, asks: bool) -> T:
    """What an option says, else the user, else what is usual."""
    if option is not None:
        return read(option)
    return _asked(question, usual, read) if asks else read(usual)


def _asked(question: str, usual: str, read: Callable[[str], T]) -> T:
    """Ask until the answer means something."""
    while True:
        try:
            text = input(f"{question} [{usual}]: " if usual else f"{question}: ").strip()
        except EOFError:
            raise KeyboardInterrupt from None
        try:
            return read(text or usual)
        except SettingsError as error:
            show(str(error))


def _one_of(text: str, names: tuple[str, ...], option: str) -> str:
    if text not in names:
        raise SettingsError(
            Problem(
                f"{option} does not know that",
                where=option,
                expected=f"one of: {listing(names)}",
                got=text,
                nearest=nearest(text, names),
                fix=f"for example {option} {names[0]}",
            )
        )
    return text


def _tag(text: str) -> str:
    from pytest_flops_mock.starter.planning import tag_of

    if not re.fullmatch(r"\w[\w-]{0,199}", text, re.ASCII):
        raise SettingsError(
            Problem(
                "no learner could ask for such a data tag",
                where="--data-tag",
                expected="letters, digits, _ and - only",
                got=text or "nothing",
                nearest=tag_of(text),
                fix="for example --data-tag mnist",
            )
        )
    return text


def _data(text: str) -> str:
    from pytest_flops_mock.sla.keys import is_local_path

    if is_local_path(text) and not Path(text).expanduser().exists():
        raise SettingsError(
            Problem(
                "the data are not there",
                where="--dataset",
                expected="a file or folder, or a name of the Hugging Face hub",
                got=text,
                fix="give a path that starts in the current folder",
            )
        )
    if not text.strip() or text.startswith("-") or re.search(r"[\s'\"]", text):
        raise SettingsError(
            Problem(
                "FLOps could not be given a data set of that name",
                where="--dataset",
                expected="a name of the Hugging Face hub, such as mnist, without blanks and quotes",
                got=repr(text),
                fix="for example --dataset mnist",
            )
        )
    return text


def _seen(found: Found) -> str:
    git = found.git
    parts = [
        "no Git work tree" if git is None else f"Git (branch {git.branch})" if git.branch else "Git",
        *found.ml_files,
        f"pytest's settings in {found.settings.file}" if found.settings is not None else "",
        *found.mocks[:3],
        *found.projects[:3],
        *found.workflows[:3],
    ]
    return ", ".join(filter(None, parts))


def _tell(folder: str, found: Found, planned: Plan, template: str) -> None:
    width = max((len(file.path) for file in planned.files), default=0)
    _say("wrote", [f"{file.path:<{width}}  {file.what}".rstrip() for file in planned.files] or ["nothing: all is there"])
    _say("kept", list(planned.kept))
    for paste in planned.paste:
        _say("paste", [f"into {paste.path}, which is yours:"])
        show("\n".join(f"    {line}" for line in paste.lines))
    still = [*planned.open, *_needs(template)]
    if found.git is not None and not found.git.committed:
        still.append("commit: FLOps clones what is committed and pushed")
    _say("open", still)
    show("next")
    for command in _commands(folder, found, planned, template):
        show("\n".join(_command(command)))


@dataclass(frozen=True)
class _Library:
    module: str
    package: str


_LIBRARIES = {"pytorch": _Library("torch", "torch"), "numpy": _Library("numpy", "numpy")}


def _needs(template: str) -> Iterator[str]:
    """What the code of a template imports and this Python has not."""
    if template:
        from importlib.util import find_spec

        library = _LIBRARIES.get(template, _Library("sklearn", "scikit-learn"))
        if find_spec(library.module) is None:
            yield f"this Python has no {library.package}: pip install {library.package}"


def _commands(folder: str, found: Found, planned: Plan, template: str) -> Iterator[list[str]]:
    if Path(folder).expanduser().resolve() != Path.cwd():
        yield ["cd", folder]
    if template and found.git is not None and found.git.tracks:  # what Git does not track does not exist for FLOps
        yield ["git", "add", *dict.fromkeys(file.path.partition("/")[0] for file in planned.files)]
    yield ["flops-mock", "check", ".", "--sla", planned.mdp, "--project-sla", planned.project]
    yield ["pytest"]


def _width() -> int:
    """Columns of the terminal; no limit where there is none."""
    return max(shutil.get_terminal_size().columns, 40) if sys.stdout.isatty() else 0


def _say(label: str, texts: list[str]) -> None:
    """A word, and lines behind it that fit the terminal; nothing without lines."""
    for number, text in enumerate(texts):
        line = f"{'' if number else label:<{HANG}}{text}"
        show(Look(width).of(line) if (width := _width()) else line)


def _command(words: list[str]) -> list[str]:
    """A command to be copied; where it does not fit, it goes on behind a backslash."""
    width, lines = _width(), ["  "]
    for word in map(shlex.quote, words):
        if width and len(lines[-1]) > 2 and len(lines[-1]) + len(word) + 3 > width:
            lines[-1] += " \\"
            lines.append("    ")
        lines[-1] += ("" if lines[-1].isspace() else " ") + word
    return lines
