"""One actor's process as the zygote sees it: how it starts, what it tells and prints, and how it ended."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NoReturn

from ..frames import Places
from .running import run_actor

MAX_LINE = 2**20
MAX_FRAMES = 20
OUTPUT_KEPT = 2**14
CHUNK = 2**16
PR_SET_PDEATHSIG = 1
CHILD = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Where Python was, as ``faulthandler`` writes it when a process hangs or crashes.
_STACK = re.compile(r"^(?:Stack|Current thread .*) \(most recent call first\):\n((?:  File .*\n?)*)", re.MULTILINE)
# Of the repository's own files alone, whose paths are relative here.
_FRAME = re.compile(r'^  File "([^/<"][^"\n]*)", line (\d{1,9}) in (.+)$', re.MULTILINE)

# As the zygote itself is started, see the parent's ``isolation``.
_RUN = """import sys
sys.path[:] = {path!r}
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("_flops_child", {folder!r} + "/__init__.py", submodule_search_locations=[{folder!r}])
sys.modules["_flops_child"] = module_from_spec(spec)
from _flops_child.rounds.actors import be_spawned
be_spawned({facts!r}, {control!r})
"""


class Actor:
    """One actor. The constructor starts nothing.

    Args:
        config: What it is and does: plain values.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.kind: str = config["actor"]
        self.number: int = config["number"]
        self.cluster: int = config["cluster"]
        self.pid = 0
        self.facts = self.output = self.control = -1
        self.doing, self.idle, self.round, self.since = "", True, 0, time.monotonic()
        self.is_starting, self.is_done, self.hangs = True, False, False
        self.fault = ""
        self.place: Any = None
        """The repository's method that it has called."""
        self.extra = 0.0
        """How much longer it may take in this round, by its plan."""
        self.raised: Any = None
        self.how = ""
        self.status: Any = None
        self.printed = bytearray()
        self._line = bytearray()

    @property
    def lives(self) -> bool:
        """Whether it runs."""
        return self.pid != 0 and self.status is None

    @property
    def pipes(self) -> list[int]:
        """The zygote's ends of its pipes that are open."""
        return [pipe for pipe in (self.facts, self.output, self.control) if pipe >= 0]

    def start(self, spawn: bool, requests: int, pipes: list[int]) -> None:
        """Start its process.

        Args:
            spawn: In an interpreter of its own, instead of a fork that has everything already.
            requests: The file descriptor of the parent's requests to the zygote.
            pipes: The zygote's ends of other actors' pipes.
        """
        self.facts, facts = os.pipe()
        self.output, output = os.pipe()
        control, self.control = os.pipe()
        zygote = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        self.since = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                _settle_in(output, zygote, requests, [*pipes, *self.pipes])
                if spawn:
                    self._become_spawned(facts, control)
                _live(self.config, facts, control)
            finally:
                os._exit(70)  # nothing of the zygote's runs here
        for theirs in (facts, output, control):
            os.close(theirs)
        for ours in (self.facts, self.output):
            os.set_blocking(ours, False)

    def tell(self, **facts: Any) -> None:
        """Tell the actor something."""
        with suppress(OSError):  # it has ended
            os.write(self.control, json.dumps(facts).encode() + b"\n")

    def heard(self) -> Iterator[dict[str, Any]]:
        """What it has told since; also takes what it has printed."""
        self._take_output()
        for _ in range(16):  # others have a right to be heard, too
            chunk = self._read("facts")
            *lines, rest = (bytes(self._line) + chunk).split(b"\n")
            self._line[:] = rest[:MAX_LINE]
            for line in lines:
                with suppress(ValueError, RecursionError):
                    told = json.loads(line)
                    if isinstance(told, dict):
                        yield told
            if len(chunk) < CHUNK:
                return

    def stop(self, how: str) -> None:
        """End its process, and say why."""
        if self.lives:
            self.how = self.how or how
            _kill(self.pid, signal.SIGKILL)

    def ask_where(self) -> None:
        """Let it print where it is; that ends it as well."""
        _kill(self.pid, signal.SIGUSR1)

    def reap(self) -> bool:
        """Whether it has ended; then all that it told can be heard."""
        if not self.lives:
            return self.pid != 0
        try:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:  # the repository's code waits for children that are not its own
            pid, status = self.pid, 0
        if pid == 0:
            return False
        self.status = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        return True

    def close(self) -> None:
        """Close the pipes of an actor that has ended."""
        self._take_output()
        for pipe in self.pipes:
            os.close(pipe)
        self.facts = self.output = self.control = -1

    def frames(self) -> list[dict[str, Any]]:
        """The calls in the repository that it was in, outermost first, as far as that is known."""
        found = []
        if self.how == "hung" or (self.status is not None and self.status < 0):
            places = Places(self.config["folder"])
            for stack in _STACK.findall(self.last_lines())[-1:]:
                for file, line, function in _FRAME.findall(stack):
                    found.append(places.place(os.path.join(places.folder, file), int(line), function))
        return found[::-1][-MAX_FRAMES:] or ([] if self.place is None else [self.place])

    def last_lines(self) -> str:
        """The end of what it has printed, with the repository's files by their paths in it."""
        return self.printed.decode(errors="replace").replace(self.config["folder"] + os.sep, "")

    def _take_output(self) -> None:
        for _ in range(16):
            chunk = self._read("output")
            self.printed += chunk
            del self.printed[:-OUTPUT_KEPT]
            if len(chunk) < CHUNK:
                return

    def _read(self, name: str) -> bytes:
        """What is in a pipe; one that the actor has closed is closed on this side, too."""
        pipe: int = getattr(self, name)
        if pipe < 0:
            return b""
        try:
            chunk = os.read(pipe, CHUNK)
        except OSError:  # nothing is there
            return b""
        if not chunk:
            os.close(pipe)
            setattr(self, name, -1)
        return chunk

    def _become_spawned(self, facts: int, control: int) -> NoReturn:
        with tempfile.TemporaryFile() as plan:
            plan.write(json.dumps(self.config).encode())
            plan.seek(0)
            os.dup2(plan.fileno(), 0)
        for pipe in (facts, control):
            os.set_inheritable(pipe, True)
        run = _RUN.format(path=sys.path, folder=CHILD, facts=facts, control=control)
        os.execv(sys.executable, [sys.executable, "-E", *(["-s"] if sys.flags.no_user_site else []), "-u", "-c", run])


