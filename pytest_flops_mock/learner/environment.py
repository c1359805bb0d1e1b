"""Which Python the learner's process runs in, and what of this process' environment it gets to see.

There are three kinds: the Python that runs this, one that the user names, and one like that of FLOps' learner image, which
uv builds from ``conda.yaml`` when it is first needed.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import site
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pytest_flops_mock.errors import LearnerEnvironmentError, Problem, RepositoryError, SettingsError, listing, nearest
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.learner.uv import LEARNER_PINS, Uv, bounded, find_uv, search_path
from pytest_flops_mock.repository.conda.document import FILE
from pytest_flops_mock.repository.conda.reader import CondaEnvironment, conda_environment
from pytest_flops_mock.repository.conda.versions import compatible
from pytest_flops_mock.repository.repository import MLRepository

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

CURRENT, LEARNER = "current", "learner"
ALLOWING = ("automatic", "auto", "true", "1")
"""Values of ``UV_PYTHON_DOWNLOADS`` that let uv download a Python."""

LEARNER_MAJORS = {"datasets": "2"}
"""Major versions that those lead to."""

OLDEST_PYTHON = (3, 8)
NEWEST_PYTHON = (3, 12)
"""The newest that the learner's pins were published for; taken where ``conda.yaml`` leaves the choice."""

NEEDED = ("datasets", "pyarrow")
"""Packages that the check itself needs in the learner's process."""

CACHE_FORMAT = 1
"""Raise it when environments that lie in a cache must not be used any more."""

INSPECT_SECONDS = 60.0

CHILD = Path(__file__).parents[1] / "child"

# The package is found by its path: nothing else of this project is within reach.
_RUN = """import sys
del sys.path[0]
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("_flops_child", {folder!r} + "/__init__.py", submodule_search_locations=[{folder!r}])
sys.modules["_flops_child"] = module_from_spec(spec)
from _flops_child.main import main
main()
"""

# In words that any Python reads, Python 2 as well.
_INSPECT = """import sys
del sys.path[0]
found = []
if sys.version_info >= (3, 8):
    from importlib.util import find_spec
    found = [name for name in {needed!r} if find_spec(name)]
sys.stdout.write("flops-python %d.%d.%d %s." % (sys.version_info[:3] + (",".join(found),)))
"""


@dataclass(frozen=True)
class LearnerPython:
    """The Python that a check runs in.

    Attributes:
        executable: Its interpreter.
        kind: ``current``, ``learner`` or ``path``.
        shown: What it is, for the report.
        findings: What is to be said of it.
    """

    executable: Path
    kind: str
    shown: str
    findings: tuple[Finding, ...] = ()


def current_python() -> str:
    """The interpreter that runs this process."""
    return sys.executable


def command(python: Path | None = None) -> list[str]:
    """The command that runs the child in ``python`` (by default the current one), apart from this process' own settings.

    Neither its variables (``PYTHON*``) nor its current folder lead to other modules. Unlike with ``-I``,
    packages that were installed for the user are found where this process finds them, too.
    """
    return [current_python() if python is None else os.fspath(python), *_apart(), "-c", _RUN.format(folder=os.fspath(CHILD))]


def child_environment(inherited: Mapping[str, str], temporary: Path, also: Collection[str] = frozenset()) -> dict[str, str]:
    """The environment of the learner's process.

    Args:
        inherited: This process' environment.
        temporary: A folder that goes away with the process; temporary files and caches of data sets lie there.
        also: Names of further variables that it gets to see, secrets perhaps.
    """
    passed = {
        name: value
        for name, value in inherited.items()
        if name in also or name.upper() in PASSED_ON or name.upper().startswith(PASSED_ON_PREFIXES)
    }
    return {
        **passed,
        "TMPDIR": os.fspath(temporary),
        "HF_DATASETS_CACHE": os.fspath(temporary / "datasets"),
        "FLWR_TELEMETRY_ENABLED": "0",
    }


def environments(text: str) -> tuple[str, ...]:
    """The environments that a setting names, separated by commas.

    Raises:
        SettingsError: It names none, or one twice.
    """
    names = tuple(name.strip() for name in text.split(","))
    twice = sorted({name for name in names if names.count(name) > 1})
    if not all(names) or twice:
        raise SettingsError(
            Problem(
                f"the environment {twice[0]} is named twice" if all(names) else "an environment has no name",
                where="the environments of the check",
                expected="current, learner, or the path of a Python or of a virtual environment; several with commas",
                got=repr(text),
                nearest=",".join(dict.fromkeys(name for name in names if name)) or CURRENT,
                fix="name each environment once, in the order in which they shall be checked",
            )
        )
    return names


