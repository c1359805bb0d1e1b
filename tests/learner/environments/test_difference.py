"""How a Python differs from that of the learner's image."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

import pytest
from standins.uv import asking

from pytest_flops_mock.learner.environments.difference import difference_findings
from pytest_flops_mock.learner.environments.installed import installed_versions

IMAGE = {"Python": "3.10.13", "datasets": "2.21.0", "flwr": "1.8.0", "pillow": "10.4.0"}


def nothing(names: Iterable[str]) -> Mapping[str, str]:
    return {}


@pytest.mark.parametrize(
    ("versions", "expected", "got"),
    [
        ({"Python": "3.11.7"}, "Python 3.10", "Python 3.11.7"),
        ({"datasets": "4.8.5"}, "datasets 2.x", "datasets 4.8.5"),
        ({"flwr": ""}, "flwr==1.8.0", "no flwr"),
        ({"flwr": "1.9.0", "pillow": "11.0"}, "flwr==1.8.0, pillow~=10.4.0", "flwr 1.9.0, pillow 11.0"),
    ],
)
def test_what_differs_from_the_learners_image_is_one_finding(versions: Mapping[str, str], expected: str, got: str) -> None:
    (finding,) = difference_findings({**IMAGE, **versions}, asking("python=3.10.14"), nothing)
    assert (finding.code, finding.severity.value) == ("FM201", "info")
    assert (finding.problem.expected, finding.problem.got) == (expected, got)


@pytest.mark.parametrize("python", ["python=3.10.14", "python>=3.12", "numpy", "numpy="])
def test_nothing_is_said_where_nothing_differs_or_no_python_is_pinned(python: str) -> None:
    assert difference_findings(IMAGE, asking(python), nothing) == ()


def test_pins_of_conda_yaml_are_compared_one_by_one() -> None:
    have = {"numpy": "2.1.0", "scipy": "1.14.1"}
    pinned = asking(
        "python=3.10.14", "numpy=1.26.4", "scipy>=1.1", "xgboost==99.9", "pandas", "pillow=9", "pip: [git+https://x.org/y]"
    )
    (finding,) = difference_findings(IMAGE, pinned, lambda names: {name: have[name] for name in names if name in have})
    assert (finding.code, finding.severity.value) == ("FM201", "info")
    assert (finding.problem.got, finding.problem.expected) == ("numpy 2.1.0, no xgboost", "numpy==1.26.4.*, xgboost==99.9")


def test_nothing_is_said_of_pins_that_are_met() -> None:
    assert difference_findings(IMAGE, asking("python=3.10.14", "numpy=1.26"), lambda names: {"numpy": "1.26.4"}) == ()


def test_the_versions_of_this_python_are_its_own() -> None:
    assert installed_versions(Path(sys.executable), ["numpy", "not-there"]) == {"numpy": metadata.version("numpy")}
    here = Path(sys.executable).with_name("python3")
    assert installed_versions(here, ["numpy", "not-there"]) == {"numpy": metadata.version("numpy")}