def be_spawned(facts: int, control: int) -> NoReturn:
    """Be an actor in an interpreter of its own, as standard input says.

    Args:
        facts: Where it tells facts.
        control: Where it hears from the zygote.
    """
    import faulthandler

    # isort: off
    import pyarrow.flight  # noqa: F401
    import datasets  # noqa: F401

    # isort: on
    from ..wide import make_features_linear

    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1, all_threads=False, chain=True)
    make_features_linear()
    with open(0, "rb") as told:
        config = json.loads(told.read())
    nothing = os.open(os.devnull, os.O_RDONLY)
    if nothing != 0:
        os.dup2(nothing, 0)
        os.close(nothing)
    for pipe in (facts, control):
        os.set_inheritable(pipe, False)
    _live(config, facts, control)


def _live(config: dict[str, Any], facts: int, control: int) -> NoReturn:
    status = 70
    try:
        status = run_actor(config, facts, control)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _settle_in(output: int, zygote: int, requests: int, pipes: list[int]) -> None:
    """Have an output of its own, end with the zygote, and let go of all that is the zygote's."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != zygote:
            os._exit(70)
    for place in (1, 2):
        os.dup2(output, place)
    for descriptor in (output, *pipes):
        os.close(descriptor)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, requests, False)  # not closed: an object of the zygote's still holds it
    os.close(nothing)


def _kill(pid: int, number: int) -> None:
    with suppress(OSError):
        os.kill(pid, number)