def learner_python(env: str, repository: MLRepository, *, cache: Path | None = None) -> LearnerPython:
    """The Python that ``env`` stands for. That of the learner is built when it is first asked for, which takes a while.

    uv downloads packages, but a Python that is not installed only where ``UV_PYTHON_DOWNLOADS`` is ``automatic``.

    Args:
        env: ``current``, ``learner``, or the path of a Python or of a folder with a virtual environment.
        repository: Whose ``conda.yaml`` the learner's environment is built from.
        cache: Where environments are kept; by default the user's cache folder.

    Raises:
        LearnerEnvironmentError: It is not there, cannot be used (FM205), or cannot be built (FM204).
        RepositoryError: The learner's is asked for, and ``conda.yaml`` cannot be used.
    """
    if env == CURRENT:
        return LearnerPython(Path(current_python()), CURRENT, CURRENT)
    if env != LEARNER:
        return LearnerPython(_python_at(env), "path", env)
    conda = conda_environment(repository)
    allow_download = os.environ.get("UV_PYTHON_DOWNLOADS", "") in ALLOWING
    uv = Uv(find_uv(), allow_download)
    installed = uv.installed()
    version, base = _chosen(conda, installed, allow_download)
    requirements, replaced = _requirements(conda)
    pinned = _minor(conda.python) if conda.python.count(".") else ()
    # A newer Python stands in for the pinned one, with the versions of packages that the pinned one would get.
    older = _dotted(pinned) if pinned and _minor(version) > pinned else ""
    folder = _folder(cache, f"{version} for {older}" if older else version, requirements)
    python = uv.build(folder, base, requirements, conda, solved_for=older)
    minor = ".".join(version.split(".")[:2])
    findings = (*_other_python(conda, version, installed), *replaced, *_left_out(conda))
    return LearnerPython(python, LEARNER, f"{LEARNER} (Python {minor})", findings)


def difference_findings(versions: Mapping[str, str], repository: MLRepository) -> tuple[Finding, ...]:
    """What sets a Python apart from the learner's image, as one finding of severity ``info``; none if nothing does.

    Args:
        versions: ``Python`` and the packages of the learner's process, with their versions.
        repository: Whose ``conda.yaml`` pins the image's Python.
    """
    from packaging.requirements import Requirement

    have = {name.casefold(): version for name, version in versions.items()}
    differing = []
    pin = _pinned_minor(repository)
    if pin and have.get("python") and ".".join(have["python"].split(".")[:2]) != pin:
        differing.append((f"Python {have['python']}", f"Python {pin}"))
    for name, major in LEARNER_MAJORS.items():
        if name in have and have[name].partition(".")[0] != major:
            differing.append((f"{name} {have[name]}", f"{name} {major}.x"))
    for pinned in map(Requirement, LEARNER_PINS):
        if pinned.name not in ("flwr", "pillow"):
            continue
        version = have.get(pinned.name, "")
        if not version or not pinned.specifier.contains(version, prereleases=True):
            differing.append((f"{pinned.name} {version}" if version else f"no {pinned.name}", str(pinned)))
    if not differing:
        return ()
    return (
        Finding.of(
            Problem(
                "the check runs in a Python that differs from the learner's image",
                where="the environment of the check",
                expected=", ".join(image for _, image in differing),
                got=", ".join(here for here, _ in differing),
                fix=f'what works here can fail there, and the other way round; check in the environment "{LEARNER}", too',
            ),
            code="FM201",
        ),
    )


def _apart() -> list[str]:
    user_site = () if site.ENABLE_USER_SITE else ("-s",)
    return ["-E", *user_site, "-u"]


def _pinned_minor(repository: MLRepository) -> str:
    """``3.10`` of the pin ``python=3.10.14``; empty where there is none, or no conda.yaml that can be read."""
    try:
        pin = conda_environment(repository).python.split(".")
    except RepositoryError:  # told by the stage that looks at the structure
        return ""
    return ".".join(pin[:2]) if len(pin) > 1 else ""


# A Python that the user names


