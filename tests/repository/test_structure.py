"""What can be said of an ML repository without running it."""

from __future__ import annotations

from pathlib import Path

import pytest
from standins.small import repository

from pytest_flops_mock import MLRepository
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.repository import structure
from pytest_flops_mock.repository.structure import METHODS, structure_findings

GOOD = repository("pass")


def told(files: dict[str, str]) -> list[tuple[str, str]]:
    return [(finding.code, finding.message) for finding in structure_findings(MLRepository.of_files(files))]


def test_nothing_is_said_of_a_good_one() -> None:
    assert told(GOOD) == []


@pytest.mark.parametrize(
    ("name", "code"), [("model_manager.py", "FM102"), ("conda.yaml", "FM102"), ("data_manager.py", "FM106")]
)
def test_a_missing_file_is_told_and_where_it_is_instead(name: str, code: str) -> None:
    files = {path: text for path, text in GOOD.items() if path != name}
    assert told(files) == [(code, f"the repository has no {name} at its root")]
    (finding,) = structure_findings(MLRepository.of_files({**files, f"src/{name}": GOOD[name]}))
    assert finding.problem.nearest == f"src/{name}"


def test_a_syntax_error_is_shown_once_with_its_line() -> None:
    files = {
        **GOOD,
        "model_manager.py": "from data_manager import x\n" + GOOD["model_manager.py"],
        "data_manager.py": "x = (\ny = 1",
    }
    (finding,) = structure_findings(MLRepository.of_files(files))
    assert (finding.code, finding.problem.where) == ("FM103", "data_manager.py:1")
    assert finding.message.startswith("data_manager.py is not valid Python: ")
    assert finding.detail == "x = (\n    ^"


def test_a_syntax_error_in_a_module_that_is_imported_is_found_and_in_others_not() -> None:
    broken = {**GOOD, "helpers.py": "def", "scripts/old.py": "print 1"}
    assert told(broken) == []
    assert [code for code, _ in told({**broken, "data_manager.py": "import helpers\nclass DataManager: ..."})] == ["FM103"]


@pytest.mark.parametrize(
    "manager",
    [
        "from elsewhere import ModelManager",
        "from elsewhere import *",
        "from elsewhere import Base\nclass ModelManager(Base): ...",
        "if True:\n    from elsewhere import ModelManager\nelse:\n    ModelManager = None",
        "ModelManager = object",
    ],
)
def test_a_class_that_comes_from_elsewhere_is_left_to_the_run(manager: str) -> None:
    assert told({**GOOD, "model_manager.py": manager}) == []


def test_a_class_of_another_name_is_told() -> None:
    (finding,) = structure_findings(MLRepository.of_files({**GOOD, "model_manager.py": "class ModelManger: ..."}))
    assert (finding.code, finding.message) == ("FM104", "model_manager.py defines no class ModelManager")
    assert finding.problem.nearest == "ModelManger"


@pytest.mark.parametrize("method", METHODS["ModelManager"])
def test_a_method_that_is_missing_is_told(method: str) -> None:
    text = GOOD["model_manager.py"].replace(f"def {method}(", f"def my_{method}(")
    (finding,) = structure_findings(MLRepository.of_files({**GOOD, "model_manager.py": text}))
    assert (finding.code, finding.message) == ("FM104", f"ModelManager has no method {method}")
    assert finding.problem.nearest == f"my_{method}"


def test_several_methods_that_are_missing_are_one_finding() -> None:
    (finding,) = structure_findings(MLRepository.of_files({**GOOD, "model_manager.py": "class ModelManager: ..."}))
    assert finding.message == (
        "ModelManager has no methods set_model_data, get_model, get_model_parameters, set_model_parameters, "
        "fit_model, evaluate_model"
    )


def test_a_method_may_be_assigned() -> None:
    text = "class DataManager:\n    def get_data(self): ...\n    _prepare_data = get_data\n"
    assert told({**GOOD, "data_manager.py": text}) == []


@pytest.mark.parametrize("module", ["main", "context", "data_loading"])
def test_a_module_that_the_image_replaces_is_told_when_it_is_used(module: str) -> None:
    files = {**GOOD, f"{module}.py": ""}
    assert told(files) == []
    files["data_manager.py"] = f"import {module}\nclass DataManager: ..."
    assert told(files) == [("FM105", f"{module} is replaced by FLOps' own in the image")]


@pytest.mark.parametrize("package", ["utils", "strategies"])
def test_a_root_module_is_shadowed_by_a_package_of_flops(package: str) -> None:
    uses = {**GOOD, "data_manager.py": f"from {package} import x\nclass DataManager: ..."}
    assert told({**uses, f"{package}.py": "x = 1"}) == [
        ("FM105", f"{package}.py is shadowed in the image by FLOps' own package {package}")
    ]


