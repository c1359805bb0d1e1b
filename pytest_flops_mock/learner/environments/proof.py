"""Whether a Python imports what the child needs: packages that were solved one by one may not go together."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pytest_flops_mock.learner.environments.isolation import apart, child_environment, temporary_folder
from pytest_flops_mock.subprocesses import run

NEEDED = ("numpy", "pyarrow", "datasets", "flwr")
"""What the child imports, each after those that it builds on."""

PROOF_SECONDS = 300.0
"""How long importing it all may take; the first time, Python compiles it."""

# As JSON on the last line: the package that does not import, why, and which version it has.
_IMPORT = """import importlib, json, sys
try:
    from importlib import metadata
except ImportError:
    sys.exit("a Python before 3.8")
told = {{}}
for name in {needed!r}:
    try:
        importlib.import_module(name)
    except BaseException as error:
        told = {{"package": name, "reason": "%s: %s" % (type(error).__name__, error)}}
        try:
            told["version"] = metadata.version(name)
        except metadata.PackageNotFoundError:
            told["version"] = ""
        break
sys.stdout.write("\\n" + json.dumps(told))
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


def refused_import(python: Path) -> Refused | None:
    """The first needed package that the Python does not import; ``None`` if it imports all."""
    with temporary_folder("proof") as folder:
        command = [os.fspath(python), *apart(), "-c", _IMPORT.format(needed=NEEDED)]
        environment = child_environment(os.environ, folder)
        try:
            ended = run(command, env=environment, cwd=folder, timeout=PROOF_SECONDS)
            told = json.loads(ended.text.strip().rpartition("\n")[2])
            if not told:
                return None
            return Refused(told["package"], told["version"], told["reason"].strip().partition("\n")[0])
        except subprocess.TimeoutExpired:
            return Refused("", "", f"its imports did not end within {PROOF_SECONDS:g} s")
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            return Refused("", "", f"it does not run: {error}")
