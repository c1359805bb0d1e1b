"""Run a module as on a system without what only POSIX has, such as Windows: ``python without_posix.py MODULE ARGUMENTS``."""

from __future__ import annotations

import os
import runpy
import sys

for missing in ("fcntl", "resource"):
    sys.modules[missing] = None  # type: ignore[assignment]
for name in ("O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "fork", "killpg", "setsid"):
    delattr(os, name)
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
