"""An image with a Python like the learner's and the packages that FLOps would install from ``conda.yaml``; kept by its key.

uv chooses and unpacks the packages here, for the Python of a base image, with the indexes and by the rules of the
environment ``learner``. What a package's code does, and that is once it is imported, happens in containers.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any

from pytest_flops_mock.engine.connection import engine, has_image, image_on
from pytest_flops_mock.engine.started import LABEL, Asked, Folder, outcome
from pytest_flops_mock.errors import ContainerError, Problem, ToolError
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.learner.contained.process import PYTHON, RIGHTS
from pytest_flops_mock.learner.environments.asked_for import AskedFor, allows, as_built, asked_for, wanted_python
from pytest_flops_mock.learner.environments.failures import ALLOW_BUILDS
from pytest_flops_mock.learner.environments.isolation import temporary_folder
from pytest_flops_mock.learner.environments.kept import OnWait, not_kept, silent, user_cache
from pytest_flops_mock.learner.environments.proof import NEEDED, PROOF_SECONDS, Refused, program, refused
from pytest_flops_mock.learner.environments.python import CONTAINER, OLDEST_PYTHON, LearnerPython, dotted, minor
from pytest_flops_mock.learner.environments.shelf import DAY_SECONDS, UNUSED_DAYS, locked
from pytest_flops_mock.learner.environments.unsolved import not_proven
from pytest_flops_mock.learner.environments.uv import MAX_BOUNDS, Recipe, Uv, find_uv
from pytest_flops_mock.repository.conda.document import FILE
from pytest_flops_mock.repository.repository import MLRepository

FORMAT = 1
"""Raise it when images that are kept must not be used any more."""

NAME = "pytest-flops-mock/learner"
KEPT = f"{LABEL}.environment"
"""The label of an image that says what is in it."""

LOGS = {"type": "json-file", "config": {"max-size": "1m"}}
HOME = os.path.dirname(os.path.dirname(PYTHON))
LOOK_SECONDS = 60.0
COMPILE_SECONDS = 900.0
PLATFORMS = {"amd64": "x86_64", "arm64": "aarch64"}
"""Processors as engines and as wheels name them."""

_LOOK = """import json, platform, sys
print(json.dumps({"version": "%d.%d.%d" % sys.version_info[:3], "executable": sys.executable, "libc": platform.libc_ver()}))
"""


@dataclass(frozen=True)
class Inside:
    """What is in an image.

    Attributes:
        version: The version of its Python.
        bound: The requirement that was added, such as ``pyarrow<26``; or empty.
        reason: What went wrong without.
        missing: Requirements that it lacks, since no package index has them and conda may.
    """

    version: str
    bound: str = ""
    reason: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Image:
    """The image of a repository's environment, whether it is there or not.

    Attributes:
        asked: What ``conda.yaml`` asks for.
        base: The name of the image that it builds on.
        base_id: What the engine knows that one by.
    """

    asked: AskedFor
    base: str
    base_id: str

    @property
    def name(self) -> str:
        """Its name with its key: equal contents have equal ones."""
        content = json.dumps([FORMAT, self.base_id, list(self.asked.requirements)])
        return f"{NAME}:{hashlib.sha256(content.encode()).hexdigest()[:24]}"

    def found(self, client: Any) -> LearnerPython | None:
        """Its Python, if the engine has it."""
        from docker.errors import ImageNotFound

        try:
            image = client.images.get(self.name)
            told = json.loads(bytes.fromhex(image.labels[KEPT]))
            return self._python(image.id, Inside(**{**told, "missing": tuple(told["missing"])}))
        except (ImageNotFound, KeyError, TypeError, ValueError):
            return None

    def _python(self, image: str, inside: Inside) -> LearnerPython:
        built = as_built(self.asked.conda, inside.bound, inside.reason, inside.missing)
        told = (*self._other_python(inside.version), *self.asked.findings, *built)
        shown = f"{CONTAINER} (Python {dotted(minor(inside.version))})"
        return LearnerPython(Path(PYTHON), CONTAINER, shown, told, inside.missing, image)

    def _other_python(self, version: str) -> Iterator[Finding]:
        conda = self.asked.conda
        if allows(conda, version):
            return
        line = conda.line("python")
        wanted = dotted(wanted_python(conda))
        yield Finding.of(
            Problem(
                f"the base image has Python {version}, and {FILE} asks for {conda.python or conda.python_specifier}",
                where=f"{FILE}:{line}" if line else FILE,
                expected=f"Python {conda.python or conda.python_specifier}",
                got=f"{self.base} with Python {version}",
                fix=f"name another one with --flops-base-image, such as python:{wanted}-slim",
            ),
            code="FM202",
        )


def python_in_image(
    repository: MLRepository, base: str = "", *, cache: Path | None = None, on_wait: OnWait = silent
) -> LearnerPython:
    """The Python of the image of a repository's environment, which is built if the engine does not have it.

    Args:
        repository: Whose ``conda.yaml`` it is built from.
        base: The image that it builds on; by default Python's own of the version that ``conda.yaml`` asks for.
        cache: A folder for locks; by default that of kept environments.
        on_wait: Is told what is waited for.

    Raises:
        LearnerEnvironmentError: Its packages go together in no way (FM204).
        ToolError: There is no engine, no such image or no uv, or it cannot be built here; that says nothing of the
            repository.
        RepositoryError: ``conda.yaml`` cannot be used.
    """
    asked, base = _asked(repository, base)
    with engine() as client:
        if not has_image(client, base):
            on_wait(f"pulling the image {base}")
        image = Image(asked, base, image_on(client, base, NAME_ANOTHER).id)
        if (there := image.found(client)) is not None:
            return there
        locks = cache or user_cache()
        try:
            locks.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ToolError(not_kept(os.fspath(locks), error.strerror or str(error))) from error
        with locked(locks / f"{image.name.rpartition(':')[2]}.lock", on_wait=on_wait):
            if (there := image.found(client)) is None:  # another process may have built it meanwhile
                on_wait(f"building the learner's image from {FILE} and {base}; it is kept for the next time")
                _Build(client, image, Uv(find_uv(), False, on_wait=on_wait)).run()
                there = image.found(client)
        _take_away_old(client, image.name)
    if there is None:
        raise _not_built(base, "an image that is gone again", "build it once more")
    return there


def python_in_image_at_hand(repository: MLRepository, base: str = "") -> LearnerPython | None:
    """The same, if the image is there.

    Raises:
        ToolError: There is no engine.
        RepositoryError: ``conda.yaml`` cannot be used.
    """
    asked, base = _asked(repository, base)
    with engine() as client:
        return Image(asked, base, image_on(client, base).id).found(client) if has_image(client, base) else None


def refused_in_image(image: str, names: tuple[str, ...]) -> Refused | None:
    """The first module that the image's Python does not import, or that ends it; ``None`` if it imports all."""
    return _refused(_bounded(image, [PYTHON, "-u", "-c", program(names)]))


