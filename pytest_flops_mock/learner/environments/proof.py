"""Whether a Python imports what the child needs: packages that were solved one by one may not go together."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from pytest_flops_mock.learner.environments.isolation import apart, child_environment, temporary_folder
from pytest_flops_mock.subprocesses import ending, run

NEEDED = ("numpy", "pyarrow", "datasets", "flwr")
"""What the child imports, each after those that it builds on."""

PROOF_SECONDS = 300.0
"""How long importing it all may take; the first time, Python compiles it."""

# As JSON in lines: each package before it is imported, since it may end the process, and on the last line what came of it.
_IMPORT = """import importlib, json, sys
try:
    from importlib import metadata
except ImportError:
    sys.exit("a Python before 3.8")
told = {{}}
def tell():
    sys.stdout.write("\\n" + json.dumps(told) + "\\n")
    sys.stdout.flush()
for name in {names!r}:
    told = {{"package": name.split(".")[0], "reason": "", "version": ""}}
    try:
        told["version"] = metadata.version(told["package"])
    except metadata.PackageNotFoundError:
        pass
    tell()
    try:
        importlib.import_module(name)
    except BaseException as error:
        told["reason"] = "%s: %s" % (type(error).__name__, error)
        break
    told = {{}}
tell()
"""


@dataclass(frozen=True)
class Refused:
    """A package that does not import.

    Attributes:
        package: Its name; empty where Python itself came to no end.
        version: The version that is installed; empty if there is none.
        reason: What went wrong, in one line.
    """

    package: str
    version: str
    reason: str


def refused_import(
    python: Path, limit: float | None = PROOF_SECONDS, names: tuple[str, ...] = NEEDED, pass_env: Collection[str] = ()
) -> Refused | None:
    """The first package that the Python does not import, or that ends it; ``None`` if it imports all.

    Args:
        python: The interpreter.
        limit: Seconds that it may take.
        names: The modules to import, in order.
        pass_env: Names of variables that it gets to see beside the usual ones.
    """
    with temporary_folder("proof") as folder:
        command = [os.fspath(python), *apart(), "-c", program(names)]
        environment = child_environment(os.environ, folder, pass_env)
        try:
            ended = run(command, env=environment, cwd=folder, timeout=limit)
        except subprocess.TimeoutExpired:
            return Refused("", "", f"its imports did not end within {limit:g} s")
        except OSError as error:
            return Refused("", "", f"it does not run: {error}")
    return refused(ended.text, ended.status)


def program(names: tuple[str, ...] = NEEDED) -> str:
    """What a Python runs that shall say what it does not import."""
    return _IMPORT.format(names=names)


def refused(text: str, status: int) -> Refused | None:
    """What a Python has said that ran :func:`program`.

    Args:
        text: What it has written.
        status: Its exit status.
    """
    try:
        told = json.loads(text.strip().rpartition("\n")[2])
    except ValueError as error:
        return Refused("", "", f"it does not run: {error}")
    if not told:
        return None
    try:
        reason = told["reason"].strip().partition("\n")[0] or f"its import ends the process ({ending(status)})"
        return Refused(str(told["package"]), str(told["version"]), reason)
    except (TypeError, KeyError, AttributeError):  # a package has written something itself
        return Refused("", "", "it does not say what came of its imports")
