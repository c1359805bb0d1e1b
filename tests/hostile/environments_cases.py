"""Building and using the learner's environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile.matrix import Case
from standins.projects import mock_sla
from standins.uv import BUILD, stand_in_for_uv
from standins.wheels import needing, offline_packages, source, wheel

from pytest_flops_mock import MLRepository, check_repository
from pytest_flops_mock.errors import FlopsMockError
from pytest_flops_mock.learner.environments import built
from pytest_flops_mock.learner.environments.choice import learner_python
from pytest_flops_mock.learner.environments.uv import find_uv

GOOD = Path(__file__).parents[2] / "examples" / "mnist_numpy"
SECRET = "correct-horse-battery"
MARK = "x-was-here"
RUN = f"open({MARK!r}, 'a').write('x')"
"""Code that leaves a file in the current folder, which is that of the case."""


def told(repository: MLRepository, *, allow_builds: bool = False) -> str:
    """What a user sees of the learner's environment: findings or the error, and what was installed."""
    try:
        found = learner_python("learner", repository, allow_builds=allow_builds)
    except FlopsMockError as error:
        return f"{type(error).__name__} {error.problems[0].code}\n{error}"
    asked = (found.executable.parents[1] / "requirements.txt").read_text(encoding="utf-8")
    imported = subprocess.run(
        [found.executable, "-c", "import numpy, pyarrow.more; print('numpy', numpy.__version__)"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    findings = "\n".join(f"{finding.code} {finding.problem}" for finding in found.findings)
    return f"{findings}\n{asked}{imported.stdout}{imported.stderr}"


def with_packages(act: Callable[[Path, pytest.MonkeyPatch], str]) -> Callable[[Path], str]:
    """Let the real uv build from packages of a few bytes, in ``wheels`` below the case's folder."""

    def acting(ground: Path) -> str:
        with pytest.MonkeyPatch.context() as patch:
            offline_packages(patch, ground)
            text = act(ground, patch)
        assert not (ground / MARK).exists(), "code ran"
        return text

    return acting


def asked_for(pip: str, files: dict[str, str] | None = None) -> Callable[[Path], str]:
    """What a pip list makes of the requirements that uv is given; a script stands in for uv."""

    def act(ground: Path) -> str:
        repository = MLRepository.of_files(
            {"conda.yaml": f"name: x\ndependencies:\n- python=3.11\n- pip:\n{pip}\n", **(files or {})}
        )
        with pytest.MonkeyPatch.context() as patch:
            stand_in_for_uv(patch, ground, BUILD)
            patch.setenv("HF_TOKEN", SECRET)
            try:
                found = learner_python("learner", repository)
            except FlopsMockError as error:
                return f"{type(error).__name__} {error.problems[0].code}\n{error}"
        asked = (found.executable.parents[1] / "requirements.txt").read_text(encoding="utf-8")
        return "\n".join([*(f"{each.code} {each.problem}" for each in found.findings), "asked for:", *asked.splitlines()])

    return act


def damaged(change: Callable[[Path], object]) -> Callable[[Path], str]:
    """Build an environment, change something in its packages, and ask for it again, twice."""

    def act(ground: Path, _: pytest.MonkeyPatch) -> str:
        first = told(needing())
        assert "FM210" not in first
        (packages,) = Path(os.environ["XDG_CACHE_HOME"]).glob("*/environments/*/lib/python*/site-packages")
        for place in (packages, *packages.iterdir(), packages.parents[2] / "bin"):
            if place.is_dir():
                place.chmod(0o755)
        for file in packages.glob("numpy/*.py"):
            file.chmod(0o644)
        change(packages)
        second = told(needing())
        assert told(needing()) == first
        return second

    return with_packages(act)


def _changed_in_secret(packages: Path) -> None:
    file = packages / "numpy" / "__init__.py"
    status = file.stat()
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("1.26.4", "9.99.9"), encoding="utf-8")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def _linked_elsewhere(packages: Path) -> None:
    elsewhere = packages.parents[4] / "elsewhere"
    shutil.move(packages / "numpy", elsewhere)
    (elsewhere / "__init__.py").write_text(RUN, encoding="utf-8")
    (packages / "numpy").symlink_to(elsewhere)


def _other_interpreter(packages: Path) -> None:
    python = packages.parents[2] / "bin" / "python"
    python.unlink()
    python.write_text(f"#!/bin/sh\ntouch {MARK}\n", encoding="utf-8")
    python.chmod(0o755)


def _emptied_seal(packages: Path) -> None:
    seal = packages.parents[2].with_suffix(".json")
    seal.chmod(0o644)
    seal.write_bytes(b"")


def _restored(ground: Path, _: pytest.MonkeyPatch) -> str:
    first = told(needing())
    environments = next(Path(os.environ["XDG_CACHE_HOME"]).glob("*/environments"))
    shutil.copytree(environments, ground / "copy", symlinks=True)
    (folder,) = (path for path in environments.iterdir() if path.is_dir())
    before = (folder / "pyvenv.cfg").stat().st_ino
    for place in (folder, *folder.rglob("*")):
        if not place.is_symlink():
            os.utime(place)
    assert told(needing()) == first
    assert (folder / "pyvenv.cfg").stat().st_ino == before, "it was built anew"
    return first


def _written_by_code(ground: Path, _: pytest.MonkeyPatch) -> str:
    first = learner_python("learner", needing())
    code = f"import numpy; open(numpy.__file__, 'a').write({RUN!r})"
    subprocess.run([first.executable, "-c", code], check=False, capture_output=True, timeout=300)
    second = told(needing())
    subprocess.run(["chmod", "-R", "u+w", first.executable.parents[1]], check=True, timeout=300)
    shutil.rmtree(first.executable.parents[1])
    return second + told(needing())


def _nothing_shared(ground: Path, _: pytest.MonkeyPatch) -> str:
    environment = learner_python("learner", needing()).executable.parents[1]
    shared = [path for path in environment.rglob("*") if path.is_file() and path.lstat().st_nlink > 1]
    writable = [path for path in environment.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o222]
    return f"{len(shared)} shared, {len(writable)} writable"


def _damaged_cache_of_uv(ground: Path, _: pytest.MonkeyPatch) -> str:
    told(needing())
    for file in (ground / "uv-cache").rglob("numpy/__init__.py"):
        file.write_text("", encoding="utf-8")
    return told(needing("filelock")) if wheel(ground / "wheels", "filelock", "3.1") else ""


def _source_alone(ground: Path, _: pytest.MonkeyPatch) -> str:
    source(ground / "wheels", "thing", "1.0", RUN)
    return told(needing("thing"))


def _source_needed_by_a_wheel(ground: Path, _: pytest.MonkeyPatch) -> str:
    source(ground / "wheels", "thing", "1.0", RUN)
    wheel(ground / "wheels", "other", "1.0", needs=("thing>=1",))
    return told(needing("other"))


def _older_wheel(ground: Path, _: pytest.MonkeyPatch) -> str:
    source(ground / "wheels", "thing", "2.0", RUN)
    wheel(ground / "wheels", "thing", "1.0")
    return told(needing("thing"))


def _builds_allowed(ground: Path, patch: pytest.MonkeyPatch) -> str:
    seen = ground / "seen"
    source(ground / "wheels", "thing", "1.0", f"import os; open({str(seen)!r}, 'w').write(repr(dict(os.environ)))")
    patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    patch.setenv("UV_PUBLISH_TOKEN", SECRET)
    text = told(needing("thing"), allow_builds=True) + seen.read_text(encoding="utf-8")
    return text + told(needing("thing"))  # what was built so is not taken without


def _seen_by_uv(ground: Path) -> str:
    with pytest.MonkeyPatch.context() as patch:
        stand_in_for_uv(patch, ground, f"env >> {ground}/seen; pwd >> {ground}/seen\n{BUILD}")
        for name in ("AWS_SECRET_ACCESS_KEY", "UV_PUBLISH_TOKEN", "GITHUB_TOKEN", "PIP_PASSWORD"):
            patch.setenv(name, SECRET)
        patch.setenv("HTTPS_PROXY", "http://proxy.example.org")
        learner_python("learner", MLRepository.of_files({"conda.yaml": "name: x\ndependencies: [python=3.11]\n"}))
    return (ground / "seen").read_text(encoding="utf-8")


def _code_in_a_path_file(ground: Path, patch: pytest.MonkeyPatch) -> str:
    wheel(ground / "wheels", "pyarrow", "16.0", {"pyarrow/__init__.py": "raise ImportError('no')"})  # a bound is tried
    seen = ground / "seen"
    code = f"import os; open({str(seen)!r}, 'a').write(repr(dict(os.environ)))\n"
    wheel(ground / "wheels", "thing", "1.0", {"thing.py": "", "thing.pth": code})
    for name in ("AWS_SECRET_ACCESS_KEY", "UV_INDEX_OURS_PASSWORD", "HF_TOKEN"):
        patch.setenv(name, SECRET)
    found = learner_python("learner", needing("thing"))
    assert [finding.code for finding in found.findings] == ["FM207"]
    return f"{found.kind} {seen.read_text(encoding='utf-8')}"


def _pip_of_the_repository(ground: Path, patch: pytest.MonkeyPatch) -> str:
    (ground / "pip").mkdir()
    for name in ("__init__", "__main__"):
        (ground / "pip" / f"{name}.py").write_text(RUN, encoding="utf-8")
    patch.setenv("PYTHONPATH", str(ground))
    return told(needing())


def _uv_of_the_repository(ground: Path) -> str:
    (ground / "uv").write_text(f"#!/bin/sh\ntouch {ground}/{MARK}\n", encoding="utf-8")
    (ground / "uv").chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "uv", None)
        patch.setenv("PATH", f".:{ground.name}::/nowhere")
        text = told(needing())
    assert not (ground / MARK).exists()
    return text


