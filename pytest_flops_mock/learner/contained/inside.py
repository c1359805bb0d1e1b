"""The first process of a learner's container: it unpacks what it is sent, and is the child's watchdog.

Run by its text, in the image's own Python (3.8 and later), with the watchdog of the local child beside it. Standard input
and output become the child's; how the child ended is said on standard error, last of all, behind a word that only this
process and the check know.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WORK = "/flops-work"
"""A file system in memory, of a name that no image has: for this program, the child's code, and the repository's copy."""

PROGRAM = f"""import json, os, sys, tarfile
class Told:
    def __init__(self, left):
        self.left = left
    def read(self, size):
        chunk = os.read(0, min(size, self.left))
        self.left -= len(chunk)
        return chunk
def whole(size):
    data = b""
    while len(data) < size:
        chunk = os.read(0, size - len(data))
        if not chunk:
            sys.exit(0)
        data += chunk
    return data
told = json.loads(whole(int(whole(16))).decode())
files = Told(told["bytes"])
kept = {{"filter": "fully_trusted"}} if hasattr(tarfile, "fully_trusted_filter") else {{}}
with tarfile.open(fileobj=files, mode="r|") as archive:
    archive.extractall({WORK!r}, **kept)
while files.left and files.read(65536):
    pass
sys.path.insert(0, {WORK!r} + "/program")
from inside import main
main(told)
"""
"""What the container runs: it takes what to do, 16 digits of its size in front, and a tar of that size."""


def main(told: dict[str, Any]) -> None:
    """Run the child to its end.

    Args:
        told: What the watchdog is told, and ``word``, which stands before what it says.
    """
    watchdog = import_module("watchdog")  # lies beside this file there
    for folder in ("home", "tmp"):
        os.makedirs(f"{WORK}/{folder}", exist_ok=True)
    said, saying = os.pipe()
    heard, asking = os.pipe()
    requests, answers = os.dup(0), os.dup(1)
    os.dup2(heard, 0)
    os.dup2(saying, 1)
    os.set_inheritable(requests, True)
    signal.signal(signal.SIGUSR1, lambda *_: os.write(asking, b"stop\n"))
    inherited = {**os.environ, **told["environment"]}
    watchdog.Watchdog({**told, "environment": inherited, "requests": requests, "answers": answers}, os.getppid()).run()
    events = os.read(said, 2**16).decode().splitlines()
    ended = next((event for event in events if event.startswith("ended ")), "")
    sys.stderr.write(f"\n{told['word']} {ended}\n")
    sys.stderr.flush()
    os._exit(0)