def _python_at(text: str) -> Path:
    """The interpreter at a path: itself, or that of a virtual environment."""
    path = Path(text)
    with suppress(RuntimeError):  # there is no user of that name
        path = path.expanduser()
    if (
        not path.exists()
        and os.sep not in text
        and (found := shutil.which(text, path=os.pathsep.join(search_path(os.environ))))
    ):
        path = Path(found)
    if path.is_dir():
        inside = [path / name for name in ("bin/python", "bin/python3", "Scripts/python.exe")]
        executable = next((candidate for candidate in inside if candidate.exists()), None)
        if executable is None:
            raise _no_python(text, "a folder without bin/python", nearest=_environment_near(path))
        path = executable
    if not path.exists():
        got = "a link that leads nowhere" if path.is_symlink() else "nothing there"
        raise _no_python(text, got, nearest=nearest(text, (CURRENT, LEARNER)) or _neighbour(path))
    if not os.access(path, os.X_OK):
        raise _no_python(text, "a file that is not executable", nearest=_neighbour(path))
    path = Path(os.path.abspath(path))  # links stay: one in a virtual environment is what makes it one
    version, found_packages = _inspected(text, path)
    if version < OLDEST_PYTHON:
        raise _no_python(text, f"Python {'.'.join(map(str, version))}")
    missing = [name for name in NEEDED if name not in found_packages]
    if missing:
        raise LearnerEnvironmentError(
            Problem(
                f"the Python of the check lacks {' and '.join(missing)}",
                where=text,
                expected=f"a Python with {' and '.join(NEEDED)} installed",
                got=f"Python {'.'.join(map(str, version))} without",
                fix=f"{path} -m pip install {' '.join([*missing, 'flops-utils'])}",
                code="FM205",
            )
        )
    return path


def _inspected(text: str, python: Path) -> tuple[tuple[int, ...], list[str]]:
    """Its version, and which of the needed packages it has."""
    with tempfile.TemporaryDirectory(prefix="flops-python-") as folder:
        try:
            told = subprocess.run(
                [os.fspath(python), *_apart(), "-c", _INSPECT.format(needed=NEEDED)],
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=INSPECT_SECONDS,
                check=False,
                cwd=folder,
                env=child_environment(os.environ, Path(folder)),
            )
        except subprocess.TimeoutExpired as error:
            raise _no_python(text, f"a program that says nothing within {INSPECT_SECONDS:g} s") from error
        except OSError as error:
            raise _no_python(text, f"a file that does not run: {error.strerror or error}") from error
    answer = re.search(r"flops-python (\d+)\.(\d+)\.(\d+) (\S*)\.$", told.stdout.decode(errors="replace"))
    if answer is None:
        output = bounded([line for line in told.stderr.decode(errors="replace").splitlines() if line.strip()])
        raise _no_python(text, f"a program that is no Python (exit status {told.returncode})\n{output}".rstrip())
    return tuple(map(int, answer.group(1, 2, 3))), answer[4].split(",")


def _no_python(text: str, got: str, *, nearest: str = "") -> LearnerEnvironmentError:
    return LearnerEnvironmentError(
        Problem(
            "there is no Python for the check",
            where=text,
            expected=f"{CURRENT}, {LEARNER}, a virtual environment, or a Python from {_dotted(OLDEST_PYTHON)} on",
            got=got,
            nearest=nearest,
            fix=f'name another one, or "{LEARNER}" to have one built from {FILE}',
            code="FM205",
        )
    )


def _neighbour(path: Path) -> str:
    """The file or folder beside where ``path`` would be whose name comes closest."""
    try:
        name = nearest(path.name, (entry.name for entry in path.parent.iterdir()))
    except OSError:
        return ""
    return os.fspath(path.with_name(name)) if name and name != path.name else ""


def _environment_near(folder: Path) -> str:
    """A virtual environment right below or beside ``folder``."""
    for around in (folder, folder.parent):
        with suppress(OSError):
            for entry in sorted(around.iterdir()):
                if (entry / "bin" / "python").exists():
                    return os.fspath(entry)
    return ""


# The learner's Python


def _folder(cache: Path | None, version: str, requirements: Iterable[str]) -> Path:
    """Where the environment of this Python with these requirements lies."""
    base = cache or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "pytest-flops-mock" / "environments"
    content = json.dumps([CACHE_FORMAT, platform.machine(), version, list(requirements)])
    return base.absolute() / hashlib.sha256(content.encode()).hexdigest()[:24]


