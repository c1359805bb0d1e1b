"""Packages of a few bytes, as wheels and source distributions in a folder that the real uv takes them from, offline."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import sys
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a build backend imports this as well
    import pytest

    from pytest_flops_mock import MLRepository

LEARNERS = {
    "flwr": "1.8.0",
    "pydantic": "2.7.4",
    "pillow": "10.4.0",
    "flwr_datasets": "0.1.0",
    "flops_utils": "0.6.3",
    "numpy": "1.26.4",
    "pyarrow": "15.0.2",
    "datasets": "2.21.0",
}
"""What FLOps puts into the learner's image, and what a check needs there."""


def offline_packages(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """Let uv find packages in a folder alone, which is given back, and keep its cache beside it."""
    wheels = folder / "wheels"
    wheels.mkdir(exist_ok=True)
    for name, version in LEARNERS.items():
        wheel(wheels, name, version)
    for variable in list(os.environ):
        if variable.startswith(("UV_", "PIP_")):
            monkeypatch.delenv(variable)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    for variable, value in {"PYENV_ROOT": folder / "no-pyenv", "HOME": folder, "PATH": os.defpath}.items():
        monkeypatch.setenv(variable, str(value))  # the fewer Pythons uv finds, the sooner it is done
    monkeypatch.setenv("UV_FIND_LINKS", str(wheels))
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(folder / "uv-cache"))
    return wheels


def needing(*entries: str, pip: str = "") -> MLRepository:
    """A repository for this Python that needs numpy, pyarrow, datasets and more entries of conda, or of the pip list."""
    from pytest_flops_mock import MLRepository

    python = f"python={sys.version_info.major}.{sys.version_info.minor}"
    lines = [f"- {entry}" for entry in (python, "numpy", "pyarrow", "datasets", *entries)]
    below = f"- pip:\n{pip}" if pip else ""
    text = "\n".join(["name: x", "dependencies:", *lines, below])
    return MLRepository.of_files({"conda.yaml": text + "\n"})


def wheel(
    folder: Path,
    name: str,
    version: str,
    files: Mapping[str, str] | None = None,
    *,
    needs: Sequence[str] = (),
    wrong: str = "",
) -> Path:
    """A wheel with a module of the package's name, or with those files. Its record is right, unless another is given."""
    requires = "".join(f"Requires-Dist: {need}\n" for need in needs)
    told = f"{name}-{version}.dist-info"
    contents = {
        **(files or {f"{name}/__init__.py": f'__version__ = "{version}"\n', f"{name}/more.py": "MORE = 1\n"}),
        f"{told}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}",
        f"{told}/WHEEL": "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = io.StringIO()
    rows = csv.writer(record, lineterminator="\n")
    for path, text in contents.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
        rows.writerow([path, wrong or f"sha256={digest}", len(text.encode())])
    rows.writerow([f"{told}/RECORD", "", ""])
    built = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(built, "w") as archive:
        for inside, text in {**contents, f"{told}/RECORD": record.getvalue()}.items():
            archive.writestr(inside, text)
    return built


def source(folder: Path, name: str, version: str, code: str) -> Path:
    """A source distribution with a build backend of its own, whose ``code`` runs when it is built."""
    backend = (
        f"{code}\n"
        "import sys, pathlib\n"
        f"sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
        "from standins.wheels import wheel\n"
        "def build_wheel(folder, config_settings=None, metadata_directory=None):\n"
        f"    return wheel(pathlib.Path(folder), {name!r}, {version!r}).name\n"
    )
    files = {
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
        "backend.py": backend,
    }
    path = folder / f"{name}-{version}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for inside, text in files.items():
            entry = tarfile.TarInfo(f"{name}-{version}/{inside}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return path
