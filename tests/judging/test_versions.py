"""A failure that a version explains, which the learner's image does not have, is no error there."""

from __future__ import annotations

import pytest

from pytest_flops_mock import Finding, Problem
from pytest_flops_mock.judging.causes import cause
from pytest_flops_mock.judging.versions import explained_by_lack, explained_by_versions
from pytest_flops_mock.learner.facts import Failure, Link, Raised
from pytest_flops_mock.stage import Stage

COLUMN = "AttributeError: 'Column' object has no attribute 'reshape'"

COLUMNS = (
    COLUMN,
    "TypeError: unsupported operand type(s) for /: 'Column' and 'float'",
    "TypeError: unsupported operand type(s) for +: 'int' and 'Column'",
    "TypeError: float() argument must be a string or a real number, not 'Column'",
    "TypeError: expected np.ndarray (got Column)",
    "TypeError: can't convert type 'Column' to numerator/denominator",
)


def link(kind: str, text: str) -> Link:
    return Link(kind, text, frames=(), key_is_text=False, by_library=True, of_data=True, shapes=())


def failed(message: str, detail: str = "") -> Finding:
    return Finding.of(Problem(message, where="data_manager.py:9 in get_data"), code="FM603", detail=detail)


@pytest.mark.parametrize(
    ("message", "versions", "got"),
    [
        *((message, {"datasets": "4.8.5"}, "datasets 4.8.5") for message in COLUMNS),
        ("ValueError: Feature type 'List' not found.", {"datasets": "4.0.0"}, "datasets 4.0.0"),
        ("AttributeError: `np.float_` was removed in the NumPy 2.0 release.", {"numpy": "2.1.0"}, "numpy 2.1.0"),
    ],
)
def test_it_is_a_warning_with_its_own_code(message: str, versions: dict[str, str], got: str) -> None:
    found = explained_by_versions(failed(message), versions)
    assert (found.code, found.severity.value, found.stage.value) == ("FM603", "warning", "transform")
    assert found.message == f"fails here, and may work there: {message}"
    assert found.problem.got == got
    assert found.problem.fix.startswith('check in the environment "learner"; ')


@pytest.mark.parametrize(
    ("message", "versions"),
    [
        (COLUMN, {"datasets": "2.21.0", "numpy": "2.1.0"}),
        (COLUMN, {}),
        ("KeyError: 'image'", {"datasets": "4.8.5"}),
        ("KeyError: 'Column'", {"datasets": "4.8.5"}),
        ("the repository asks for column 'Column', which the data do not have", {"datasets": "4.8.5"}),
        ("ValueError: the column is empty", {"datasets": "4.8.5"}),
    ],
)
def test_what_no_version_explains_stays_an_error(message: str, versions: dict[str, str]) -> None:
    assert explained_by_versions(failed(message), versions) == failed(message)


@pytest.mark.parametrize("message", COLUMNS)
def test_the_cause_is_known_by_the_same_table_whatever_version_runs(message: str) -> None:
    kind, _, text = message.partition(": ")
    assert "dataset[:][name] works with both" in cause(link(kind, text), (), "get_data()")


def test_a_missing_column_of_that_name_is_another_cause() -> None:
    assert cause(link("KeyError", "'Column'"), (), "get_data()") == ""


def test_what_is_no_error_stays_as_it_is() -> None:
    warning = Finding.of(Problem(COLUMN), code="FM004")
    assert explained_by_versions(warning, {"datasets": "4.8.5"}) is warning


@pytest.mark.parametrize(
    ("code", "kind", "lacking", "severity"),
    [
        ("FM601", "ModuleNotFoundError", ("graph-tool==2.58.*",), "warning"),
        ("FM601", "ModuleNotFoundError", (), "error"),
        ("FM601", "ImportError", ("graph-tool==2.58.*",), "error"),
        ("FM603", "ValueError", ("graph-tool==2.58.*",), "error"),
    ],
)
def test_an_import_that_fails_for_the_lack_of_a_package_of_condas_is_a_warning(
    code: str, kind: str, lacking: tuple[str, ...], severity: str
) -> None:
    finding = Finding.of(Problem("the repository imports graph_tool, which is not installed"), code=code)
    link = Link(kind, "No module named 'graph_tool'", (), key_is_text=False, by_library=False, of_data=False, shapes=())
    failure = Failure("raised", Raised((link,), "set_model_data()"))
    found = explained_by_lack(finding, failure, Stage.TRANSFORM, lacking)
    assert found.severity.value == severity
    if severity == "warning":
        assert found.message.startswith("fails here, and may work there: ")
        assert found.problem.expected == "an environment with graph-tool==2.58.*, which conda may have"
    else:
        assert found == finding