@pytest.mark.parametrize(
    ("line", "init"),
    [
        ("from utils import x", "x = 1"),
        ("from utils import x", "from utils.deep import *"),
        ("from utils import *", "x = 1"),
        ("import utils", "x = 1"),
        ("import utils.deep, utils", "from .deep import x"),
    ],
)
def test_of_a_package_that_is_merged_the_init_file_is_replaced(line: str, init: str) -> None:
    """Contract, section 4."""
    files = {**GOOD, "data_manager.py": f"{line}\nclass DataManager: ...", "utils/__init__.py": init, "utils/deep.py": ""}
    assert told(files) == [("FM105", "utils/__init__.py is replaced by FLOps' own in the image")]


@pytest.mark.parametrize(
    ("line", "init"),
    [
        ("from utils.deep import x", "x = 1"),
        ("from utils import deep", "x = 1"),
        ("import utils.deep", "x = 1"),
        ("import utils", "# nothing"),
        ("import numpy", "x = 1"),
    ],
)
def test_the_other_files_of_a_package_that_is_merged_stay(line: str, init: str) -> None:
    files = {**GOOD, "data_manager.py": f"{line}\nclass DataManager: ...", "utils/__init__.py": init, "utils/deep.py": ""}
    assert told(files) == []


def test_a_package_hides_a_module_of_flops_whoever_imports_it() -> None:
    """Python prefers a package to a module of the same name; a folder without ``__init__.py`` it does not prefer."""
    assert told({**GOOD, "context/__init__.py": ""}) == [
        ("FM105", "the package context hides FLOps' own module context.py in the image")
    ]
    assert told({**GOOD, "context/notes.txt": "", "main/__init__.py": ""}) == []


def test_a_file_may_name_its_encoding_and_one_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for name, text in GOOD.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "data_manager.py").write_bytes("# coding: latin-1\nclass DataManager: x = 'é'\n".encode("latin-1"))
    assert structure_findings(MLRepository.at(tmp_path)) == ()
    (tmp_path / "data_manager.py").write_bytes(b"class DataManager: x = '\xe9'\n")
    (finding,) = structure_findings(MLRepository.at(tmp_path))
    assert (finding.code, finding.problem.fix) == ("FM103", "save the file in UTF-8")


def test_an_odd_escape_is_no_error_whatever_this_process_makes_of_warnings() -> None:
    assert told({**GOOD, "data_manager.py": "class DataManager: x = '\\d'\n"}) == []  # warnings are errors in these tests


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "import numpy\n"])
def test_a_file_without_the_class_is_told_even_when_it_is_empty(text: str) -> None:
    assert told({**GOOD, "model_manager.py": text}) == [("FM104", "model_manager.py defines no class ModelManager")]
    assert told({**GOOD, "data_manager.py": text}) == [("FM107", "data_manager.py defines no class DataManager")]


@pytest.mark.parametrize(
    "manager",
    [
        "def __getattr__(name): ...",
        "try:\n    from fast import ModelManager\nexcept ImportError:\n    class ModelManager: ...",
        "(ModelManager := object)",
        "for ModelManager in [object]: ...",
        "import abc\nclass ModelManager(metaclass=abc.ABCMeta): ...",
        "import wrapt\n@wrapt.patched\nclass ModelManager: ...",
    ],
    ids=["module getattr", "fallback", "walrus", "loop", "metaclass", "decorator"],
)
def test_a_class_that_only_a_run_can_judge_is_left_to_it(manager: str) -> None:
    assert told({**GOOD, "model_manager.py": manager}) == []


def test_modules_of_a_package_are_followed_and_not_taken_for_those_at_the_root() -> None:
    files = {
        **GOOD,
        "data_manager.py": "from parts import reading\nclass DataManager: ...",
        "parts/__init__.py": "",
        "parts/reading.py": "from . import main\nfrom .main import x",
        "parts/main.py": "x = (",
        "main.py": "",
    }
    assert [(code, message.partition(":")[0]) for code, message in told(files)] == [
        ("FM103", "parts/main.py is not valid Python")
    ]


@pytest.mark.parametrize(
    "text", ["\ufeffclass DataManager: ...", "class DataManager:\r\n    pass\r\n"], ids=["byte order mark", "CRLF"]
)
def test_files_of_other_systems_are_read_as_python_reads_them(text: str, tmp_path: Path) -> None:
    for name, content in {**GOOD, "data_manager.py": text}.items():
        (tmp_path / name).write_bytes(content.encode())
    assert structure_findings(MLRepository.at(tmp_path)) == ()


@pytest.mark.parametrize(
    "text", ["x = '\0'", "(" * 10_000, "x = " + "+".join("1" * 20_000)], ids=["NUL", "brackets", "long sum"]
)
def test_files_that_break_the_parser_end_in_a_verdict(text: str) -> None:
    assert {code for code, _ in told({**GOOD, "data_manager.py": text})} <= {"FM103", "FM107"}