def _asked(repository: MLRepository, base: str) -> tuple[AskedFor, str]:
    with _nothing_built():
        asked = asked_for(repository)
    return asked, base or f"python:{dotted(wanted_python(asked.conda))}-slim"


def _bounded(image: str, command: list[str], folder: Folder | None = None) -> Asked:
    """A container that may import packages, and is no check."""
    options = {**RIGHTS, "pids_limit": 4096, "tmpfs": {"/tmp": "mode=1777,exec"}, "log_config": LOGS, "entrypoint": command}
    return Asked(image, None, {"HOME": "/tmp"}, folder=folder, options=options)


def _refused(asked: Asked) -> Refused | None:
    ended = outcome(asked, PROOF_SECONDS)
    if ended is None:
        return Refused("", "", f"its imports did not end within {PROOF_SECONDS:g} s")
    return refused(ended.output, ended.status)


class _Build:
    """One building of an image."""

    def __init__(self, client: Any, image: Image, uv: Uv) -> None:
        self._client = client
        self._image = image
        self._uv = uv

    def run(self) -> None:
        with temporary_folder("image") as folder:
            version, executable, platform = self._looked_into_base()
            asked = self._image.asked
            recipe = Recipe(version, executable, asked.requirements, asked.solved_for(version), platform=platform)
            inside = self._proven(folder / HOME.strip("/"), recipe)
            self._kept(folder, inside, executable)

    def _looked_into_base(self) -> tuple[str, str, str]:
        """The version of the base's Python, where it is, and what wheels are for it."""
        base = self._image.base
        ended = outcome(_bounded(self._image.base_id, ["python3", "-I", "-c", _LOOK]), LOOK_SECONDS)
        try:
            told = json.loads("" if ended is None else ended.output)
            version, executable, (libc, libc_version) = str(told["version"]), str(told["executable"]), told["libc"]
        except (ValueError, KeyError, TypeError) as error:
            raise _not_built(base, "no answer" if ended is None else ended.output[-500:], NAME_ANOTHER) from error
        processor = PLATFORMS.get(str(self._client.images.get(self._image.base_id).attrs.get("Architecture")))
        if minor(version) < OLDEST_PYTHON or libc != "glibc" or processor is None:
            got = f"Python {version} with {libc or 'another C library'} {libc_version}".rstrip()
            raise _not_built(base, got, NAME_ANOTHER)
        return version, executable, f"{processor}-manylinux_2_{28 if minor(libc_version) >= (2, 28) else 17}"

    def _proven(self, home: Path, recipe: Recipe) -> Inside:
        """Unpack the packages, and lower ones of what does not import; see the environment ``learner``."""
        unpacked, missing = self._unpacked(home, recipe)
        first = found = self._imports(home)
        bound = ""
        major = int(first.version.partition(".")[0]) if first is not None and first.version[:1].isdigit() else 0
        for newest in range(major, max(major - MAX_BOUNDS, 0), -1):
            if first is None or found is None or found.package != first.package:
                break
            bound = f"{first.package}<{newest}"
            unpacked, missing = self._unpacked(home, replace(unpacked, requirements=(*recipe.requirements, bound)))
            found = self._imports(home)
        if found is not None:
            raise ToolError(replace(not_proven(first or found), where=f'the environment "{CONTAINER}"'))
        reason = "" if first is None else f"{first.package} {first.version}: {first.reason}"
        return Inside(recipe.version, bound, reason, missing)

    def _unpacked(self, home: Path, recipe: Recipe) -> tuple[Recipe, tuple[str, ...]]:
        """A virtual environment for the container, as a plain folder here."""
        shutil.rmtree(home, ignore_errors=True)
        packages = home / "lib" / f"python{dotted(minor(recipe.version))}" / "site-packages"
        packages.mkdir(parents=True)
        (home / "bin").mkdir()
        (home / "bin" / "python").symlink_to(recipe.base)
        (home / "pyvenv.cfg").write_text(f"home = {os.path.dirname(recipe.base)}\n", encoding="utf-8")
        with _nothing_built():
            taken, missing = self._uv.unpack(recipe, packages, self._image.asked.conda)
        _open_to_all(home)
        return taken, missing

    def _imports(self, home: Path) -> Refused | None:
        return _refused(_bounded(self._image.base_id, [PYTHON, "-B", "-u", "-c", program(NEEDED)], Folder(home, HOME)))

    def _kept(self, folder: Path, inside: Inside, executable: str) -> None:
        """Put the packages into a container of the base, let its Python compile them, and keep that as an image."""
        compiling = ["-I", "-S", "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash", HOME]
        options = {
            **RIGHTS,
            "user": "0:0",
            "read_only": False,
            "entrypoint": [executable, *compiling],
        }
        with tempfile.TemporaryFile(dir=folder) as packed:
            _pack(folder / HOME.strip("/"), packed)
            packed.seek(0)

            def fill(container: Any) -> None:
                container.put_archive("/", packed)

            def keep(container: Any) -> None:
                name, _, tag = self._image.name.rpartition(":")
                told = json.dumps(asdict(inside)).encode().hex()  # engines split labels in ways of their own
                container.commit(name, tag, changes=[f"LABEL {LABEL}=learner", f"LABEL {KEPT}={told}"])

            # What does not compile is none of ours: some packages have files for other Pythons.
            asked = Asked(self._image.base_id, None, {}, options=options)
            if outcome(asked, COMPILE_SECONDS, fill, keep) is None:
                raise _not_built(self._image.base, f"no end of compiling within {COMPILE_SECONDS:g} s", "try again")