def _settings_of_the_repository(ground: Path, patch: pytest.MonkeyPatch) -> str:
    beside = ground / ".venv" / "bin"
    beside.mkdir(parents=True)
    (beside / "uv").symlink_to(find_uv())
    patch.setattr(built, "find_uv", lambda: str(beside / "uv"))
    (ground / "uv.toml").write_text("this is no setting", encoding="utf-8")
    return told(needing())


def _relative_cache(ground: Path, patch: pytest.MonkeyPatch) -> str:
    patch.setenv("XDG_CACHE_HOME", "caches")
    text = told(needing())
    assert not (ground / "caches").exists()
    assert (ground / ".cache" / "pytest-flops-mock").exists()  # the home folder is that of the case
    return text


def _relative_home(ground: Path, patch: pytest.MonkeyPatch) -> str:
    patch.delenv("XDG_CACHE_HOME")
    patch.setenv("HOME", "caches")
    text = told(needing())
    assert not (ground / "caches").exists()
    return text


def _wrong_record(ground: Path, _: pytest.MonkeyPatch) -> str:
    wheel(ground / "wheels", "thing", "1.0", wrong="sha256=AAAA")
    return told(needing("thing"))


def _writes_when_imported(ground: Path, _: pytest.MonkeyPatch) -> str:
    code = "try:\n    open(__file__ + '.cache', 'a').write('x')\nexcept OSError:\n    pass\n__version__ = '1.26.5'\n"
    wheel(ground / "wheels", "numpy", "1.26.5", {"numpy/__init__.py": code})
    return told(needing()) + told(needing())


