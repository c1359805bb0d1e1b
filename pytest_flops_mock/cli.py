"""``flops-mock``: check an ML repository without pytest, record samples of data sets, and explain the codes of findings."""

from __future__ import annotations

import argparse
import glob
import json
import os
import secrets
import signal
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from types import FrameType
from typing import NoReturn

from pytest_flops_mock.codes import CODES, Code
from pytest_flops_mock.errors import FlopsMockError, Problem, SettingsError, listing, nearest
from pytest_flops_mock.findings import Report

COMPATIBLE, INCOMPATIBLE, WRONG_USE, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 130, 141
"""The exit statuses; the last two are those of a process that SIGINT or SIGPIPE has ended."""

FORMATS = ("text", "json", "markdown", "github")

_EXPLAINED = """\
exit status:
  0    compatible with every SLA
  1    not compatible with at least one
  2    wrong use: an option, or a repository or an SLA file that is not there
  130  interrupted

formats:
  text      the report in full; several SLAs one after another, with a last line about all
  json      the report (docs/report.schema.json); for several SLAs a list of reports
  markdown  verdict, stages and findings as tables
  github    annotations for GitHub Actions, and the Markdown in the step summary (GITHUB_STEP_SUMMARY)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status.

    Args:
        arguments: What stands behind the command's name; by default this process' own.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # replaced, by a test say
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        with _signals():
            options = _parser().parse_args(arguments)
            run: Callable[[argparse.Namespace], int] = options.run
            status = run(options)
            sys.stdout.flush()
            return status
    except FlopsMockError as error:
        print("\n".join(f"flops-mock: {problem}" for problem in error.problems), file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Nobody reads on. Python flushes the stream once more when it ends.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="flops-mock", description=__doc__.partition(": ")[2], allow_abbrev=False)
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and end")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser(
        "check",
        help="check whether FLOps can train an ML repository",
        description="Check whether FLOps can train an ML repository on the data that SLAs ask for.",
        epilog=_EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    check.set_defaults(run=_check)
    check.add_argument(
        "repository", metavar="REPO", help="its folder, or a Git URL with an optional @BRANCH, @TAG or @COMMIT"
    )
    check.add_argument(
        "--sla", metavar="FILE", nargs="+", action="extend", required=True, help="MDP SLAs; * and ? are expanded"
    )
    check.add_argument("--project-sla", metavar="FILE", help="the project SLA")
    check.add_argument(
        "--env",
        default="current",
        help="the Python that runs the repository: current (default), learner, the path of an interpreter or of a virtual "
        "environment, or two of them with a comma between, which are compared",
    )
    check.add_argument(
        "--data",
        metavar="SOURCE",
        default="synthetic",
        help="synthetic (default), recorded or hub; or one for each data set: 'mnist:recorded cifar10:synthetic *:hub'",
    )
    check.add_argument("--recordings", metavar="FOLDER", help="folder of recorded samples (tests/flops-data)")
    check.add_argument("--timeout", metavar="SECONDS", default="60", help="how long one step of the code may take (60)")
    check.add_argument("--memory", metavar="MB", help="most address space that its process may have (no limit)")
    check.add_argument(
        "--pass-env", metavar="NAMES", action="append", default=[], help="environment variables that its code gets to see"
    )
    check.add_argument("--ignore", metavar="CODES", action="append", default=[], help="codes that do not count: FM714,FM716")
    check.add_argument("--format", choices=FORMATS, default="text", help="see below")
    explain = commands.add_parser(
        "explain", help="say what a code of a finding means", description="Say what codes mean; without a code, list all."
    )
    explain.set_defaults(run=_explain)
    explain.add_argument("codes", metavar="CODE", nargs="*", help="such as FM512")
    _add_record(commands.add_parser)
    return parser


def _add_record(add: Callable[..., argparse.ArgumentParser]) -> None:
    record = add(
        "record",
        help="record a few rows of a data set of the hub, to check with them offline",
        description="Record a few rows of a data set of the Hugging Face hub, which the data source recorded replays "
        "without a network; with --check, compare the hub's schema with the recorded one.",
        epilog="exit status:\n  0  recorded, or the schema is the same\n  1  the schema has moved since (--check)\n"
        "  2  wrong use, or the data set cannot be had\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    record.set_defaults(run=_record)
    record.add_argument("dataset", metavar="DATASET", nargs="?", help="its name on the hub; with --check all by default")
    record.add_argument("--rows", metavar="N", default="256", help="how many rows (256)")
    record.add_argument("--split", default="train", help="of which split (train)")
    record.add_argument("--config", metavar="NAME", help="of which configuration")
    record.add_argument("--revision", metavar="REV", help="of which branch, tag or commit (the newest)")
    record.add_argument("--by", metavar="COLUMN", help="column of classes, all of which get rows")
    record.add_argument("--seed", metavar="N", default="42", help="seed of the choice among the rows of a class (42)")
    record.add_argument("--to", metavar="FOLDER", default="tests/flops-data", help="where samples lie (tests/flops-data)")
    record.add_argument("--check", action="store_true", help="compare with the hub's schema of now; record nothing")


class _Version(argparse.Action):
    """Looks the version up when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from pytest_flops_mock import __version__

        print(f"flops-mock {__version__}")
        parser.exit()