def _requirements(conda: CondaEnvironment) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """The lines of a requirements file for the learner's image, and what of conda.yaml it replaces."""
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    pins = {canonicalize_name(pin.name): pin for pin in map(Requirement, LEARNER_PINS)}
    kept, replaced = [], []
    for text in conda.requirements:
        try:
            name = canonicalize_name(Requirement(text).name)
        except InvalidRequirement:  # an address, which pip and uv take as it is
            kept.append(text)
            continue
        if name in pins and not compatible(text, str(pins[name].specifier)):
            replaced.append(_replaced(text, str(pins[name]), conda.line(name)))
        else:
            kept.append(text)
    return (*conda.options, *kept, *LEARNER_PINS), tuple(replaced)


def _replaced(asked: str, pin: str, line: int) -> Finding:
    return Finding.of(
        Problem(
            f"the learner's image has {pin}, whatever {FILE} says",
            where=f"{FILE}:{line}",
            expected=pin,
            got=asked,
            nearest=pin,
            fix=f"write {pin} into {FILE}: FLOps installs it afterwards, and the check did so, too",
        ),
        code="FM201",
    )


def _left_out(conda: CondaEnvironment) -> Iterator[Finding]:
    if conda.left_out:
        yield Finding.of(
            Problem(
                f"the learner's environment was built without what only conda, or a file beside {FILE}, brings",
                where=FILE,
                expected="packages that pip finds by name or address",
                got=listing(conda.left_out),
                fix="nothing, if the check passes; what is missing here is told as an import that is not installed",
            ),
            code="FM201",
        )


def _chosen(conda: CondaEnvironment, installed: Mapping[str, Path], allow_download: bool) -> tuple[str, str]:
    """Version and what to tell uv of the Python that comes closest to what conda.yaml asks for."""
    from packaging.specifiers import SpecifierSet

    usable = [version for version in installed if _minor(version) >= OLDEST_PYTHON]
    specifier = SpecifierSet(conda.python_specifier)
    if conda.python.count("."):
        wanted = _minor(conda.python)
        fitting = [version for version in usable if _minor(version) == wanted]
    else:
        fitting = [version for version in usable if specifier.contains(version)]
        # What conda would choose, since the learner's own packages ask for no newer one.
        allowed = [(3, n) for n in range(NEWEST_PYTHON[1], OLDEST_PYTHON[1] - 1, -1) if specifier.contains(f"3.{n}.99999")]
        wanted = allowed[0] if allowed else NEWEST_PYTHON
        fitting = [version for version in fitting if _minor(version) <= NEWEST_PYTHON] or fitting
    if not fitting and allow_download:
        return _dotted(wanted), _dotted(wanted)
    if not usable:
        raise LearnerEnvironmentError(
            Problem(
                "no Python is installed that the learner's environment could be built with",
                where=f"{FILE}:{line}" if (line := conda.line("python")) else FILE,
                expected=f"Python {_dotted(wanted)}, or another one from {_dotted(OLDEST_PYTHON)} on",
                got=f"installed: {listing(installed)}",
                fix=f"uv python install {_dotted(wanted)}",
            )
        )
    exact = [version for version in fitting if version == conda.python]
    best = min(exact or fitting or usable, key=lambda version: (_distance(version, wanted), [-n for n in _numbers(version)]))
    return best, os.fspath(installed[best])


def _other_python(conda: CondaEnvironment, version: str, installed: Iterable[str]) -> Iterator[Finding]:
    """A warning, if the Python is none that conda.yaml allows."""
    from packaging.specifiers import SpecifierSet

    if conda.python.count("."):
        wanted, fits = _dotted(_minor(conda.python)), _minor(conda.python) == _minor(version)
    else:
        wanted, fits = conda.python_specifier, SpecifierSet(conda.python_specifier).contains(version)
    if fits or version.count(".") < 2:  # the latter was downloaded as wanted
        return
    line = conda.line("python")
    yield Finding.of(
        Problem(
            f"Python {wanted} of {FILE} is not installed; the check runs in Python {version}",
            where=f"{FILE}:{line}" if line else FILE,
            expected=f"Python {conda.python or conda.python_specifier}",
            got=f"installed: {listing(installed)}",
            nearest=version,
            fix=f"uv python install {wanted if conda.python else _dotted(NEWEST_PYTHON)}, "
            "or set UV_PYTHON_DOWNLOADS=automatic",
        ),
        code="FM202",
    )


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _minor(version: str) -> tuple[int, ...]:
    return tuple(_numbers(version)[:2])


def _dotted(numbers: Iterable[int]) -> str:
    return ".".join(map(str, numbers))


def _distance(version: str, wanted: tuple[int, ...]) -> int:
    (major, minor), (wanted_major, wanted_minor) = _minor(version), wanted
    return abs((major - wanted_major) * 100 + minor - wanted_minor)