def _long_unused(ground: Path, _: pytest.MonkeyPatch) -> str:
    environments = Path(os.environ["XDG_CACHE_HOME"]) / "pytest-flops-mock" / "environments"
    old, used, killed = (learner_python("learner", needing(f"numpy>=1.{n}")).executable.parents[1] for n in range(3))
    killed.with_suffix(".json").unlink()
    for place, days in ((old.with_suffix(".json"), 61), (used.with_suffix(".json"), 59), (killed, 2)):
        os.utime(place, (time.time() - days * 86400,) * 2)
    told(needing())
    left = [path.name for path in environments.iterdir() if path.is_dir()]
    return f"old {old.name in left}, used {used.name in left}, killed {killed.name in left}, new {len(left) - 1}"


def _next_repository(ground: Path) -> str:
    evil, mark = ground / "evil", ground / MARK
    shutil.copytree(GOOD, evil)
    code = f"\\nopen({str(mark)!r}, 'a').close()\\n"
    with (evil / "model_manager.py").open("a", encoding="utf-8") as file:
        file.write(f'\ntry:\n    open(np.__file__, "a").write("""{code}""")\nexcept OSError:\n    pass\n')
    check_repository(evil, sla=mock_sla(), env="learner", until="aggregator")
    mark.unlink(missing_ok=True)
    report = check_repository(GOOD, sla=mock_sla(), env="learner")
    assert not mark.exists(), "code of another repository ran"
    return str(report)


