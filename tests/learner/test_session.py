"""One child through many requests, and what is said when it is gone."""

from __future__ import annotations

import sys
from pathlib import Path

from standins.projects import REPOSITORY

from pytest_flops_mock.learner.facts import Failure, Told
from pytest_flops_mock.learner.requests import AGGREGATOR
from pytest_flops_mock.learner.session import LearnerSession
from pytest_flops_mock.repository.repository import MLRepository

GREETS_AND_ENDS = f"""#!{sys.executable}
import json, os, sys
asked = json.loads(sys.stdin.readline())
print(json.dumps({{"id": 1, "key": asked["key"], "facts": {{"versions": {{}}}}}}), flush=True)
sys.stderr.write("libarrow: no such instruction\\n")
os.abort()
"""


def test_a_child_that_ends_in_its_own_first_imports_says_how(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(GREETS_AND_ENDS, encoding="utf-8")
    python.chmod(0o700)
    with LearnerSession(MLRepository.of_files(REPOSITORY), timeout=30, python=python) as session:
        assert isinstance(session.start(), Told)
        session.begin(AGGREGATOR)
        failure = session.ask(AGGREGATOR)
    assert isinstance(failure, Failure)
    assert (failure.how, failure.ending) == ("ended", "signal SIGABRT")
