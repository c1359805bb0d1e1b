"""What the learner's process gets to see of this one: which variables, and which modules."""

from __future__ import annotations

import os
import site
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pytest_flops_mock.errors import Problem, ToolError

PASSED_ON = frozenset(
    (
        "HF_DATASETS_OFFLINE",
        "HF_HUB_OFFLINE",
        "HOME",
        "LANG",
        "LANGUAGE",
        "LD_LIBRARY_PATH",
        "LOGNAME",
        "PATH",
        "SYSTEMROOT",
        "TZ",
        "USER",
        "USERPROFILE",
    )
)
PASSED_ON_PREFIXES = ("LC_", "OMP_", "OPENBLAS_", "MKL_", "CUDA_", "NVIDIA_", "DYLD_")
"""Names of variables that change how libraries find themselves and compute. Everything else stays out: secrets, and
what would make the child behave like this process (PYTHONPATH, VIRTUAL_ENV, PYTEST_*)."""

CHILD = Path(__file__).parents[2] / "child"

# The package is found by its path: nothing else of this project is within reach.
_RUN = """import sys
del sys.path[0]
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("_flops_child", {folder!r} + "/__init__.py", submodule_search_locations=[{folder!r}])
sys.modules["_flops_child"] = module_from_spec(spec)
from _flops_child.main import main
main({home!r}, {writable!r}, {homes!r})
"""

TEMPORARY = ("/tmp", "/var/tmp")
"""Code that names one of these works on FLOps."""


@dataclass(frozen=True)
class Fence:
    """What the repository's code may do with files, where the kernel can see to it.

    Attributes:
        home: The home folder that it sees; empty for the user's own.
        writable: Folders below which it may write; ``None`` where a container sees to that.
        homes: The user's home folders, whose hidden files it may not read.
    """

    home: str
    writable: tuple[str, ...] | None
    homes: tuple[str, ...]


def fence(folder: Path, protected: Collection[Path], inherited: Mapping[str, str], also: Collection[str] = ()) -> Fence:
    """The fence around the child whose folder is ``folder``.

    Args:
        folder: A folder that goes away with the process.
        protected: What must not change: folders for temporary files in which one of these lies may not be written.
        inherited: This process' environment.
        also: Names of variables that the child gets to see by the user's wish; the folders that they name are open to it.
    """
    homes = {os.path.realpath(path) for path in (os.path.expanduser("~"), inherited.get("HOME", "")) if os.path.isabs(path)}
    kept = [*map(os.path.realpath, protected), *homes]
    shared = [path for path in TEMPORARY if not any(f"{each}/".startswith(f"{path}/") for each in kept)]
    named = [path for path in (inherited.get(name, "") for name in also) if os.path.isabs(path) and os.path.isdir(path)]
    home = "" if "HOME" in also else os.fspath(folder / "home")
    return Fence(home, (os.fspath(folder), *shared, *named), tuple(sorted(homes)))


def command(python: Path | None, fence: Fence, child: str = os.fspath(CHILD)) -> list[str]:
    """The command that runs the child in ``python`` (by default the current one), apart from this process' own settings.

    Neither its variables (``PYTHON*``) nor its current folder lead to other modules. Unlike with ``-I``, packages that were
    installed for the user are found where this process finds them, too.

    Args:
        python: The interpreter.
        fence: What it may do with files.
        child: The folder of the child's code, as the interpreter sees it.
    """
    writable = None if fence.writable is None else [*fence.writable]
    run = _RUN.format(folder=child, home=fence.home, writable=writable, homes=[*fence.homes])
    return [os.fspath(python or sys.executable), *apart(bytecode=True), "-c", run]


NO_GPU = {"CUDA_VISIBLE_DEVICES": "", "HIP_VISIBLE_DEVICES": "", "ROCR_VISIBLE_DEVICES": ""}
"""With these, libraries find no GPU: https://docs.nvidia.com/cuda/cuda-c-programming-guide (environment variables)."""


CONTAINED = ("LANG", "LANGUAGE", "TZ", "HF_DATASETS_OFFLINE", "HF_HUB_OFFLINE")
CONTAINED_PREFIXES = ("LC_", "OMP_", "OPENBLAS_", "MKL_")
"""The same for a container, which has folders, libraries and users of its own."""


def contained_environment(
    inherited: Mapping[str, str], temporary: str, also: Collection[str] = frozenset()
) -> dict[str, str]:
    """What a learner's process in a container gets beside the variables of its image.

    Args:
        inherited: This process' environment.
        temporary: The container's folder for temporary files.
        also: Names of further variables that it gets to see, secrets perhaps.
    """
    passed = {
        name: value
        for name, value in inherited.items()
        if name in also or name.upper() in CONTAINED or name.upper().startswith(CONTAINED_PREFIXES)
    }
    return {"USER": "flops", "LOGNAME": "flops", **passed, **NO_GPU, **_of_folders(temporary)}


def _of_folders(temporary: str) -> dict[str, str]:
    return {"TMPDIR": temporary, "HF_DATASETS_CACHE": f"{temporary}/datasets", "FLWR_TELEMETRY_ENABLED": "0"}


def child_environment(
    inherited: Mapping[str, str], temporary: Path, also: Collection[str] = frozenset(), *, gpu: bool = False
) -> dict[str, str]:
    """The environment of the learner's process.

    Args:
        inherited: This process' environment.
        temporary: A folder that goes away with the process; temporary files and caches of data sets lie there.
        also: Names of further variables that it gets to see, secrets perhaps.
        gpu: Whether it sees the GPUs of this machine.
    """
    passed = {
        name: value
        for name, value in inherited.items()
        if name in also or name.upper() in PASSED_ON or name.upper().startswith(PASSED_ON_PREFIXES)
    }
    return {**passed, **({} if gpu else NO_GPU), **_of_folders(os.fspath(temporary))}


@contextmanager
def temporary_folder(purpose: str) -> Iterator[Path]:
    """A folder that goes away.

    Raises:
        ToolError: None can be made.
    """
    try:
        folder = tempfile.TemporaryDirectory(prefix=f"flops-{purpose}-", ignore_cleanup_errors=True)
    except OSError as error:
        raise ToolError(
            Problem(
                "no temporary folder can be made",
                where=tempfile.gettempdir(),
                expected="a folder that can be written, with room",
                got=error.strerror or str(error),
                fix="make room, or name another folder in TMPDIR",
            )
        ) from error
    with folder as path:
        yield Path(path)


def apart(*, bytecode: bool = False) -> list[str]:
    """Options of a Python that keep this process' settings out of it.

    Args:
        bytecode: Whether it may write bytecode beside its packages, as what pip installs has it; the child's fence keeps the
            repository's code from that.
    """
    user_site = () if site.ENABLE_USER_SITE else ("-s",)
    return ["-E", *user_site, *(() if bytecode else ("-B",)), "-u"]
