"""Where pytest's settings are, as pytest itself looks for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_flops_mock.starter.pytest_settings import PytestSettings, pytest_settings, written


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, None),
        ({"pytest.ini": ""}, PytestSettings("pytest.ini", "ini", False)),
        ({"pyproject.toml": "[project]\nname = 'x'  # no tool.pytest.ini_options\n"}, None),
        ({"pyproject.toml": "[tool.pytest.ini_options]\n"}, PytestSettings("pyproject.toml", "toml", False)),
        ({"pyproject.toml": '[tool."pytest".ini_options]\n'}, PytestSettings("pyproject.toml", "toml", False)),
        ({"pyproject.toml": "[tool]\npytest.ini_options.addopts = '-q'\n"}, PytestSettings("pyproject.toml", "toml", False)),
        ({"pyproject.toml": "[tool.pytest]\nflops_check = true\n"}, PytestSettings("pyproject.toml", "toml", True)),
        ({"pyproject.toml": "[tool.pytest-watcher]\n"}, None),
        ({"tox.ini": "[tox]\n"}, None),
        ({"tox.ini": "[tox]\n[pytest]\nflops_sla = a\n"}, PytestSettings("tox.ini", "ini", True)),
        ({"setup.cfg": "[pytest]\n"}, None),
        ({"setup.cfg": "[tool:pytest]\n"}, PytestSettings("setup.cfg", "ini", False)),
        ({"setup.cfg": "[tool:pytest]\n", "pytest.ini": "[pytest]\n"}, PytestSettings("pytest.ini", "ini", False)),
    ],
)
def test_the_first_file_with_settings_counts(files: dict[str, str], found: PytestSettings | None, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert pytest_settings(tmp_path) == found


def test_lines_are_written_as_the_file_has_them() -> None:
    settings = {"flops_check": "true", "flops_sla": "mocks/a.json", "flops_project_sla": 'projects/"b".json'}
    assert written(settings, "ini") == [
        "flops_check = true",
        "flops_sla = mocks/a.json",
        'flops_project_sla = projects/"b".json',
    ]
    assert written(settings, "toml") == [
        "flops_check = true",
        'flops_sla = ["mocks/a.json"]',
        'flops_project_sla = "projects/\\"b\\".json"',
    ]
