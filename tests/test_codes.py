"""The catalogue of codes holds whatever the package says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pytest_flops_mock
from pytest_flops_mock import Finding, Problem, Severity, Stage
from pytest_flops_mock.codes import CODES, Code

DIGITS = {"sla": "0", "structure": "1", "provide": "3", "load": "4", "transform": "6"}


def test_every_code_that_a_source_mentions_is_there() -> None:
    sources = Path(pytest_flops_mock.__file__).parent.rglob("*.py")
    mentioned = {code for path in sources for code in re.findall(r"\bFM\d{3}\b", path.read_text(encoding="utf-8"))}
    assert mentioned - {"FM000"} <= set(CODES)


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.id)
def test_a_finding_of_a_code_has_its_stage_and_severity(code: Code) -> None:
    assert re.fullmatch(r"FM\d{3}", code.id)
    assert code.id[2] == DIGITS[code.stage]
    finding = Finding.of(Problem("x", code=code.id))
    assert (finding.code, finding.stage, finding.severity) == (code.id, Stage(code.stage), Severity(code.severity))


def test_codes_are_listed_in_order_once_and_titles_are_not_shared() -> None:
    assert list(CODES) == sorted(CODES)
    titles = [code.title for code in CODES.values()]
    assert len(set(titles)) == len(titles)


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        CODES["FM999"] = CODES["FM001"]  # type: ignore[index]
