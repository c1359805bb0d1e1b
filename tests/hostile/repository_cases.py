"""Looking at an ML repository must run nothing of it, and end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from unittest import mock

from hostile.matrix import Case

from pytest_flops_mock import FlopsMockError, MLRepository, check_repository
from pytest_flops_mock.repository import work_tree
from pytest_flops_mock.repository.clone import cloned
from pytest_flops_mock.repository.urls import remote_of

GOOD = Path(__file__).parents[2] / "examples" / "mnist_numpy"
TAGS = ("mnist",)
RAN = "somebody's code ran"
SECRET = "the user's secret"
CONDA = "name: a\ndependencies:\n- python=3.11.7\n"
BOMBS = ("a: &a [x, x]\n", *(f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)))

Change = Callable[[Path], object]


def looked_at(*changes: Change, tracked: bool = False) -> Callable[[Path], str]:
    """Change a copy of a good repository, after its commit if it is ``tracked``, and look at its structure alone."""

    def act(ground: Path) -> str:
        repository = ground / "repository"
        shutil.copytree(GOOD, repository)
        if tracked:
            git(repository, "init", "-q")
            commit(repository)
        for change in changes:
            change(repository)
        with mock.patch.dict(os.environ, {"USERS_SECRET": SECRET}):
            return said(repository) + ran(ground)

    return act


def said(repository: Path | str) -> str:
    """The report on the structure, or the error that there is instead."""
    try:
        report = check_repository(repository, "grpc://127.0.0.1:1", data_tags=TAGS, until="structure")
    except FlopsMockError as error:
        return str(error)
    return "\n".join([str(report), *(finding.detail for finding in report.findings)])


def asked_for(text: str, prepare: Change | None = None) -> Callable[[Path], str]:
    """Clone what a URL means, ``{ground}`` being the case's folder, and say which files came, or what is wrong."""

    def act(ground: Path) -> str:
        if prepare is not None:
            prepare(ground)
        try:
            remote = remote_of(text.format(ground=ground))
            if remote is None:
                return said(text) + ran(ground)
            with cloned(remote, timeout=60) as repository:
                return "\n".join((repository.name, *repository.paths(), said(repository.root or ""))) + ran(ground)
        except FlopsMockError as error:
            return str(error) + ran(ground)

    return act


def ran(ground: Path) -> str:
    """Says so, if a program of the case has run, and what it saw."""
    seen = ground / "ran"
    return f"\n{RAN}: {seen.read_text(encoding='utf-8', errors='replace')}" if seen.exists() else ""


def git(folder: Path, *arguments: str) -> None:
    """What the one who made the repository did."""
    named = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *named, "-C", str(folder), *arguments], check=True, timeout=300, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "--force", ".")
    git(folder, "commit", "-qm", "x")


def program(folder: Path) -> Path:
    """A program that writes its environment beside the repository."""
    file = folder / "program"
    file.write_text(f"#!/bin/sh\nenv > '{folder.parent}/ran'\ncat\n", encoding="utf-8")
    file.chmod(0o755)
    return file


def runs(name: str, value: str = "{program}") -> Change:
    """A setting of the repository that names a program."""
    return lambda folder: git(folder, "config", name, value.format(program=program(folder)))


def attributes(text: str) -> Change:
    """Which filters are for which files; the files were touched since, so that Git looks into them."""

    def change(folder: Path) -> None:
        (folder / ".gitattributes").write_text(text, encoding="utf-8")
        for file in folder.glob("*.py"):
            os.utime(file, (1, 1))

    return change


def without_objects(folder: Path) -> None:
    """All that was committed is missing."""
    for part in (folder / ".git" / "objects").glob("??"):
        shutil.rmtree(part)


