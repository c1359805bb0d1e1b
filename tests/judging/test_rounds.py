"""What is said of the aggregator's start, of training and of evaluation: from facts alone, without a process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from standins.facts import array, evaluated, number, parameters, trained

from pytest_flops_mock import Finding
from pytest_flops_mock.judging.rounds import aggregator_findings, evaluate_findings, memory_findings, train_findings
from pytest_flops_mock.learner.facts import Aggregator, Evaluated, Parameters, Trained


def told(found: Iterable[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.problem.got) for finding in found]


def test_nothing_is_said_of_good_rounds() -> None:
    assert told(aggregator_findings(Aggregator(parameters(), "SGDClassifier"))) == []
    assert told(train_findings(trained(), rows=600)) == []
    assert told(evaluate_findings(evaluated())) == []
    assert told(memory_findings(90 * 10**6, 100)) == []


@pytest.mark.parametrize(
    ("given", "code", "got"),
    [
        (replace(parameters(), kind="tuple", is_list=False, valid=False), "FM511", "tuple"),
        (parameters(array(kind="torch.Tensor", is_array=False)), "FM511", "torch.Tensor"),
        (parameters(array(), array(dtype="object", numeric=False)), "FM512", "dtype object"),
        (parameters(), "FM513", "an empty list"),
        (parameters(array(), array(finite=False)), "FM515", "NaN or infinity in array 1"),
    ],
)
def test_what_an_aggregator_cannot_start_with(given: Parameters, code: str, got: str) -> None:
    given = replace(given, arrays=()) if code == "FM513" else given
    assert told(aggregator_findings(Aggregator(given, "model"))) == [(code, got)]


def test_a_model_that_is_none_is_told_in_full() -> None:
    (finding,) = aggregator_findings(Aggregator(parameters(), ""))
    assert f"{finding.code} {finding.problem}" == (
        "FM514 get_model() gives nothing\n"
        "  where     get_model()\n"
        "  expected  the model, which FLOps saves with MLflow after the last round\n"
        "  got       None\n"
        "  fix       return the model object"
    )


@pytest.mark.parametrize(
    ("facts", "code", "got"),
    [
        (trained(count=number(600, kind="numpy.int64", is_int=False)), "FM710", "numpy.int64 600"),
        (trained(count=number(None, kind="NoneType", is_int=False, text="None")), "FM710", "NoneType None"),
        (trained(count=number(0)), "FM711", "0"),
        (trained(count=number(601)), "FM712", "601"),
        (trained(parameters=parameters(array(finite=False))), "FM713", "NaN or infinity in array 0"),
        (trained(changed=False), "FM714", "the values that were set"),
        (trained(parameters=replace(parameters(), arrays=(), valid=False)), "FM715", "an empty list"),
        (trained(parameters=parameters(array(dtype="<U3", numeric=False))), "FM715", "dtype <U3"),
    ],
)
def test_what_training_must_not_give_back(facts: Trained, code: str, got: str) -> None:
    assert told(train_findings(facts, rows=600)) == [(code, got)]


@pytest.mark.parametrize(
    ("facts", "code", "got"),
    [
        (Evaluated("float", is_tuple=False, length=0, values=()), "FM910", "float"),
        (Evaluated("tuple", is_tuple=True, length=2, values=()), "FM910", "tuple of 2"),
        (evaluated(loss=number(0.5, kind="numpy.float32", is_float=False, is_int=False)), "FM911", "numpy.float32 0.5"),
        (evaluated(loss=number(None, is_float=True, is_int=False, text="nan", finite=False)), "FM912", "nan"),
        (evaluated(accuracy=number(97.5, kind="float", is_float=True, is_int=False)), "FM913", "97.5"),
        (evaluated(count=number(0)), "FM914", "0"),
    ],
)
def test_what_evaluation_must_not_return(facts: Evaluated, code: str, got: str) -> None:
    assert told(evaluate_findings(facts)) == [(code, got)]
