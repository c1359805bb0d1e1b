"""Virtual environments with a package that is broken."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path


def broken(folder: Path, package: str, code: str) -> Path:
    """A virtual environment with the packages of this one, but for one of which this is the code."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=300)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "these.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    (site / package).mkdir()
    (site / package / "__init__.py").write_text(code, encoding="utf-8")
    return folder