def _check(options: argparse.Namespace) -> int:
    slas = list(dict.fromkeys(path for pattern in options.sla for path in _matching(pattern, "--sla")))
    project = None if options.project_sla is None else _existing(options.project_sla, "--project-sla")
    from pytest_flops_mock.learner.clone import cloned, remote_of
    from pytest_flops_mock.learner.environment import CURRENT, LEARNER, environments, learner_python
    from pytest_flops_mock.learner.repository import MLRepository
    from pytest_flops_mock.pipeline import RepositoryChecker
    from pytest_flops_mock.settings import data_choice, ignored_codes, megabytes, seconds

    data, timeout = data_choice(options.data, "--data"), seconds(options.timeout, "--timeout")
    if options.recordings is not None:
        data = replace(data, recordings=Path(options.recordings).expanduser())
    memory = None if options.memory is None else megabytes(options.memory, "--memory")
    ignore = ignored_codes(options.ignore, "--ignore")
    reports: list[Report] = []
    with ExitStack() as stack:
        remote = remote_of(options.repository)
        repository = MLRepository.at(options.repository) if remote is None else stack.enter_context(cloned(remote))
        for env in environments(options.env):
            if env not in (CURRENT, LEARNER):
                learner_python(env, repository)  # one that is not there says nothing of the repository
        checker = stack.enter_context(
            RepositoryChecker(
                repository,
                data=data,
                env=options.env,
                timeout=timeout,
                memory=memory,
                pass_env=[name for names in options.pass_env for name in names.split(",")],
                ignore=ignore,
            )
        )
        for sla in slas:
            reports.append(checker.check(sla=sla, project_sla=project))
            if options.format == "text":
                _show_text(sla, reports[-1], first=len(reports) == 1, several=len(slas) > 1)
    if options.format == "text" and len(slas) > 1:
        _show(f"\n{_summary(slas, reports)}")
    elif options.format == "json":
        _show_json(reports)
    elif options.format == "markdown":
        from pytest_flops_mock.report.markdown import markdown

        _show(markdown(reports, names=slas).rstrip("\n"))
    elif options.format == "github":
        _show_github(slas, reports, repository.root if remote is None else None)
    return COMPATIBLE if all(report.ok for report in reports) else INCOMPATIBLE


def _record(options: argparse.Namespace) -> int:
    rows, seed = _whole(options.rows, "--rows", least=1), _whole(options.seed, "--seed", least=0)
    folder = Path(options.to).expanduser()
    from pytest_flops_mock.data.recorded import check_drift, record
    from pytest_flops_mock.data.request import Wanted

    if options.check:
        moved = False
        for drift in check_drift(folder, options.dataset):
            moved = moved or bool(drift.changes)
            since = (
                f"recorded {drift.manifest.recorded} at revision {drift.manifest.revision[:12]}, now {drift.revision[:12]}"
            )
            _show(f"{'moved' if drift.changes else 'same':<10}  {drift.manifest.title}: {since}")
            for change in drift.changes:
                _show(f"{'':<10}  {change}")
        return INCOMPATIBLE if moved else COMPATIBLE
    if options.dataset is None:
        raise SettingsError(
            Problem(
                "there is no data set to record",
                where="flops-mock record",
                expected="the name of a data set on the hub",
                came="none",
                hint="for example flops-mock record ylecun/mnist --by label",
            )
        )
    wanted = Wanted(options.split, options.config, options.revision, rows)
    recording = record(options.dataset, wanted, folder, by=options.by, seed=seed)
    manifest = recording.manifest
    _show(
        f"{'recorded':<10}  {manifest.title}: {manifest.rows} rows at revision {manifest.revision[:12]}, "
        f"licence {manifest.licence}\n{'in':<10}  {recording.path}\n{'':<10}  {recording.path.with_suffix('.json')}"
    )
    return COMPATIBLE