NAME_ANOTHER = "name another one with --flops-base-image: a Linux image with python3 that the engine has or can pull"


def _pack(home: Path, packed: IO[bytes]) -> None:
    def of_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        return member

    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.add(home, home.name, filter=of_root)


def _open_to_all(folder: Path) -> None:
    """Let whoever comes read what is in a folder: another user runs it."""
    for inner, _, names in os.walk(folder):
        for path in (inner, *(os.path.join(inner, name) for name in names)):
            mode = os.lstat(path).st_mode
            wanted = mode | 0o444 | (0o111 if mode & 0o100 else 0)
            if mode != wanted and not os.path.islink(path):
                os.chmod(path, wanted)


def _take_away_old(client: Any, name: str) -> None:
    """Remove images of ours that were built long ago: engines do not say when one was last used."""
    from docker.errors import DockerException

    with suppress(DockerException, OSError, ValueError, KeyError):
        for image in client.images.list(filters={"label": f"{LABEL}=learner"}):
            built = datetime.fromisoformat(image.attrs["Created"][:19]).replace(tzinfo=timezone.utc)
            others = all(not tag.endswith(name) for tag in image.tags)
            if others and time.time() - built.timestamp() > UNUSED_DAYS * DAY_SECONDS:
                client.images.remove(image.id)  # one that is in use stays


@contextmanager
def _nothing_built() -> Iterator[None]:
    """Building from source would run the packages' code here: that is no way out."""
    try:
        yield
    except ToolError as error:
        if all(problem.fix != ALLOW_BUILDS for problem in error.problems):
            raise
        fix = "pin a version that has a wheel: nothing is built from source for a container"
        raise ToolError(*(replace(problem, fix=fix) for problem in error.problems)) from error


def _not_built(base: str, got: str, fix: str) -> ContainerError:
    return ContainerError(
        Problem(
            "the learner's image cannot be built",
            where=base,
            expected=f"a Linux image with python3 of {dotted(OLDEST_PYTHON)} or later and glibc",
            got=got.strip() or "nothing",
            fix=fix,
        )
    )
