"""How a Python differs from that of the learner's image."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from standins.uv import asking

from pytest_flops_mock.learner.environments.difference import difference_findings

IMAGE = {"Python": "3.10.13", "datasets": "2.21.0", "flwr": "1.8.0", "pillow": "10.4.0"}


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
    (finding,) = difference_findings({**IMAGE, **versions}, asking("python=3.10.14"))
    assert (finding.code, finding.severity.value) == ("FM201", "info")
    assert (finding.problem.expected, finding.problem.got) == (expected, got)


@pytest.mark.parametrize("python", ["python=3.10.14", "python>=3.12", "numpy", "numpy="])
def test_nothing_is_said_where_nothing_differs_or_no_python_is_pinned(python: str) -> None:
    assert difference_findings(IMAGE, asking(python)) == ()
