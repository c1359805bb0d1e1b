"""What Hypothesis knows without a word from the user, and what is said where it is not installed."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standins.draws import drawn

from pytest_flops_mock import MLRepository, MockSLA, ProjectSLA
from pytest_flops_mock.strategies import ci_profile


def in_a_child(program: str) -> Any:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    return json.loads(done.stdout)


def test_our_types_are_drawn_by_our_strategies() -> None:
    assert drawn(st.from_type(MockSLA), lambda sla: sla.findings()).keys() == {()}
    assert drawn(st.from_type(ProjectSLA), lambda sla: sla.findings(), examples=20).keys() == {()}
    assert drawn(st.from_type(MLRepository), lambda found: found.paths(), examples=20).keys() == {
        ("conda.yaml", "data_manager.py", "model_manager.py")
    }


@pytest.mark.slow
def test_it_does_not_matter_what_is_imported_first() -> None:
    program = "import json; from {} import {}; from {} import {}; "
    program += "print(json.dumps(find(strategies.from_type(MockSLA), bool).data_tag))"
    ours, theirs = ("pytest_flops_mock", "MockSLA"), ("hypothesis", "find, strategies")
    assert in_a_child(program.format(*ours, *theirs)) == "a"
    assert in_a_child(program.format(*theirs, *ours)) == "a"


def test_importing_hypothesis_loads_next_to_nothing_of_ours() -> None:
    loaded = in_a_child(
        "import sys, json, hypothesis; "
        "ours = [name for name in sys.modules if name.partition('.')[0] in ('pytest_flops_mock', 'pydantic')]; "
        "print(json.dumps(sorted(ours)))"
    )
    assert loaded == ["pytest_flops_mock", "pytest_flops_mock.announcing", "pytest_flops_mock.hypothesis_entry"]


def test_without_hypothesis_the_extra_is_named() -> None:
    said = in_a_child(
        "import sys, json\n"
        "class Blocked:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'hypothesis': raise ModuleNotFoundError(name=name)\n"
        "sys.meta_path.insert(0, Blocked())\n"
        "from pytest_flops_mock import FlopsMockError\n"
        "try:\n"
        "    import pytest_flops_mock.strategies\n"
        "except FlopsMockError as error:\n"
        "    print(json.dumps(str(error)))\n"
    )
    assert said == (
        "pytest_flops_mock.strategies needs Hypothesis\n"
        "  expected  the package hypothesis, 6.100 or later\n"
        "  got       no such package in this Python\n"
        "  fix       install the extra: pip install 'pytest-flops-mock[hypothesis]'"
    )


def test_the_profile_of_ci_draws_the_same_each_time_and_sets_nothing() -> None:
    before, seen = settings.default, []
    for _ in range(2):

        @settings(ci_profile(20))
        @given(st.integers())
        def run(number: int) -> None:
            seen.append(number)

        run()
    assert seen[: len(seen) // 2] == seen[len(seen) // 2 :]
    assert settings.default is before