def _whole(text: str, option: str, *, least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        problem = Problem(
            "the value is not a whole number that it can be", where=option, expected=f"{least} or more", came=repr(text)
        )
        raise SettingsError(problem)
    return number


def _explain(options: argparse.Namespace) -> int:
    wanted = [code.strip(",").upper() for code in options.codes]
    if unknown := [code for code in dict.fromkeys(wanted) if code not in CODES]:
        raise SettingsError(*map(_no_code, unknown))
    if wanted:
        _show("\n\n".join(_explained(CODES[code]) for code in dict.fromkeys(wanted)))
    else:
        _show("\n".join(f"{code.id}  {code.severity:<7}  {code.stage:<11}  {code.title}" for code in CODES.values()))
    return COMPATIBLE


def _explained(code: Code) -> str:
    parts = [("stage", code.stage), ("trigger", code.trigger), ("why", code.why), ("mend", code.mend)]
    lines = [
        textwrap.fill(text, 100, initial_indent=f"  {name:<8}  ", subsequent_indent=" " * 12, break_long_words=False)
        for name, text in parts
    ]
    return "\n".join([f"{code.severity} {code.id}: {code.title}", *lines])


def _no_code(code: str) -> Problem:
    titled = [known.id for known in CODES.values() if code.casefold() in known.title.casefold()][:3]
    return Problem(
        "there is no such code of a finding",
        where="flops-mock explain",
        expected="FM and three digits, the first one for the stage",
        came=code,
        nearest=", ".join(get_close_matches(code, CODES, n=3, cutoff=0.7) or titled),
        hint="flops-mock explain lists all",
    )


def _show(text: str) -> None:
    print(text, flush=True)


def _show_text(sla: str, report: Report, *, first: bool, several: bool) -> None:
    head = f"{'' if first else chr(10)}{'sla':<10}  {sla}\n" if several else ""
    _show(f"{head}{report}")


def _summary(slas: Sequence[str], reports: Sequence[Report]) -> str:
    bad = [sla for sla, report in zip(slas, reports, strict=True) if not report.ok]
    told = f"{len(slas)} SLAs: {len(slas) - len(bad)} compatible, {len(bad)} not"
    return f"{'checked':<10}  {told}" + (f" ({listing(bad)})" if bad else "")


def _show_json(reports: Sequence[Report]) -> None:
    """One report as it is; several as a list."""
    text = reports[0].to_json() if len(reports) == 1 else _json([json.loads(report.to_json()) for report in reports])
    if (sys.stdout.encoding or "").casefold().replace("-", "") != "utf8":
        text = _json(json.loads(text), ascii_only=True)  # what is escaped later would not be JSON
    _show(text)


def _json(value: object, *, ascii_only: bool = False) -> str:
    return json.dumps(value, indent=2, ensure_ascii=ascii_only)


def _show_github(slas: Sequence[str], reports: Sequence[Report], repository: Path | None) -> None:
    from pytest_flops_mock.report import github
    from pytest_flops_mock.report.markdown import markdown

    workspace = os.environ.get("GITHUB_WORKSPACE") or os.getcwd()
    for line in github.annotations(reports, workspace=workspace, repository=repository, folder=os.getcwd()):
        _show(line)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            github.write_summary(summary, reports, names=slas)
        except OSError as error:
            print(f"flops-mock: the step summary cannot be written: {error}", file=sys.stderr)
        else:
            return
    _show(github.shielded(markdown(reports, names=slas), secrets.token_hex(16)).rstrip("\n"))


def _matching(pattern: str, option: str) -> list[str]:
    """The files that a path or a pattern means, sorted."""
    if not glob.has_magic(pattern) or os.path.exists(pattern):
        return [_existing(pattern, option)]
    found = sorted(path for path in glob.glob(os.path.expanduser(pattern), recursive=True) if os.path.isfile(path))
    if not found:
        raise SettingsError(_no_file("no SLA file matches the pattern", pattern, option))
    return found


def _existing(path: str, option: str) -> str:
    expanded = os.path.expanduser(path)
    if not os.path.isfile(expanded) and not os.path.exists(expanded):
        raise SettingsError(_no_file("the SLA file does not exist", path, option))
    if os.path.isdir(expanded):
        raise SettingsError(_no_file("the SLA's path is a folder", os.path.join(path, ""), option))
    return expanded


def _no_file(message: str, path: str, option: str) -> Problem:
    """What there is in the nearest folder above that exists."""
    folder = Path(os.path.expanduser(path) if path.endswith(os.sep) else os.path.dirname(os.path.expanduser(path)))
    while not folder.is_dir() or glob.has_magic(str(folder)):
        folder = folder.parent
    files = sorted(str(file) for pattern in ("*.json", "*/*.json") for file in folder.glob(pattern) if file.is_file())
    return Problem(
        message,
        where=option,
        expected="the path of an MDP SLA" if option == "--sla" else "the path of a project SLA",
        came=path,
        nearest=nearest(path, files),
        hint=f"*.json in {folder}: {listing(files)}",
    )


@contextmanager
def _signals() -> Iterator[None]:
    """Being told to end unwinds the stack, so that no process and no folder is left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def end(number: int, _: FrameType | None) -> NoReturn:
        for one in numbers:
            signal.signal(one, signal.SIG_IGN)  # being told twice must not break off the clearing up
        raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in numbers if signal.getsignal(number) is not signal.SIG_IGN}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    sys.exit(main())
