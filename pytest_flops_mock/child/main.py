"""The learner's process: requests come in as JSON lines over standard input, answers go out over standard output.

It runs in whatever Python the learner would have, so this folder is written for Python 3.8 and ``datasets`` 2.14 and
later, and imports nothing outside of itself. Both streams are moved out of the way before any code of
the repository runs: what that prints goes to standard error, a log file.
"""

from __future__ import annotations

import faulthandler
import gc
import json
import os
import queue
import signal
import sys
import threading
from typing import Any, NoReturn

from .bytecode import start_compiler, tell_compiler
from .fence import close_fence
from .learner import Learner
from .telling import Answers, lost
from .wide import make_features_linear


def main(home: str, writable: list[str] | None, homes: list[str]) -> NoReturn:
    """Answer requests until the parent closes its end.

    Args:
        home: The home folder that the repository's code sees; empty for the user's own.
        writable: Folders below which it may write; ``None`` where a container sees to that.
        homes: The user's home folders, whose hidden files it may not read.
    """
    process = os.getpid()
    folder = os.path.realpath(os.getcwd())
    requests, answers = _take_over_standard_streams()
    _prepare_for_crashes()
    unfenced = "" if writable is None else _fenced(writable, homes)
    if home:
        _move_into(home)
    learner = Learner(folder, unfenced, requests.fileno())
    inbox: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_receive, args=(requests, inbox), daemon=True).start()
    while True:
        request = inbox.get()
        number, key, do = request.pop("id"), request.pop("key"), request.pop("do")
        answer = {"id": number, "key": key, **learner.answer(do, request)}
        if os.getpid() != process:  # a fork of the repository's code came back here: it has nothing to say
            os._exit(0)
        answers.send(answer)
        if do == "hello":
            learner.unready = _import_early()


def _fenced(writable: list[str], homes: list[str]) -> str:
    """Close the fence; why that cannot be. What writes bytecode beside packages stays outside."""
    compiler = start_compiler(filter(None, sys.path))
    unfenced = close_fence(writable, homes)
    if unfenced:
        os.close(compiler)  # this process can do without
    else:
        tell_compiler(compiler)
    return unfenced


def _import_early() -> Exception | None:
    """Import what every load needs while the parent is still busy; Flight first, one fixed order (apache/arrow#40088)."""
    gc.disable()  # what is imported stays
    try:
        # isort: off
        import pyarrow.flight  # noqa: F401
        import datasets  # noqa: F401

        # isort: on
        make_features_linear()
    except Exception as error:
        return error  # told when the parent asks whether this process is ready
    finally:
        gc.enable()
    return None


def _prepare_for_crashes() -> None:
    """Let the log say where Python was when it crashes or is stopped, and leave no core file behind."""
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1, all_threads=False, chain=True)  # and then end
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _move_into(home: str) -> None:
    """Not before: packages that were installed for the user are found by the user's own home folder."""
    import site

    if site.ENABLE_USER_SITE and site.USER_BASE:
        os.environ["PYTHONUSERBASE"] = site.USER_BASE  # for the Pythons that this one starts
    os.environ.update(HOME=home, USERPROFILE=home)


def _receive(requests: Any, inbox: queue.Queue[dict[str, Any]]) -> None:
    """Hand on the requests; without a parent there is nothing left to do, whatever the repository's code is up to."""
    try:
        for line in requests:
            inbox.put(json.loads(line))
    except (OSError, ValueError):
        lost()
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # with all that the repository's code started
    os._exit(0)


def _take_over_standard_streams() -> tuple[Any, Answers]:
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = Answers(os.dup(1))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, answers