def shown(files: dict[str, str]) -> str:
    """The one finding as users see it."""
    (finding,) = structure_findings(MLRepository.of_files(files))
    return f"{finding.code} {finding.problem}"


def test_a_missing_file_is_told_in_full() -> None:
    files = {"conda.yml" if name == "conda.yaml" else name: text for name, text in GOOD.items()}
    assert shown(files) == (
        "FM102 the repository has no conda.yaml at its root\n"
        "  where     repository of 3 files\n"
        "  expected  conda.yaml beside the other files at the root\n"
        "  got       at the root: conda.yml, data_manager.py, model_manager.py\n"
        "  nearest   conda.yml\n"
        "  fix       put it at the root; hidden files and what Git does not track do not exist for the image builder"
    )


def test_a_missing_method_is_told_in_full() -> None:
    text = "from t import DataManagerTemplate\nclass DataManager(DataManagerTemplate):\n    def get_dat(self): ...\n"
    assert shown({**GOOD, "data_manager.py": text + "    _prepare_data = get_dat\n"}) == (
        "FM104 DataManager has no method get_data\n"
        "  where     data_manager.py:2\n"
        "  expected  all methods that are abstract in DataManagerTemplate: _prepare_data, get_data\n"
        "  got       methods: get_dat, _prepare_data\n"
        "  nearest   get_dat\n"
        "  fix       write what is missing; FLOps cannot use the class without it"
    )


def test_a_replaced_module_is_told_in_full() -> None:
    files = {**GOOD, "context.py": "", "data_manager.py": "import context\nclass DataManager: ..."}
    assert shown(files) == (
        "FM105 context is replaced by FLOps' own in the image\n"
        "  where     context.py\n"
        "  expected  a module that is not called main, context, data_loading, notification_management, "
        "aggregator_management, strategies, learner_parts, utils\n"
        "  got       context.py\n"
        "  nearest   my_context.py\n"
        "  fix       rename the module and its imports; here it works, on FLOps the import finds another one"
    )


def test_the_caret_is_under_the_character_also_behind_others_than_ascii() -> None:
    (finding,) = structure_findings(MLRepository.of_files({**GOOD, "data_manager.py": "x = 'é' $ 1\n"}))
    assert (finding.problem.where, finding.detail) == ("data_manager.py:1", "x = 'é' $ 1\n        ^")


def test_a_class_in_another_scope_is_not_the_class() -> None:
    text = "def make():\n    class ModelManager: ...\n    return ModelManager\n"
    assert told({**GOOD, "model_manager.py": text}) == [("FM104", "model_manager.py defines no class ModelManager")]


def found_in(files: dict[str, str]) -> tuple[Finding, ...]:
    """Of a repository that is good beside these files."""
    rest = {"model_manager.py": "ModelManager = 1\n", "data_manager.py": "DataManager = 1\n", "conda.yaml": ""}
    return structure_findings(MLRepository.of_files({**rest, **files}))


@pytest.mark.parametrize("path", ["model_manager.py", "other.py"])
def test_a_chain_that_would_end_this_process_is_not_parsed(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "_UNGUARDED", True)
    files = {
        "model_manager.py": "import other\nModelManager = other.x\n",
        "data_manager.py": "DataManager = 1\n",
        "conda.yaml": "",
    }
    found = told({**files, path: "a" + ".b" * 400_000})
    assert [code for code, _ in found] == (["FM103"] if path == "model_manager.py" else [])


def test_a_module_that_is_rather_data_is_left_to_the_run(tmp_path: Path) -> None:
    for name, text in {
        "model_manager.py": "from table import *\n",
        "data_manager.py": "DataManager = 1\n",
        "conda.yaml": "",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "table.py").write_text("x = [\n" + "1,\n" * 400_000, encoding="utf-8")
    assert structure_findings(MLRepository.at(tmp_path)) == ()


def test_of_a_long_line_the_place_is_shown() -> None:
    line = f"x = '{'a' * 5_000}' + + * '{'b' * 5_000}'"
    (finding,) = found_in({"model_manager.py": line})
    shown, mark = finding.detail.splitlines()
    assert (len(shown), shown[mark.index("^")]) == (200, "*")


@pytest.mark.parametrize("encoding", ["idna", "punycode", "utf-7", "UTF7", "unicode_escape"])
def test_encodings_in_which_nobody_writes_are_refused(encoding: str) -> None:
    (finding,) = found_in({"model_manager.py": f"# -*- coding: {encoding} -*-\n" + "a" * 500_000})
    assert (finding.code, finding.problem.where) == ("FM103", "model_manager.py")
