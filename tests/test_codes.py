"""The catalogue of codes holds whatever the package says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

import pytest_flops_mock
from pytest_flops_mock import Finding, Problem, Stage
from pytest_flops_mock.codes import CODES, Code
from pytest_flops_mock.codes.failures import FAILURES

PREFIXES = dict(zip(Stage, (f"FM{digit}" for digit in range(12)), strict=True))
"""What the codes of each stage begin with."""


def test_every_code_that_is_used_is_in_the_catalogue_and_every_one_there_is_used() -> None:
    package = Path(pytest_flops_mock.__file__).parent
    texts = [path.read_text(encoding="utf-8") for path in package.rglob("*.py") if path.parent.name != "codes"]
    used = {code for text in texts for code in re.findall(r"\bFM\d{3,4}\b", text)}
    assert used - {"FM000"} <= set(CODES)
    # A stage's failures are asked for by their names.
    assert set(CODES) - used <= {code.id for family in FAILURES.values() for code in family.codes()}


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.id)
def test_a_finding_of_a_code_has_its_stage_and_severity(code: Code) -> None:
    assert re.fullmatch(r"FM\d{3,4}", code.id)
    assert code.id.startswith(PREFIXES[code.stage])
    finding = Finding.of(Problem("x", code=code.id))
    assert (finding.code, finding.stage, finding.severity) == (code.id, code.stage, code.severity)


def test_codes_are_listed_in_order_once_and_titles_are_not_shared() -> None:
    assert list(CODES) == sorted(CODES, key=lambda code: (len(code), code))
    titles = [code.title for code in CODES.values()]
    assert len(set(titles)) == len(titles)


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        CODES["FM999"] = CODES["FM001"]  # type: ignore[index]


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.id)
def test_a_code_says_what_triggers_it_why_it_matters_and_how_to_mend_it(code: Code) -> None:
    for text in (code.trigger, code.why, code.fix):
        assert re.match(r"[A-Z]|[a-z]+[_.]", text), "a sentence, or one that begins with a name"
        assert text[-1] == "."
        assert "  " not in text
        assert len(re.findall(r"\.(?: [A-Z]|$)", text)) <= 2, "one or two sentences"
    assert len({code.trigger, code.why, code.fix}) == 3
    assert code.title[-1] != "."


def test_no_two_codes_have_the_same_trigger() -> None:
    triggers = [code.trigger for code in CODES.values()]
    assert len(set(triggers)) == len(triggers)


def test_the_page_of_codes_is_current() -> None:
    docs = Path(__file__).parents[1] / "docs"
    spec = importlib.util.spec_from_file_location("make_codes", docs / "make_codes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (docs / "codes.md").read_text(encoding="utf-8")
    assert module.codes() == written, "run: python docs/make_codes.py"
