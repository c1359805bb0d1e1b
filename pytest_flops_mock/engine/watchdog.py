"""Removes a container once the process that started it is gone, however it ended.

A program of its own: ``watchdog.py LABEL [FOLDER]``. Its standard input is a pipe from that process, which never writes.
The folder, where there is one, goes with the container.
"""

from __future__ import annotations

import shutil
import sys
import time

ROUNDS, PAUSE = 6, 0.5
"""A container that was being made when its maker died shows up a little later."""


def main(label: str, *folders: str) -> None:
    """Wait for the end of the process, then remove what has the label."""
    sys.stdin.buffer.read()
    import docker  # needed now, and until now only memory

    for _ in range(ROUNDS):
        try:
            client = docker.from_env(timeout=30)
            for container in client.containers.list(all=True, filters={"label": label}, ignore_removed=True):
                container.remove(force=True, v=True)
            client.close()
        except Exception:  # nobody is left to be told; the next round tries again
            pass
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(*sys.argv[1:])
