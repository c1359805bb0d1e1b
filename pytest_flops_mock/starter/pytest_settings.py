"""Where pytest's settings of a folder are, as pytest looks for them; and what a check needs there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pytest_flops_mock.regular import read_regular

MAX_SETTINGS = 1_000_000

_OWN = re.compile(r"^[ \t]*\"?flops_\w+", re.MULTILINE)
_INI = re.compile(r"^\[pytest\]", re.MULTILINE)
_CFG = re.compile(r"^\[tool:pytest\]", re.MULTILINE)
_TOML = re.compile(
    r"^[^#\n]*\bpytest[\"']?[ \t]*\.[ \t]*[\"']?ini_options|^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*[\"']?pytest[\"']?[ \t]*[.\]]",
    re.MULTILINE,
)

NEW = "pytest.ini"
"""The file that is written where there are no settings."""

_LOOKED_INTO = (
    ("pytest.toml", None, "toml"),
    (".pytest.toml", None, "toml"),
    (NEW, None, "ini"),
    (".pytest.ini", None, "ini"),
    ("pyproject.toml", _TOML, "toml"),
    ("tox.ini", _INI, "ini"),
    ("setup.cfg", _CFG, "ini"),
)
"""The files in pytest's order; those with an expression count only where it is found."""


@dataclass(frozen=True)
class PytestSettings:
    """Settings that are there.

    Attributes:
        file: Their file.
        form: ``ini`` or ``toml``.
        own: Whether a key of ours is among them.
    """

    file: str
    form: str
    own: bool


def pytest_settings(root: Path) -> PytestSettings | None:
    """The settings that pytest would find in a folder; None where it would find none."""
    for name, section, form in _LOOKED_INTO:
        try:
            text = read_regular(root / name, MAX_SETTINGS).decode("utf-8", errors="replace")
        except OSError:
            continue
        if section is None or section.search(text):
            return PytestSettings(name, form, _OWN.search(text) is not None)
    return None


def written(settings: Mapping[str, str], form: str) -> list[str]:
    """Lines that say these settings, as INI or TOML files have them."""
    if form == "ini":
        return [f"{key} = {value}" for key, value in settings.items()]
    return [f"{key} = {_as_toml(key, value)}" for key, value in settings.items()]


def _as_toml(key: str, value: str) -> str:
    quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return value if value == "true" else f"[{quoted}]" if key == "flops_sla" else quoted
