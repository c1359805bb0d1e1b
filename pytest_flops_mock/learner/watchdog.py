"""Starts the child, keeps it within its limits, and ends it with all that it started, whatever becomes of the parent.

A program of its own, run by its path: it imports nothing of this project, and little else, since every check waits for it.
It is the child's parent. On Linux it is the one to whom orphans are given (PR_SET_CHILD_SUBREAPER), so that no daemon gets
away; elsewhere it kills the child's group. What it is told comes over standard input; the end of that stream, or of the
parent, is the end of all. What it tells goes to standard output, a line for each event: ``pid NUMBER``, and in the end
``ended STATUS`` with the limit that ended it, if one did.
"""

from __future__ import annotations

import marshal
import os
import select
import signal
import sys
import time
from contextlib import suppress

TYPE_CHECKING = False  # the module typing is as large as this one
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

TICK_SECONDS = 0.1
SCAN_SECONDS = 0.5
STOP_SECONDS = 0.2
END_SECONDS = 10.0
OUTPUT_KEPT = 2**16
SCAN_SHARE = 100
"""Looking at all processes takes at most one part in so many of the watchdog's time, however many there are."""

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
LAST_CAPABILITY = 63
CAPABILITIES = (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31)
"""What root keeps in containers by default; of the rest, some let one look into any process."""

PAGE = os.sysconf("SC_PAGE_SIZE")
LINUX = sys.platform == "linux"