def write(name: str, content: str | bytes) -> Change:
    """A file of the repository."""

    def change(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    return change


def instead(name: str, make: Change) -> Change:
    """Something else where a file was."""

    def change(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        make(folder / name)

    return change


def link(name: str, target: str) -> Change:
    """A link where a file was."""
    return instead(name, lambda path: path.symlink_to(target))


def listens(path: Path) -> None:
    """A socket of the file system."""
    here = Path.cwd()
    os.chdir(path.parent)  # since its path must be short
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path.name)
    finally:
        os.chdir(here)


def outside(folder: Path) -> None:
    """A secret beside the repository, in files of the names that a check reads."""
    for name in ("conda.yaml", "model_manager.py", "data"):
        write(f"../outside/{name}", f"{SECRET} =: [\n")(folder)


def bare_inside(folder: Path) -> None:
    """A folder within a clone that is laid out as a bare repository, and runs a program where Git takes it as one."""
    inside = folder / "inside"
    git(folder, "init", "-q", "--bare", "inside")
    for file in GOOD.glob("*.*"):
        shutil.copy(file, inside)
    git(inside, "config", "core.bare", "false")
    git(inside, "config", "core.worktree", str(inside))
    git(inside, "add", "--force", *(file.name for file in GOOD.glob("*.*")))
    git(inside, "config", "filter.f.clean", str(program(folder)))
    attributes("*.py filter=f\n")(inside)


def look_inside(ground: Path) -> str:
    """The folder that is laid out as a bare repository is what is checked."""
    repository = ground / "repository"
    repository.mkdir()
    git(repository, "init", "-q")
    bare_inside(repository)
    return said(repository / "inside") + ran(ground)


def points_elsewhere(folder: Path) -> None:
    """``.git`` is a file that names a repository with a program."""
    git(folder, "config", "filter.f.clean", str(program(folder)))
    attributes("*.py filter=f\n")(folder)
    shutil.move(folder / ".git", folder / "elsewhere")
    write(".git", "gitdir: elsewhere\n")(folder)


def elsewhere(folder: Path) -> None:
    """The work tree of the repository is a folder above, with somebody's files in it."""
    write("../somebodys/secret-plans.txt", SECRET)(folder)
    git(folder, "config", "core.worktree", str(folder.parent))


def copied(*changes: Change) -> Callable[[Path], str]:
    """The names and texts that the child would get."""

    def act(ground: Path) -> str:
        repository = ground / "repository"
        shutil.copytree(GOOD, repository)
        git(repository, "init", "-q")
        write("package/passwd", "mine")(repository)
        commit(repository)
        for change in changes:
            change(repository)
        try:
            MLRepository.at(repository).snapshot().copy_to(ground / "copy")
        except FlopsMockError as error:
            return str(error)
        files = (path for path in (ground / "copy").rglob("*") if path.is_file())
        return "copied\n" + "\n".join(f"{path}: {path.read_text(errors='replace')[:200]}" for path in files)

    return act


def becomes_link(folder: Path) -> None:
    """A folder of tracked files is replaced by a link to a folder with files of the same names."""
    shutil.rmtree(folder / "package")
    (folder / "package").symlink_to("/etc")


def patiently(act: Callable[[Path], str]) -> Callable[[Path], str]:
    """With a shorter patience with Git."""

    def acting(ground: Path) -> str:
        with mock.patch.object(work_tree, "GIT_SECONDS", 1.0):
            return act(ground)

    return acting


def remote(*changes: Change) -> Change:
    """A repository on this machine that somebody else has prepared."""

    def prepare(ground: Path) -> None:
        shutil.copytree(GOOD, ground / "theirs")
        git(ground / "theirs", "init", "-q")
        write(".gitattributes", "*.py filter=f\n")(ground / "theirs")
        commit(ground / "theirs")
        for change in changes:
            change(ground / "theirs")

    return prepare


def fuzzy(files: Mapping[str, str | bytes]) -> tuple[Change, ...]:
    return tuple(write(name, content) for name, content in files.items())


def entry(text: str) -> Callable[[Path], str]:
    return looked_at(write("conda.yaml", f"{CONDA}{text}"))


def with_git_in(ground: Path) -> str:
    repository = ground / "repository"
    shutil.copytree(GOOD, repository)
    git(repository, "init", "-q")
    program(repository).rename(repository / "git")
    here = Path.cwd()
    os.chdir(repository)
    try:
        with mock.patch.dict(os.environ, {"PATH": f".{os.pathsep}{os.environ['PATH']}"}):
            return said(repository) + ran(ground)
    finally:
        os.chdir(here)


def changed_after_listing(ground: Path, change: Change) -> str:
    repository = ground / "repository"
    shutil.copytree(GOOD, repository)
    write("package/data", "mine")(repository)
    listed = MLRepository.at(repository).snapshot()
    change(repository)
    try:
        listed.copy_to(ground / "copy")
    except FlopsMockError as error:
        return str(error)
    return (ground / "copy" / "package" / "data").read_text(encoding="utf-8")


def moved_outside(folder: Path) -> None:
    outside(folder)
    shutil.rmtree(folder / "package")
    (folder / "package").symlink_to("../outside")


NOTHING_RAN = "nothing of it runs, and the check goes on"
NO_CREDENTIALS = "an error that shows no part of the credentials"
BOUNDED = "an error that says how much is read"

CASES: list[Case] = [
    # What Git would run.
    *(
        Case(
            name=f"git-{name}",
            does=f"the repository's configuration of Git names a program as {setting}",
            outcome=NOTHING_RAN,
            act=looked_at(attributes("*.py filter=f diff=f merge=f\n"), runs(setting, value), tracked=True),
            told=("structure",),
            untold=("Traceback", RAN, SECRET),
            seconds=5,
        )
        for name, setting, value in (
            ("fsmonitor", "core.fsmonitor", "{program}"),
            ("hooks", "core.hooksPath", "{program}/.."),
            ("clean-filter", "filter.f.clean", "{program}"),
            ("process-filter", "filter.f.process", "{program}"),
            ("smudge-filter", "filter.f.smudge", "{program}"),
            ("textconv", "diff.f.textconv", "{program}"),
            ("external-diff", "diff.external", "{program}"),
            ("pager", "core.pager", "{program}"),
            ("ssh-command", "core.sshCommand", "{program}"),
            ("credential-helper", "credential.helper", "!{program}"),
            ("alias", "alias.status", "!{program}"),
        )
    ),
    Case(
        name="git-included-settings",
        does="the configuration includes another file, which names a filter",
        outcome=NOTHING_RAN,
        act=looked_at(
            attributes("*.py filter=f\n"),
            lambda folder: write("more", f"[filter \"f\"]\nclean = '{program(folder)}'\n")(folder),
            lambda folder: git(folder, "config", "include.path", str(folder / "more")),
            tracked=True,
        ),
        told=("structure",),
        untold=("Traceback", RAN),
        seconds=5,
    ),
    Case(
        name="git-lazy-fetch",
        does="objects are missing, and the configuration says that a program fetches them",
        outcome="an error of Git, and nothing runs",
        act=looked_at(
            runs("remote.origin.url", "ext::{program}"),
            lambda folder: git(folder, "config", "protocol.ext.allow", "always"),
            lambda folder: git(folder, "config", "remote.origin.promisor", "true"),
            lambda folder: git(folder, "config", "extensions.partialClone", "origin"),
            without_objects,
            tracked=True,
        ),
        told=("Git cannot say which files FLOps would clone",),
        untold=("Traceback", RAN),
        seconds=5,
    ),
    Case(
        name="git-program-in-the-current-folder",
        does="PATH has the current folder, which is the repository, and in it a program called git",
        outcome="the Git of the system is used",
        act=with_git_in,
        told=("structure",),
        untold=("Traceback", RAN),
        seconds=5,
    ),
    Case(
        name="bare-repository-within",
        does="the folder is laid out as a bare repository with a program in its configuration",
        outcome="it is taken as a folder, and nothing runs",
        act=look_inside,
        told=("structure",),
        untold=("Traceback", RAN),
        seconds=5,
    ),
    Case(
        name="git-file-that-points-elsewhere",
        does=".git names another repository, with a program",
        outcome="the folder's own files are looked at, and nothing runs",
        act=looked_at(points_elsewhere, tracked=True),
        told=("structure",),
        untold=("Traceback", RAN),
        seconds=5,
    ),
    Case(
        name="git-work-tree-elsewhere",
        does="the configuration names another folder as the work tree",
        outcome="the folder's own files are looked at",
        act=looked_at(elsewhere, lambda folder: (folder / "conda.yaml").unlink(), tracked=True),
        told=("FM102",),
        untold=("Traceback", "somebodys", "secret-plans"),
        seconds=5,
    ),
    *(
        Case(
            name=f"git-{name}",
            does=f"{path} is a named pipe",
            outcome="an error at once that names it",
            act=looked_at(instead(path, os.mkfifo), tracked=True),
            told=("Git cannot say which files FLOps would clone", "a pipe"),
            seconds=5,
        )
        for name, path in (
            ("index-a-pipe", ".git/index"),
            ("config-a-pipe", ".git/config"),
            ("exclude-a-pipe", ".git/info/exclude"),
        )
    ),
    Case(
        name="git-that-waits",
        does="Git waits for a file that never ends, .gitignore as a named pipe",
        outcome="an error when Git's time is over, and no process of it",
        act=patiently(looked_at(instead(".gitignore", os.mkfifo), tracked=True)),
        told=("Git was still at work after 1 s",),
        seconds=5,
    ),
    Case(
        name="git-index-damaged",
        does="the index is no index",
        outcome="what Git says of it",
        act=looked_at(write(".git/index", b"\0" * 4096), tracked=True),
        told=("Git cannot say which files FLOps would clone", "index"),
        seconds=5,
    ),
    # Clones.
    *(
        Case(
            name=f"clone-{name}",
            does=f"a repository on this machine is cloned whose configuration names a program as {setting}",
            outcome="a clone, and nothing runs",
            act=asked_for("file://{ground}/theirs", remote(runs(setting))),
            told=("file://", "model_manager.py"),
            untold=("Traceback", RAN),
            seconds=5,
        )
        for name, setting in (
            ("pack-objects-hook", "uploadpack.packObjectsHook"),
            ("filter", "filter.f.smudge"),
            ("alternate-refs", "core.alternateRefsCommand"),
        )
    ),
    Case(
        name="clone-hook",
        does="the commit of a clone brings hooks and an own .gitmodules",
        outcome="a clone, and nothing runs",
        act=asked_for(
            "{ground}/theirs/.git",
            remote(
                lambda folder: write(
                    ".gitmodules", f'[submodule "a"]\npath = a\nurl = ext::{program(folder)}\nupdate = !{folder}/program\n'
                )(folder),
                lambda folder: shutil.copy(program(folder), folder / ".git" / "hooks" / "post-upload-pack"),
                commit,
            ),
        ),
        told=("model_manager.py",),
        untold=("Traceback", RAN),
        seconds=5,
    ),
    *(
        Case(
            name=f"url-{name}",
            does=f"a URL is given that is none: {does}",
            outcome="an error that says which are taken, and nothing runs",
            act=asked_for(text),
            told=("https://, ssh://",),
            untold=("Traceback", RAN, "sEcr3t"),
            seconds=5,
        )
        for name, does, text in (
            ("helper", "one that names a program", "ext::sh -c 'touch {ground}/ran'"),
            ("plain-http", "http://, with a password", "http://user:sEcr3t@127.0.0.1:9/x.git"),
            ("git-protocol", "git://", "git://127.0.0.1:9/x.git"),
            ("ftp", "ftp://, with a password", "ftp://user:sEcr3t@127.0.0.1:9/x.git"),
            ("one-slash", "with one slash, and a password", "https:/user:sEcr3t@127.0.0.1:9/x.git"),
            ("password-with-slash", "with a password that has a slash", "https://user:sEcr3t/t0ken@127.0.0.1:9/x.git"),
            (
                "password-with-slash-and-ref",
                "the same, and no .git behind the name",
                "https://user:sEcr3t/t0ken@127.0.0.1:9/a/b",
            ),
            ("no-scheme", "without https://, and with a password", "user:sEcr3t@127.0.0.1/x.git"),
            (
                "line-break",
                "with a line break, and a line for a credential helper",
                "https://127.0.0.1:9/x\nhost=example.org.git",
            ),
            ("long-ref", "with a ref of 5,000 characters", "https://127.0.0.1:9/x.git@" + "r" * 5000),
            ("long", "with 50,000 characters", "https://127.0.0.1:9/" + "x" * 50_000),
        )
    ),
    *(
        Case(
            name=f"url-{name}",
            does=f"credentials stand in a URL that leads nowhere: {does}",
            outcome=NO_CREDENTIALS,
            act=asked_for(text),
            told=("the Git repository cannot be cloned",),
            untold=("Traceback", "sEcr3t", "t0ken"),
            seconds=5,
        )
        for name, does, text in (
            ("password-with-at", "a password with @", "https://user:sEcr3t@t0ken@127.0.0.1:9/x.git"),
            ("encoded", "percent-encoded", "https://user%3AsEcr3t%40127.0.0.1:9/x.git"),
            ("name-alone", "a token as the name", "https://t0ken@127.0.0.1:9/x.git"),
            ("query", "?token=", "https://127.0.0.1:9/x.git?token=sEcr3t"),
            ("fragment", "#", "https://127.0.0.1:9/x.git?a=b#sEcr3t"),
        )
    ),
    Case(
        name="url-host-is-an-option",
        does="the host of an ssh:// URL begins like an option of ssh",
        outcome="an error, and nothing runs",
        act=asked_for("ssh://-oProxyCommand=touch ran/x.git"),
        told=("cannot be cloned",),
        untold=("Traceback", RAN),
        seconds=5,
    ),
    # Files that are no files.
    *(
        Case(
            name=f"{name}-instead-of-{file.partition('.')[0]}",
            does=f"{file} is {kind}",
            outcome="an error that says so",
            act=looked_at(instead(file, make)),
            told=(code, *told),
            untold=("Traceback", SECRET),
            seconds=5,
        )
        for name, kind, file, make, code, told in (
            ("pipe", "a named pipe", "conda.yaml", os.mkfifo, "FM102", ("a pipe",)),
            ("pipe", "a named pipe", "model_manager.py", os.mkfifo, "FM102", ("a pipe",)),
            ("socket", "a socket", "conda.yaml", listens, "FM102", ("a socket",)),
            ("folder", "a folder", "conda.yaml", os.mkdir, "FM102", ("a folder",)),
        )
    ),
    *(
        Case(
            name=f"link-{name}",
            does=f"{file} is a link {does}",
            outcome="the file counts as missing, and nothing of what lies there is shown",
            act=looked_at(outside, link(file, target), tracked=tracked),
            told=("FM102",),
            untold=("Traceback", SECRET),
            seconds=5,
        )
        for name, file, does, target, tracked in (
            ("to-zeros", "conda.yaml", "to /dev/zero", "/dev/zero", False),
            ("to-a-secret", "conda.yaml", "to a file outside", "../outside/conda.yaml", False),
            (
                "to-a-secret-in-git",
                "model_manager.py",
                "to a file outside, and tracked",
                "../outside/model_manager.py",
                True,
            ),
            ("into-git", "conda.yaml", "into .git", ".git/config", True),
            ("in-a-circle", "conda.yaml", "to itself", "conda.yaml", False),
        )
    ),
    Case(
        name="folder-that-became-a-link",
        does="a folder of tracked files became a link to /etc",
        outcome="what lies there is not copied",
        act=copied(becomes_link),
        told=("copied", "model_manager.py"),
        untold=("Traceback", "root:"),
        seconds=5,
    ),
    Case(
        name="file-became-a-pipe-after-the-listing",
        does="a file becomes a named pipe after the files were listed",
        outcome="an error that names it",
        act=lambda ground: changed_after_listing(ground, instead("conda.yaml", os.mkfifo)),
        told=("a file of the ML repository cannot be read", "conda.yaml", "a pipe"),
        seconds=5,
    ),
    Case(
        name="file-became-a-link-after-the-listing",
        does="a folder becomes a link to outside after the files were listed",
        outcome="an error, and nothing of what lies there is read",
        act=lambda ground: changed_after_listing(ground, moved_outside),
        told=("a file of the ML repository cannot be read",),
        untold=("Traceback", SECRET),
        seconds=5,
    ),
    Case(
        name="names-with-control-characters",
        does="files have names with escape sequences and line breaks",
        outcome="they are shown escaped",
        act=looked_at(write("a\x1b[31m\nb.py", "1"), instead("conda.yaml", lambda path: None)),
        told=("FM102", "structure"),
        untold=("Traceback", "\x1b[31m"),
        seconds=5,
    ),
    Case(
        name="names-that-are-no-text",
        does="files have names that are not UTF-8",
        outcome="a report that any file can take",
        act=lambda ground: (
            looked_at(write(os.fsdecode(b"\xff\xfe.py"), "1"), instead("conda.yaml", lambda path: None))(ground)
            .encode()
            .decode()
        ),
        told=("FM102",),
        seconds=5,
    ),
    Case(
        name="pointer-with-a-name-of-two-lines",
        does="a file in Git LFS has a name whose second line is conda.yaml",
        outcome="conda.yaml itself is read",
        act=copied(
            *fuzzy(
                {
                    ".gitattributes": "a* filter=lfs\n",
                    "a\nconda.yaml": f"{work_tree.POINTER}\noid sha256:{'0' * 64}\nsize 5\n",
                }
            ),
            commit,
        ),
        told=("conda.yaml: name:",),
        seconds=5,
    ),
    Case(
        name="binary-source",
        does="a source is no text",
        outcome="an error that names the file",
        act=looked_at(write("data_manager.py", bytes(range(256)))),
        told=("FM103", "data_manager.py"),
        seconds=5,
    ),
    *(
        Case(
            name=f"source-{name}",
            does=f"model_manager.py {does}",
            outcome="an error that names the file",
            act=looked_at(write("model_manager.py", content)),
            told=(code, "model_manager.py"),
            untold=("Traceback", "\x1b"),
            seconds=5,
        )
        for name, does, content, code in (
            ("too-large", "has 20 MB", b"#" * 20_000_000, "FM101"),
            ("of-brackets", "has 100,000 brackets", "(" * 100_000, "FM103"),
            ("of-signs", "has 100,000 signs before a number", "-" * 100_000 + "1", "FM103"),
            ("of-attributes", "has a name with 100,000 attributes", "a" + ".b" * 100_000, "FM103"),
            ("with-escapes", "has a mistake in a line with escape sequences", "x = '\x1b]0;owned\x07' +\n", "FM103"),
            ("in-punycode", "is written in an encoding that takes hours", "# coding: punycode\n" + "a" * 900_000, "FM103"),
            (
                "with-a-deep-default",
                "has a default that is nested deeply",
                f"class ModelManager:\n def get_model_parameters(self, x, y={'not ' * 900}1): ...\n",
                "FM111",
            ),
            (
                "with-a-huge-number",
                "has a default of thousands of digits",
                f"class ModelManager:\n def get_model_parameters(self, x, y=0x{'f' * 9000}): ...\n",
                "FM111",
            ),
        )
    ),
    # YAML that explodes.
    *(
        Case(
            name=f"yaml-{name}",
            does=f"conda.yaml {does}",
            outcome=BOUNDED,
            act=looked_at(write("conda.yaml", content)),
            told=(code, *told),
            seconds=2,
        )
        for name, does, content, code, told in (
            ("too-large", "has 900 kB", "#" * 900_000, "FM108", ("at most 200,000",)),
            ("far-too-large", "has 5 MB", "#" * 5_000_000, "FM101", ("more than 1,000,000",)),
            ("of-brackets", "has 100,000 brackets", "[" * 100_000, "FM108", ("within each other",)),
            ("of-dashes", "has 50,000 lists within each other", "- " * 50_000, "FM108", ("within each other",)),
            ("of-entries", "has 15,000 entries", CONDA + "- a\n" * 15_000, "FM108", ("at most",)),
            (
                "of-aliases",
                "has aliases that stand for 10 million entries",
                CONDA.replace("name", "".join(BOMBS) + "name"),
                "",
                (),
            ),
            ("aliases-as-keys", "has aliases as keys", "".join(BOMBS) + CONDA + "- {*i : 1}\n", "FM108", ()),
            ("that-holds-itself", "has a list that holds itself", "&a [*a]", "FM108", ()),
            (
                "lists-by-alias",
                "names one list of pip 1,000 times",
                f"{CONDA}- &p\n  pip:\n" + "".join(f"  - a{n}\n" for n in range(300)) + "- *p\n" * 1_000,
                "FM108",
                ("at most 3,000 entries",),
            ),
            ("not-utf-8", "is not UTF-8", b"name: \xff\n", "FM101", ("0xFF",)),
        )
    ),
    *(
        Case(
            name=f"entry-{name}",
            does=f"an entry of conda.yaml {does}",
            outcome="an error for the entry",
            act=entry(text),
            told=told,
            seconds=2,
        )
        for name, does, text, told in (
            ("of-digits", "has a version of 5,000 digits", f"- numpy={'9' * 5_000}\n", ("FM108",)),
            ("of-pip-of-digits", "of pip has a version of 3,900 digits", f"- pip:\n  - a=={'9' * 3_900}\n", ("FM109",)),
            (
                "of-bounds",
                "of pip has 700 bounds",
                "- pip:\n  - a" + ",".join(f">{n}" for n in range(700)) + "\n",
                ("FM109",),
            ),
            ("of-markers", "of pip has a marker of brackets", f"- pip:\n  - a; {'(' * 3_000}\n", ("FM109",)),
            ("repeated", "stands there 2,500 times", "".join(f"- a>{n}\n" for n in range(2_500)), ("FM109", "too often")),
            ("too-long", "has 150,000 characters", f"- {'a' * 150_000}\n", ("FM108", "at most 300")),
        )
    ),
]