CASES: list[Case] = [
    Case(
        name="source-alone",
        does="a package has no wheel, and code that runs when it is built",
        outcome="nothing runs; no verdict, with the package and the option that allows it",
        act=with_packages(_source_alone),
        told=("ToolError", "needs thing, which has no wheel", "conda.yaml:7", "--flops-allow-builds"),
        slow=True,
    ),
    Case(
        name="source-needed-by-a-wheel",
        does="a package that another one needs has no wheel",
        outcome="nothing runs; no verdict, with the package",
        act=with_packages(_source_needed_by_a_wheel),
        told=("ToolError", "needs thing, which has no wheel"),
        slow=True,
    ),
    Case(
        name="older-wheel",
        does="the newest version of a package has no wheel, and an older one does",
        outcome="the older one; nothing runs",
        act=with_packages(_older_wheel),
        told=("numpy 1.26.4",),
        slow=True,
    ),
    Case(
        name="git-address",
        does="an entry is the address of a Git repository",
        outcome="nothing is fetched; no verdict, with the address and the option that allows it",
        act=asked_for("  - thing @ git+https://127.0.0.1:1/thing\n"),
        told=("ToolError", "git+https://127.0.0.1:1/thing, which has no wheel", "conda.yaml:5", "--flops-allow-builds"),
    ),
    Case(
        name="archive-address",
        does="an entry is the address of an archive of sources",
        outcome="nothing is fetched; no verdict, with the address",
        act=asked_for("  - https://127.0.0.1:1/thing-1.0.tar.gz#egg=thing.whl\n"),
        told=("ToolError", "thing-1.0.tar.gz", "--flops-allow-builds"),
    ),
    Case(
        name="builds-allowed",
        does="builds are allowed, and the code of a package reads all variables",
        outcome="it is built; the user's secrets are not among them; without the option it is not taken",
        act=with_packages(_builds_allowed),
        told=("numpy 1.26.4", "'PATH'", "ToolError"),
        untold=("Traceback", SECRET),
        slow=True,
    ),
    Case(
        name="secrets-and-uv",
        does="the user's variables hold tokens and passwords",
        outcome="uv gets those that it needs to find packages, and no others",
        act=_seen_by_uv,
        told=("HTTPS_PROXY=http://proxy.example.org", "PATH="),
        untold=(SECRET,),
    ),
    Case(
        name="code-in-a-path-file",
        does="a wheel holds a .pth file, whose code runs whenever the environment's Python starts",
        outcome="it runs when the environment proves itself, and sees no secrets of the user's, nor of package indexes",
        act=with_packages(_code_in_a_path_file),
        told=("learner {", "'PATH'"),
        untold=("Traceback", SECRET),
        slow=True,
    ),
    Case(
        name="editable-behind-a-line-break",
        does="an entry holds a line break, and -e behind it",
        outcome="two entries; the second is left out and told",
        act=asked_for('  - "numpy\\n-e ./evil"\n'),
        told=("asked for:\nnumpy\nflwr==1.8.0", "got       -e ./evil"),
        untold=("Traceback", "\n-e"),
    ),
    Case(
        name="odd-line-breaks",
        does="an entry holds a carriage return, a form feed or a line separator of Unicode, and options behind it",
        outcome="entries of their own, left out and told",
        act=asked_for('  - "numpy\\r-e a\\f-e b\\u2028--config-settings=c"\n'),
        told=("asked for:\nnumpy\nflwr==1.8.0", "-e a, -e b, --config-settings=c"),
        untold=("Traceback", "\n-e", "\n--"),
    ),
    Case(
        name="continued-line",
        does="an entry ends in a backslash, so that the next line would belong to it",
        outcome="an error that names the entry",
        act=asked_for('  - "thing @ https://127.0.0.1:1/x.whl\\\\"\n  - numpy\n'),
        told=("RepositoryError", "FM109", "is not a requirement that pip can read"),
    ),
    Case(
        name="line-break-in-a-marker",
        does="a line break stands inside the quotes of an environment marker",
        outcome="an error that names the entry",
        act=asked_for("  - \"numpy; python_version > '3\\n-e ./evil'\"\n"),
        told=("RepositoryError", "FM109"),
    ),
    Case(
        name="control-characters",
        does="an entry holds NUL and escape sequences",
        outcome="an error that shows them as text",
        act=asked_for('  - "thing @ https://127.0.0.1:1/\\e[31m\\0.whl"\n'),
        told=("RepositoryError", "FM109", "\\x1b[31m\\x00"),
        untold=("Traceback", "\x1b", "\0"),
    ),
    Case(
        name="variable-in-an-address",
        does="an address holds ${HF_TOKEN}, which pip and uv replace by its value",
        outcome="the entry is left out and told",
        act=asked_for(
            "  - thing @ https://127.0.0.1:1/${HF_TOKEN}/x.whl\n  - --index-url https://127.0.0.1:1/${HF_TOKEN}\n"
        ),
        told=("FM201", "${HF_TOKEN}/x.whl, --index-url", "asked for:\nflwr==1.8.0"),
        untold=("Traceback", SECRET),
    ),
    Case(
        name="files-of-this-machine",
        does="entries name files and folders: file://, git+file://, paths",
        outcome="they are left out and told",
        act=asked_for("  - a @ file:///etc\n  - file:///etc/x.whl\n  - git+file:///etc\n  - ../x.whl\n  - /etc/x-1.zip\n"),
        told=("a @ file:///etc, file:///etc/x.whl, git+file:///etc, ../x.whl, /etc/x-1.zip", "asked for:\nflwr==1.8.0"),
    ),
    Case(
        name="indexes-of-this-machine",
        does="options of the pip list name folders as package indexes, or trust a host",
        outcome="they are left out and told; an index at an address is taken",
        act=asked_for(
            "  - --find-links /tmp\n  - -i file:///tmp\n  - --trusted-host x\n  - --extra-index-url https://127.0.0.1:1/simple\n"
        ),
        told=(
            "--find-links /tmp, -i file:///tmp, --trusted-host x",
            "asked for:\n--extra-index-url https://127.0.0.1:1/simple",
        ),
    ),
    Case(
        name="options-in-a-file-of-requirements",
        does="a file of requirements that the pip list reads holds options and further files",
        outcome="they are left out and told",
        act=asked_for("  - -r more.txt\n", {"more.txt": "numpy # -e x\n-e ./evil\n-r /etc/passwd\n--no-binary :all:\n"}),
        told=("-e ./evil, -r /etc/passwd, --no-binary :all:", "asked for:\nnumpy\nflwr==1.8.0"),
    ),
    Case(
        name="pip-of-the-repository",
        does="the repository has a package pip, and is the current folder and on PYTHONPATH",
        outcome="it does not run when pip is asked where packages are",
        act=with_packages(_pip_of_the_repository),
        told=("numpy 1.26.4",),
        slow=True,
    ),
    Case(
        name="uv-of-the-repository",
        does="the repository has a program uv, and PATH has the current folder",
        outcome="it does not run; uv is missing",
        act=_uv_of_the_repository,
        told=("ToolError", "uv, which builds the learner's environment, is not installed"),
        seconds=5,
    ),
    Case(
        name="settings-of-the-repository",
        does="uv lies in the repository, beside a uv.toml of it",
        outcome="the file is not read",
        act=with_packages(_settings_of_the_repository),
        told=("numpy 1.26.4",),
    ),
    Case(
        name="emptied-file",
        does="a file of a package in the environment was emptied",
        outcome="a damaged environment, told and built anew",
        act=damaged(lambda packages: (packages / "pyarrow" / "more.py").write_text("", encoding="utf-8")),
        told=("FM210", "pyarrow/more.py was changed", "numpy 1.26.4"),
        slow=True,
    ),
    Case(
        name="missing-package",
        does="a package is gone from the environment",
        outcome="a damaged environment, told and built anew",
        act=damaged(lambda packages: shutil.rmtree(packages / "numpy")),
        told=("FM210", "numpy/__init__.py is gone", "numpy 1.26.4"),
        slow=True,
    ),
    Case(
        name="changed-in-secret",
        does="a file was changed, and its size and age set back",
        outcome="a damaged environment, told and built anew",
        act=damaged(_changed_in_secret),
        told=("FM210", "numpy/__init__.py was changed", "numpy 1.26.4"),
        slow=True,
    ),
    Case(
        name="added-code",
        does="a sitecustomize.py and a .pth file were added",
        outcome="they do not run; told and taken away",
        act=damaged(
            lambda packages: [
                (packages / "sitecustomize.py").write_text(RUN, encoding="utf-8"),
                (packages / "x.pth").write_text(f"import os; {RUN}", encoding="utf-8"),
            ]
        ),
        told=("FM210", "sitecustomize.py is new", "x.pth is new", "numpy 1.26.4"),
        slow=True,
    ),
    Case(
        name="other-interpreter",
        does="the interpreter was replaced by a script",
        outcome="it does not run; told and built anew",
        act=damaged(_other_interpreter),
        told=("FM210", "bin/python was changed", "numpy 1.26.4"),
        slow=True,
    ),
    Case(
        name="linked-elsewhere",
        does="a package was replaced by a link to a folder outside",
        outcome="its code does not run; told and built anew",
        act=damaged(_linked_elsewhere),
        told=("FM210", "numpy is new", "numpy 1.26.4"),
        slow=True,
    ),
    Case(
        name="emptied-seal",
        does="the file that says what the environment was is empty, as after a full disk",
        outcome="it is built anew",
        act=damaged(_emptied_seal),
        told=("numpy 1.26.4",),
        slow=True,
    ),
    Case(
        name="restored-cache",
        does="the cache was restored, so that all times are others",
        outcome="contents are compared; nothing is built",
        act=with_packages(_restored),
        told=("numpy 1.26.4",),
        untold=("Traceback", "FM210"),
        slow=True,
    ),
    Case(
        name="written-by-code",
        does="code that runs in the environment writes into a package, and the environment is removed",
        outcome="it does not run the next time, neither before nor after",
        act=with_packages(_written_by_code),
        told=("numpy 1.26.4",),
        slow=True,
    ),
    Case(
        name="nothing-shared",
        does="files of the environment are looked at",
        outcome="none is a link into uv's cache, none can be written without root's rights",
        act=with_packages(_nothing_shared),
        told=("0 shared, 0 writable",),
    ),
    Case(
        name="damaged-cache-of-uv",
        does="a file in uv's own cache was emptied before the environment was built",
        outcome="the package's record shows it; it is fetched anew",
        act=with_packages(_damaged_cache_of_uv),
        told=("numpy 1.26.4",),
        slow=True,
    ),
    Case(
        name="wrong-record",
        does="a package's own record is wrong",
        outcome="it is fetched a second time, and then taken as it is",
        act=with_packages(_wrong_record),
        told=("numpy 1.26.4",),
        slow=True,
    ),
    Case(
        name="writes-when-imported",
        does="a package writes into its own folder when it is imported",
        outcome="the environment is usable, and built once",
        act=with_packages(_writes_when_imported),
        told=(),
        untold=("Traceback", "was changed"),
        slow=True,
    ),
    Case(
        name="relative-cache",
        does="XDG_CACHE_HOME is a relative path",
        outcome="it is ignored; nothing is written into the project",
        act=with_packages(_relative_cache),
        told=("numpy 1.26.4",),
        slow=True,
    ),
    Case(
        name="relative-home",
        does="HOME is a relative path, and XDG_CACHE_HOME is not set",
        outcome="no verdict, with the variable to set",
        act=with_packages(_relative_home),
        told=("ToolError", "the learner's environment cannot be kept", "XDG_CACHE_HOME"),
    ),
    Case(
        name="long-unused",
        does="environments lie in the cache that nobody used for 61 and 59 days, and one of a killed build",
        outcome="when another is built, the first and the last are removed",
        act=with_packages(_long_unused),
        told=("old False, used True, killed False, new 1",),
        slow=True,
    ),
    Case(
        name="next-repository",
        does="a repository writes into an installed package of its learner environment; another one is checked after it",
        outcome="that code does not run for the other one, which is compatible",
        act=_next_repository,
        told=("compatible",),
        untold=("Traceback", "FM403"),
        seconds=300,
        slow=True,
    ),
]