class Watchdog:
    """One child and its descendants.

    Args:
        told: What the parent says about them, see ``process.py``.
        parent: The number of the process that started this one.
    """

    def __init__(self, told: dict[str, Any], parent: int) -> None:
        self._told = told
        self._parent = parent
        self._prctl = _prctl() if LINUX else None
        self._child = 0
        self._ended = False
        self._over = ""
        self._asked = False
        self._deadline = 0.0
        self._next_scan = 0.0

    def run(self) -> None:
        """Start the child, and stay until nothing of it is left."""
        woken, wake = os.pipe()
        for descriptor in (woken, wake):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        if self._prctl is not None:
            self._prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
            self._prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
        self._start()
        try:
            self._watch(woken)
        finally:
            self._end()
            removed(self._told["folder"])

    def _start(self) -> None:
        told = self._told
        pipes = told["requests"], told["answers"]
        self._child = os.fork()
        if self._child:
            for descriptor in pipes:
                os.close(descriptor)
            self._limit()
            _tell(f"pid {self._child}")
            return
        try:
            os.setsid()
            if self._prctl is not None:
                self._prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
                for capability in {*range(LAST_CAPABILITY + 1)} - {*CAPABILITIES}:
                    self._prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # whoever is not root has none
            signal.set_wakeup_fd(-1)
            for number in (*DEAF, signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(number, signal.SIG_DFL)
            for place, descriptor in enumerate(pipes):
                os.dup2(descriptor, place)
                os.close(descriptor)
            os.chdir(told["cwd"])
            os.execve(told["command"][0], told["command"], told["environment"])
        except BaseException as error:
            os.write(2, f"{told['command'][0]} cannot be started: {error}\n".encode(errors="replace"))
        finally:
            os._exit(127)

    def _limit(self) -> None:
        """Limits that the kernel keeps. The child still has its interpreter to start: none of its code has run."""
        limits = self._told["limits"]
        if not LINUX:
            return
        import resource

        with suppress(OSError), open(f"/proc/{self._child}/oom_score_adj", "w") as score:
            score.write("500")  # where memory runs out in spite of all, it is not the parent that goes
        # The kernel counts all threads of a user together, and does not count root's.
        threads = sum(each[1] for each in _processes(os.getuid()).values()) + limits["threads"] if os.getuid() else 0
        for kind, most in ((resource.RLIMIT_NPROC, threads), (resource.RLIMIT_NOFILE, limits["files"])):
            try:
                soft, hard = resource.prlimit(self._child, kind)
                hard = most if hard == resource.RLIM_INFINITY else min(hard, most)
                if most:
                    resource.prlimit(self._child, kind, (hard if soft == resource.RLIM_INFINITY else min(soft, hard), hard))
            except (OSError, ValueError):
                pass  # it has ended

    def _watch(self, woken: int) -> None:
        """Until the parent says so or is gone."""
        while True:
            ready = select.select([0, woken], [], [], TICK_SECONDS)[0]
            if woken in ready:
                os.read(woken, 4096)
            if 0 in ready:
                said = os.read(0, 4096)
                if not said:
                    return
                if b"stop" in said and not self._ended:
                    self._ask_where()
            if os.getppid() != self._parent:
                return
            if self._ended:
                continue
            self._bound_output()
            if not self._over:
                self._bound_memory()
            if self._over:
                self._stop()
            self._reaped()
            if self._ended:
                self._end()
                if not self._told.get("stays", True):
                    return

    def _stop(self) -> None:
        """Let the child say where it is, by a signal that ends it as well; and kill it if that does not."""
        if not self._deadline:
            self._deadline = time.monotonic() + STOP_SECONDS
            self._ask_where()
        elif time.monotonic() > self._deadline:
            self._kill(self._child)

    def _ask_where(self) -> None:
        self._asked = True  # from now on nothing of the output may get lost
        os.kill(self._child, signal.SIGUSR1)

    def _bound_output(self) -> None:
        """An endless loop that prints must not fill the disk: beyond the limit only the end of the output stays."""
        size = os.fstat(2).st_size
        if size > self._told["limits"]["output"] and not self._asked:
            end = os.pread(2, OUTPUT_KEPT, max(0, size - OUTPUT_KEPT))
            with suppress(OSError):
                os.ftruncate(2, 0)  # all append
                os.write(2, end)

    def _bound_memory(self) -> None:
        """Memory that is resident and the child's own: not what it has mapped of files, and what is shared counted once."""
        if not LINUX:
            return
        limits = self._told["limits"]
        most = limits["memory"]
        if time.monotonic() < self._next_scan and _resident(self._child) <= most:
            return
        began = time.process_time()
        processes = _processes()
        found = _descendants(os.getpid(), processes)
        threads = sum(processes[pid][1] for pid in found)
        if sum(_resident(pid, files=True) for pid in found) > most and (used := sum(map(_own_share, found))) > most:
            self._over = f"memory {used}"
        elif len(found) > limits["processes"]:
            self._over = f"processes {len(found)}"
        elif threads > limits["threads"]:
            self._over = f"threads {threads}"
        self._next_scan = time.monotonic() + max(SCAN_SECONDS, SCAN_SHARE * (time.process_time() - began))

    def _reaped(self) -> bool:
        """Reap what has ended; whether something is left. The end of the child is told."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self._child:
                self._ended = True
                code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
                _tell(f"ended {code} {self._over}")

    def _end(self) -> None:
        """Kill all that there is until there is nothing: what is forked meanwhile is found by the next round."""
        if not LINUX:
            self._kill(-self._child)
        end = time.monotonic() + END_SECONDS
        while self._reaped() and time.monotonic() < end:
            for pid in _descendants(os.getpid(), _processes()) if LINUX else ():
                self._kill(pid)
            time.sleep(0.001)

    def _kill(self, pid: int) -> None:
        try:
            if pid < 0:
                os.killpg(-pid, signal.SIGKILL)
            else:
                os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass


DEAF = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
"""Signals that end parents, and not this process: it knows by itself when the parent has gone."""


def removed(folder: str) -> None:
    """Remove a folder whatever is in it: without modes that let nobody in, and however deep.

    Folders in folders are moved up first, so that no path gets long. Links are removed and never followed.
    """
    try:
        os.chmod(folder, 0o700)
        top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return
    names, count = [], 0
    with os.scandir(top) as entries:
        for entry in entries:
            (names.append(entry.name) if entry.is_dir(follow_symlinks=False) else _quietly(os.unlink, entry.name, top))
    while names:
        name = names.pop()
        try:
            os.chmod(name, 0o700, dir_fd=top)
            below = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
        except OSError:
            continue
        with os.scandir(below) as entries:
            inside = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        for inner, is_folder in inside:
            if not is_folder:
                _quietly(os.unlink, inner, below)
                continue
            count += 1
            try:
                os.chmod(inner, 0o700, dir_fd=below)  # a folder without write access keeps its parent's name
                os.rename(inner, f"{os.getpid()}-{count}", src_dir_fd=below, dst_dir_fd=top)
                names.append(f"{os.getpid()}-{count}")
            except OSError:
                continue
        os.close(below)
        _quietly(os.rmdir, name, top)
    os.close(top)
    with suppress(OSError):
        os.rmdir(folder)


def _quietly(act: Callable[..., None], name: str, folder: int) -> None:
    with suppress(OSError):
        act(name, dir_fd=folder)


def _processes(user: int = -1) -> dict[int, tuple[int, int]]:
    """Parent and number of threads of each process, of one user or of all; none where the system does not list them so."""
    found = {}
    for name in os.listdir("/proc") if LINUX else ():
        if name.isdigit():
            try:
                if user >= 0 and os.stat(f"/proc/{name}").st_uid != user:
                    continue
                with open(f"/proc/{name}/stat", "rb") as stat:
                    fields = stat.read().rpartition(b")")[2].split()
            except OSError:
                continue  # it has ended
            found[int(name)] = int(fields[1]), int(fields[17])
    return found


def _descendants(ancestor: int, processes: dict[int, tuple[int, int]]) -> list[int]:
    children: dict[int, list[int]] = {}
    for pid, (parent, _) in processes.items():
        children.setdefault(parent, []).append(pid)
    found, pending = [], [ancestor]
    while pending:
        below = children.get(pending.pop(), [])
        found += below
        pending += below
    return found


def _resident(pid: int, *, files: bool = False) -> int:
    """Bytes of memory of one process, those of mapped files and shared memory if wanted; what is shared counts in full."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as statm:
            fields = statm.read().split()
        return (int(fields[1]) - (0 if files else int(fields[2]))) * PAGE
    except (OSError, IndexError):
        return 0


def _own_share(pid: int) -> int:
    """Bytes of memory of one process and its share of what others have as well, without files."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as rollup:
            lines = dict(line.split(b":", 1) for line in rollup.read().split(b"\n")[1:] if b":" in line)
        return sum(int(lines[name].split()[0]) * 1024 for name in (b"Pss_Anon", b"Pss_Shmem"))
    except (OSError, KeyError, ValueError):
        return _resident(pid)


def _prctl() -> Any:
    try:
        import ctypes

        return ctypes.CDLL(None, use_errno=True).prctl
    except (ImportError, OSError, AttributeError):
        return None


def _tell(event: str) -> None:
    with suppress(OSError):  # the parent is gone
        os.write(1, event.encode() + b"\n")


def main() -> None:
    """Do what standard input says first."""
    parent = os.getppid()
    for number in DEAF:
        signal.signal(number, signal.SIG_IGN)
    told = b""
    size = int.from_bytes(os.read(0, 4), "big")
    while len(told) < size:
        chunk = os.read(0, size - len(told))
        if not chunk:
            return
        told += chunk
    Watchdog(marshal.loads(told), parent).run()
    os._exit(0)


if __name__ == "__main__":
    main()
