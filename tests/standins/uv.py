"""A shell script that stands in for uv, and repositories that ask for packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_flops_mock import MLRepository
from pytest_flops_mock.errors import LearnerEnvironmentError, ToolError
from pytest_flops_mock.learner.environments import built, choice
from pytest_flops_mock.learner.environments.choice import learner_python

BUILD = """
if [ "$1" = venv ]; then
  mkdir -p "$4/bin"; printf '#!/bin/sh\\necho "{}"\\n' > "$4/bin/python"; chmod +x "$4/bin/python"
  echo venv >> "$0.log"; exit 0
fi
echo pip >> "$0.log"
"""
"""Makes a virtual environment whose Python imports whatever it is asked to, and notes what it was asked for itself."""


def asking(*entries: str) -> MLRepository:
    lines = "".join(f"  - {entry}\n" for entry in entries)
    return MLRepository.of_files({"conda.yaml": f"dependencies:\n{lines}name: x\n"})


def refused(env: str, repository: MLRepository | None = None, cache: Path | None = None) -> LearnerEnvironmentError:
    with pytest.raises(LearnerEnvironmentError) as raised:
        learner_python(env, repository or asking(), cache=cache)
    return raised.value


def no_verdict(repository: MLRepository, cache: Path | None = None) -> ToolError:
    with pytest.raises(ToolError) as raised:
        learner_python("learner", repository, cache=cache)
    return raised.value


def stand_in_for_uv(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Lets a shell script be uv."""
    program = folder / "uv-stand-in"
    listed = "cpython-3.11.7-linux-x86_64-gnu    /pythons/python3.11"
    program.write_text(f'#!/bin/sh\nif [ "$1" = python ]; then echo "{listed}"; exit 0; fi\n{script}\n')
    program.chmod(0o755)
    for module in (built, choice):
        monkeypatch.setattr(module, "find_uv", lambda: str(program))
