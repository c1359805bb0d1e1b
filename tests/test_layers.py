"""The imports of the package go down the layers of ARCHITECTURE.md, and loading the plugin costs next to nothing."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

import pytest_flops_mock

PACKAGE = Path(pytest_flops_mock.__file__).parent

LAYERS: dict[str, int] = {
    "announcing": 0,
    "child": 0,
    "errors": 1,
    "progress": 1,
    "regular": 0,
    "stage": 0,
    "subprocesses": 0,
    "texts": 0,
    "waiting": 0,
    "codes": 2,
    "engine": 2,
    "machine": 2,
    "opening": 3,
    "statistics": 2,
    "findings": 3,
    "report": 4,
    "report_files": 5,
    "sla": 4,
    "flight": 5,
    "repository": 5,
    "data": 6,
    "option": 6,
    "option_table": 8,
    "option_values": 7,
    "mock_data": 7,
    "options": 9,
    "settings": 10,
    "reproducing": 10,
    "partitions": 6,
    "provider": 8,
    "sending": 7,
    "learner": 8,
    "judging": 9,
    "stages": 10,
    "pipeline": 11,
    "terminal": 11,
    "starter": 11,
    "strategies": 11,
    "hypothesis_entry": 12,
    "nodes": 12,
    "search": 12,
    "manager": 12,
    "containers": 12,
    "rounds": 13,
    "checks": 14,
    "cli": 15,
    "fixtures": 15,
    "collection": 15,
    "report_plugin": 15,
    "tracebacks": 15,
    "plugin": 16,
    "__main__": 16,
}
"""Each part of the package; it may import from lower layers, and from its own folder."""

THIRD_PARTY: dict[str, set[str]] = {
    "report/html": {"jinja2", "markupsafe"},
    # In the repository's own Python, and loaded there once Flower is known to be installed.
    "child/rounds/client.py": {"flwr"},
    "child/rounds/cluster.py": {"flwr"},
    "child/rounds/ray_flower.py": {"flwr"},
    "child/rounds/ray_workers.py": {"grpc", "ray"},
    "child/rounds/strategy.py": {"flwr"},
    "sla": {"pydantic", "pydantic_core"},
    "flight": {"pyarrow", "xxhash"},
    "repository": {"packaging", "yaml"},
    "data": {"pyarrow", "numpy"},
    "data/twins": {"pyarrow", "numpy", "datasets"},
    # A twin of plain columns is made without datasets.
    "data/twins/bounds.py": set(),
    "data/twins/engine.py": {"pyarrow", "numpy"},
    "data/twins/making.py": {"pyarrow", "numpy"},
    "data/twins/plain.py": {"pyarrow"},
    "data/twins/values.py": {"pyarrow", "numpy"},
    "partitions": {"pyarrow", "numpy"},
    "partitions/row_numbers.py": {"pyarrow", "numpy", "datasets"},
    "provider": {"pyarrow"},
    "sending": {"pyarrow"},
    "checks": {"filelock"},
    "manager/api.py": {"fastapi", "starlette"},
    "manager/listening.py": {"uvicorn"},
    "manager/requests.py": {"starlette"},
    "manager/views.py": {"pydantic"},
    "containers": {"pyarrow"},
    "learner": {"pyarrow", "packaging"},
    "strategies": {"hypothesis", "numpy", "pyarrow"},
    "search": {"numpy", "pyarrow"},
    "fixtures": {"pytest"},
    "collection": {"pytest"},
    "terminal": {"pytest", "_pytest"},
    "tracebacks": {"pytest"},
    "plugin": {"pytest"},
    "report_plugin": {"pytest"},
}
"""What a part may import at module level beside the standard library."""

HEAVY = [
    "datasets",
    "docker",
    "fastapi",
    "flops_utils",
    "flwr_datasets",
    "grpc",
    "huggingface_hub",
    "hypothesis",
    "jinja2",
    "markupsafe",
    "matplotlib",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "rich",
    "sklearn",
    "starlette",
    "tensorflow",
    "testcontainers",
    "torch",
    "typer",
    "uvicorn",
]

PURE_DATA: set[tuple[str, ...]] = set()
"""Modules, or folders of them, that hold nothing but data and may be as long as these are."""

MODULES = sorted(
    path.relative_to(PACKAGE)
    for path in PACKAGE.rglob("*.py")
    if "templates" not in path.relative_to(PACKAGE).parts  # of an installed package: repositories
)


def part_of(module: Path) -> str:
    return module.parts[0].removesuffix(".py")


def imported(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The modules that these statements import; within the child they name siblings by a dot."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            whole = node.module == "pytest_flops_mock"
            yield from ([f"{node.module}.{alias.name}" for alias in node.names] if whole else [node.module or ""])


@cache
def text_of(module: Path) -> str:
    return (PACKAGE / module).read_text(encoding="utf-8")


@cache
def tree_of(module: Path) -> ast.Module:
    return ast.parse(text_of(module))


def from_above(module: Path) -> Iterator[str]:
    part = part_of(module)
    for name in imported(ast.walk(tree_of(module))):
        top, _, rest = name.partition(".")
        below = rest.partition(".")[0]
        if top == "pytest_flops_mock" and below not in ("__version__", part) and LAYERS[below] >= LAYERS[part]:
            yield f"{module} imports {name}"


def test_modules_import_only_from_below() -> None:
    """Wherever the import stands: in a function and for type checkers as well."""
    looked_at = [module for module in MODULES if part_of(module) != "__init__"]  # that loads a name when it is asked for
    assert [wrong for module in looked_at for wrong in from_above(module)] == []


def beyond_its_part(module: Path) -> set[str]:
    places = (module.as_posix(), module.parent.as_posix(), part_of(module))
    allowed = next((THIRD_PARTY[place] for place in places if place in THIRD_PARTY), set())
    tops = {name.partition(".")[0] for name in imported(tree_of(module).body)}
    return tops - {"pytest_flops_mock"} - set(sys.stdlib_module_names) - allowed


def test_modules_load_only_what_their_part_may() -> None:
    assert {str(module): beyond for module in MODULES if (beyond := beyond_its_part(module))} == {}


def test_only_the_child_names_modules_by_a_dot() -> None:
    for module in MODULES:
        levels = {node.level for node in ast.walk(tree_of(module)) if isinstance(node, ast.ImportFrom)}
        deep = len(module.parts) - 1 if part_of(module) == "child" else 0
        assert levels <= set(range(deep + 1)), module


def test_a_module_is_one_thing_of_bounded_length() -> None:
    lengths = {module: len(text_of(module).splitlines()) for module in MODULES if module.parts[:2] not in PURE_DATA}
    assert [f"{module}: {lines} lines" for module, lines in lengths.items() if lines > 400] == []


def test_every_part_has_a_layer() -> None:
    assert {part_of(module) for module in MODULES} - {"__init__"} == set(LAYERS)


def loaded_by(statement: str) -> set[str]:
    program = f"import sys, json, pytest; before = set(sys.modules); {statement}; "
    program += "print(json.dumps(sorted(set(sys.modules) - before)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=300)
    return set(json.loads(done.stdout))


def test_loading_the_plugin_loads_little() -> None:
    loaded = loaded_by("import pytest_flops_mock.plugin")
    assert len(loaded) <= 15, loaded
    assert not {name.partition(".")[0] for name in loaded} & set(HEAVY)


def test_a_run_of_other_tests_loads_nothing_heavy(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(
        f"""
        import sys

        def test_other():
            heavy = {HEAVY}
            assert not [name for name in heavy if name in sys.modules]
        """
    )
    result = pytester.runpytest_subprocess("-p", "pytest_flops_mock.plugin", timeout=60)
    result.assert_outcomes(passed=1)


def test_every_public_name_is_there() -> None:
    for name in pytest_flops_mock.__all__:
        assert getattr(pytest_flops_mock, name) is not None
    assert dir(pytest_flops_mock) == sorted(pytest_flops_mock.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'MLDataServr'"):
        _ = pytest_flops_mock.MLDataServr
