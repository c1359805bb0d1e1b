"""Files of reports: what users say of those that shall be written, and those of earlier runs, read."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_flops_mock.errors import Problem, SettingsError, ToolError, listing, nearest

if TYPE_CHECKING:
    from pytest_flops_mock.report.places import Places
    from pytest_flops_mock.report.report import Report

MAX_BYTES = 100 * 2**20
"""An earlier report is no larger than this."""

ONLY_SHOWN = "github"
"""A form that makes no sense in a file: commands for the log, and the step summary."""

_PREFIX = re.compile(r"([A-Za-z][\w-]+):(.*)", re.DOTALL)  # one letter is a drive of Windows


@dataclass(frozen=True)
class Output:
    """A file that reports go to.

    Attributes:
        path: Where it is.
        form: The form that its name, or the user, says; empty if neither does.
        where: Which option says so, for messages.
    """

    path: Path
    form: str
    where: str


def outputs_of(texts: Iterable[str], folder: Path, where: str, forms: Collection[str] | None = None) -> tuple[Output, ...]:
    """The files that ``[FORMAT:]FILE`` texts name; all can be written, as far as that can be known before.

    Args:
        texts: As the user wrote them.
        folder: Where relative paths start.
        where: Which option says them.
        forms: The formats that there are; by default those of reports.

    Raises:
        SettingsError: There is no such format, or a file that cannot be written, or the same one twice.
    """
    from pytest_flops_mock.report.writers import FORMS

    outputs = [_output(text.strip(), folder, where, FORMS if forms is None else forms) for text in texts]
    seen: dict[str, Output] = {}
    for output in outputs:
        _refuse_unwritable(output)
        real = os.path.realpath(output.path)
        if real in seen and not _is_device(output.path):
            raise SettingsError(
                Problem(
                    "two reports go to one file",
                    where=where,
                    expected="a file for each report",
                    got=f"{real} twice",
                    fix="name another file for one of them",
                )
            )
        seen[real] = output
    return tuple(outputs)


def with_forms(outputs: Iterable[Output], default: str = "", forms: Collection[str] | None = None) -> tuple[Output, ...]:
    """The same outputs, each with its form.

    Args:
        outputs: What the user named.
        default: The form of those whose name says none.
        forms: The formats that there are; by default those of reports.

    Raises:
        SettingsError: There is no default, or it is none for files.
    """
    from pytest_flops_mock.report.writers import FORMS

    there = FORMS if forms is None else forms
    for output in outputs:
        if not output.form and default not in there:
            raise SettingsError(
                Problem(
                    f"the name of the file does not say which format {output.path.name} shall have",
                    where=output.where,
                    expected="FORMAT:FILE, or a file that ends with "
                    + listing((suffix for form in there for suffix in FORMS[form].suffixes), 20),
                    got=str(output.path),
                    nearest=f"json:{output.path.name}",
                    fix=f"put a format before it: {listing(there)}",
                )
            )
    return tuple(output if output.form else replace(output, form=default) for output in outputs)


def refuse_inputs(outputs: Iterable[Output], inputs: Iterable[Path], what: str = "an SLA") -> None:
    """Refuse to write a report over a file that the run reads.

    Args:
        outputs: What shall be written.
        inputs: What is read.
        what: What that is, for the message.

    Raises:
        SettingsError: One is named as both.
    """
    read = {os.path.realpath(path): path for path in inputs}
    for output in outputs:
        if (path := read.get(os.path.realpath(output.path))) is not None:
            raise SettingsError(
                Problem(
                    f"the report would take the place of {what}",
                    where=output.where,
                    expected="a file of its own",
                    got=str(path),
                    fix="name another file",
                )
            )


def write(outputs: Iterable[Output], reports: Mapping[str, Report], places: Places) -> None:
    """Write each output, whole or not at all.

    Raises:
        ToolError: One cannot be written; those before it are.
    """
    from pytest_flops_mock.report.writers import FORMS

    for output in outputs:
        write_whole(output.path, FORMS[output.form].write(reports, places), output.where)


def write_whole(path: Path, text: str, where: str) -> None:
    """Write a text file in one step: who reads it meanwhile sees the old one or the new one.

    Raises:
        ToolError: It cannot be written.
    """
    content = text.encode("utf-8", errors="replace")
    try:
        if _is_device(path):
            path.write_bytes(content)
            return
        real = Path(os.path.realpath(path))  # a link stays a link
        aside = real.with_name(f".flops-{os.getpid()}.tmp")
        try:
            aside.write_bytes(content)
            if real.exists():
                shutil.copymode(real, aside)
            os.replace(aside, real)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise ToolError(
            Problem(
                "the report cannot be written",
                where=f"{where} {path}",
                expected="a folder that can be written, with space",
                got=error.strerror or str(error),
                fix="free some space there, or name another file",
            )
        ) from error


def read_reports(path: Path, where: str) -> tuple[Report, ...]:
    """The reports of an earlier run, as ``--format json`` has written them.

    Args:
        path: The file.
        where: Which option or argument names it, for messages.

    Raises:
        SettingsError: It is not there, or holds something else.
    """
    from pytest_flops_mock.regular import read_regular
    from pytest_flops_mock.report.as_json import SCHEMA, schema_of
    from pytest_flops_mock.report.report import Report

    made = "flops-mock check … --output json:FILE makes one"
    try:
        text = read_regular(path, MAX_BYTES).decode("utf-8-sig")
    except OSError as error:
        beside = sorted(each.name for each in path.parent.glob("*.json")) if path.parent.is_dir() else []
        raise SettingsError(
            Problem(
                "the earlier report cannot be read",
                where=where,
                expected="a report as JSON",
                got=f"{path}: {error.strerror or error}",
                nearest=nearest(path.name, beside),
                fix=made,
            )
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(_no_report(path, where, "no text in UTF-8", made)) from error
    other = schema_of(text)
    if other.startswith(SCHEMA.rpartition("/")[0]) and other != SCHEMA:
        raise SettingsError(
            Problem(
                "the earlier report is of another version of flops-mock",
                where=where,
                expected=SCHEMA,
                got=f"{other} in {path}",
                fix=f"{made}; or install the version that made this one",
            )
        )
    try:
        return Report.all_from_json(text)
    except ValueError as error:
        raise SettingsError(_no_report(path, where, str(error), made)) from error


def _no_report(path: Path, where: str, why: str, made: str) -> Problem:
    return Problem(
        "this is no report of flops-mock", where=where, expected="a report as JSON", got=f"{path}: {why}", fix=made
    )


def _output(text: str, folder: Path, where: str, forms: Collection[str]) -> Output:
    from pytest_flops_mock.report.writers import form_of

    match = _PREFIX.fullmatch(text)
    form, file = (match[1].lower(), match[2]) if match else ("", text)
    by_name = form_of(file)
    if (form or by_name or next(iter(forms))) not in forms:
        form = form or by_name
        shown = form == ONLY_SHOWN
        raise SettingsError(
            Problem(
                f"the format {form} is for standard output" if shown else "there is no such format of reports",
                where=where,
                expected=f"FORMAT:FILE with one of: {listing(forms, 20)}",
                got=text,
                nearest=f"markdown:{file}" if shown else nearest(form, forms),
                fix="name another format, or put ./ before a file whose name begins so",
            )
        )
    if not file:
        raise SettingsError(
            Problem(
                "a report needs the name of a file",
                where=where,
                expected="[FORMAT:]FILE",
                got=repr(text),
                fix=f"for example {form or 'json'}:report.json",
            )
        )
    path = Path(os.path.normpath(folder / Path(file).expanduser()))
    if file.endswith(("/", os.sep)) or path.is_dir():
        raise SettingsError(
            Problem(
                "a report goes to a file, and this is a folder",
                where=where,
                expected="[FORMAT:]FILE",
                got=file,
                fix=f"name a file in it: {os.path.join(file, 'report.json')}",
            )
        )
    return Output(path, form or by_name, where)


def _refuse_unwritable(output: Output) -> None:
    folder = output.path.parent
    reason = ""
    if not folder.is_dir():
        reason = "there is no such folder" if not folder.exists() else "that is no folder"
    elif not _is_device(output.path):
        try:
            with tempfile.TemporaryFile(dir=os.path.dirname(os.path.realpath(output.path))):
                pass
        except OSError as error:
            reason = error.strerror or str(error)
    if reason:
        raise SettingsError(
            Problem(
                "the report cannot be written there",
                where=output.where,
                expected="a file in a folder that is there and can be written",
                got=f"{folder}: {reason}",
                fix=f"make the folder ({_made(folder)}), or name another" if not folder.exists() else "name another folder",
            )
        )


def _made(folder: Path) -> str:
    import shlex

    return f"mkdir -p {shlex.quote(os.fspath(folder))}"


def _is_device(path: Path) -> bool:
    """Whether it is written to and not replaced: ``/dev/stdout``, a pipe of the shell."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)
