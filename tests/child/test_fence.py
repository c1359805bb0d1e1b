"""What a fenced process may write and read, and what becomes of packages without bytecode."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from standins.processes import until

FENCED = """
import os, sys
from pytest_flops_mock.child.fence import close_fence
unfenced = close_fence([sys.argv[1] + "/open"], [sys.argv[1] + "/user"])
if unfenced:
    sys.exit(unfenced)
os.chdir(sys.argv[1])
try:
    exec(sys.argv[2])
    print("done")
except OSError as error:
    print(type(error).__name__)
"""


def fenced(ground: Path, code: str) -> str:
    command = [sys.executable, "-c", FENCED, str(ground), code]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if "Landlock" in ended.stderr:
        pytest.skip(f"needs a kernel with Landlock (Linux 5.19 or later): {ended.stderr.strip()}")
    assert ended.stderr == ""
    return ended.stdout.strip()


@pytest.fixture
def ground(tmp_path: Path) -> Path:
    for path in ("open/file", "user/.ssh/key", "user/notes/file", "user/.cache/uv/file", "other/file"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text("text")
    return tmp_path


@pytest.mark.parametrize(
    "code",
    [
        "open('open/file', 'w').write('x'); os.mkdir('open/new'); os.rename('open/file', 'open/new/file')",
        "os.link('open/file', 'open/other'); os.symlink('file', 'open/link'); os.truncate('open/file', 0)",
        "open('other/file').read(); open('user/notes/file').read(); open('user/.cache/uv/file').read()",
        "os.stat('user/.ssh/key'); os.listdir('user/.ssh')",
        "open('/dev/null', 'w').write('x'); open('/dev/stderr', 'w'); import tempfile, socket; socket.socketpair()",
        "import subprocess; subprocess.run(['true'], check=True)",
        "open('/etc/hosts').read(); import sqlite3, email.message",
        "open('/proc/self/comm', 'w').write('name')",
    ],
)
def test_what_it_may(ground: Path, code: str) -> None:
    assert fenced(ground, code) == "done"


@pytest.mark.parametrize(
    "code",
    [
        "open('other/file', 'a')",
        "open('other/new', 'w')",
        "os.mkdir('new')",
        "os.remove('other/file')",
        "os.rmdir('other')",
        "os.mkfifo('other/pipe')",
        "os.symlink('file', 'other/link')",
        "os.link('other/file', 'open/mine')",
        "os.rename('open/file', 'other/file')",
        "open('user/.ssh/key')",
        "os.symlink('../user/.ssh/key', 'open/link'); open('open/link')",
        "import ctypes; os.chroot('user'); open('/.ssh/key')",
    ],
)
def test_what_it_may_not(ground: Path, code: str) -> None:
    assert fenced(ground, code) in ("PermissionError", "OSError")


def test_a_home_folder_that_holds_python_hides_the_rest_only(ground: Path) -> None:
    code = f"sys.prefix; open({sys.executable!r}, 'rb').read(1); open(os.__file__).read()"
    assert fenced(ground, code) == "done"


COMPILER = """
import os, sys
from pytest_flops_mock.child.bytecode import start_compiler, tell_compiler
tell_compiler(start_compiler([sys.argv[1] + "/packages"]))
sys.path[:0] = [sys.argv[1] + "/packages", sys.argv[1] + "/own"]
import inside, outside
print("ready", flush=True)
sys.stdin.read()
try:
    os.wait()
except ChildProcessError:
    print("no children")
"""


def test_packages_are_compiled_and_nothing_else_is(tmp_path: Path) -> None:
    for path in ("packages/inside.py", "own/outside.py"):
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_text("x = 1")
    command = [sys.executable, "-E", "-c", COMPILER, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        until(lambda: list(tmp_path.glob("packages/__pycache__/inside.*.pyc")), "the bytecode")
        told, _ = process.communicate("")
    assert told == "no children\n"
    assert not (tmp_path / "own/__pycache__").exists()
