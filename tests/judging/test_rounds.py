"""What is said of the aggregator's start, of training and of evaluation: from facts alone, without a process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from standins.facts import array, evaluated, number, parameters, trained

from pytest_flops_mock import Finding
from pytest_flops_mock.judging.model import model_findings
from pytest_flops_mock.judging.rounds import (
    aggregator_findings,
    chance_findings,
    evaluate_findings,
    round_findings,
    start_findings,
    train_findings,
)
from pytest_flops_mock.learner.facts import Aggregator, Evaluated, EvaluatedStart, Model, Number, Parameters, Trained
from pytest_flops_mock.sla.models import MLModelFlavor

ESTIMATOR = Model("sklearn.SGDClassifier", ("sklearn.SGDClassifier", "builtins.object"), fits=True, not_pickled="")
NETWORK = Model("Net", ("model_manager.Net", "torch.Module", "builtins.object"), fits=False, not_pickled="")


def told(found: Iterable[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.problem.got) for finding in found]


def test_nothing_is_said_of_good_rounds() -> None:
    assert told(aggregator_findings(Aggregator(parameters(), ESTIMATOR))) == []
    assert told(train_findings(trained(), rows=600)) == []
    assert told(evaluate_findings(evaluated())) == []
    assert told(round_findings(trained())) == told(round_findings(trained(), trained())) == []


@pytest.mark.parametrize(
    ("given", "code", "got"),
    [
        (replace(parameters(), kind="tuple", is_list=False, valid=False), "FM511", "tuple"),
        (parameters(array(kind="torch.Tensor", refused="RuntimeError: grad")), "FM511", "torch.Tensor: RuntimeError: grad"),
        (parameters(array(), array(refused="Object arrays")), "FM512", "numpy.ndarray: Object arrays"),
        (parameters(array(dtype="<U1", not_averaged="no loop")), "FM512", "dtype <U1: no loop"),
        (parameters(), "FM513", "an empty list"),
        (parameters(array(), array(finite=False)), "FM515", "NaN or infinity in array 1"),
    ],
)
def test_what_an_aggregator_cannot_start_with(given: Parameters, code: str, got: str) -> None:
    given = replace(given, arrays=()) if code == "FM513" else given
    assert told(aggregator_findings(Aggregator(given, ESTIMATOR))) == [(code, got)]


def test_a_model_that_is_none_is_told_in_full() -> None:
    (finding,) = model_findings(replace(ESTIMATOR, kind=""), None, None)
    assert f"{finding.code} {finding.problem}" == (
        "FM514 get_model() gives nothing\n"
        "  where     get_model()\n"
        "  expected  the model, which FLOps saves with MLflow after a round\n"
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
        (trained(parameters=parameters(array(dtype="<U3", not_averaged="no loop"))), "FM715", "dtype <U3: no loop"),
    ],
)
def test_what_training_must_not_give_back(facts: Trained, code: str, got: str) -> None:
    assert told(train_findings(facts, rows=600)) == [(code, got)]


@pytest.mark.parametrize(
    ("facts", "code", "got"),
    [
        (Evaluated("float", length=0, values=()), "FM910", "float"),
        (Evaluated("tuple", length=2, values=()), "FM910", "tuple of 2"),
        (evaluated(loss=number(0.5, kind="numpy.float32", is_float=False, is_int=False)), "FM911", "numpy.float32 0.5"),
        (evaluated(loss=number(None, is_float=True, is_int=False, text="nan", finite=False)), "FM912", "nan"),
        (evaluated(accuracy=number(97.5, kind="float", is_float=True, is_int=False)), "FM913", "97.5"),
        (evaluated(count=number(0)), "FM914", "0"),
    ],
)
def test_what_evaluation_must_not_return(facts: Evaluated, code: str, got: str) -> None:
    assert told(evaluate_findings(facts)) == [(code, got)]


def test_a_list_of_three_is_an_evaluation_as_well() -> None:
    assert told(evaluate_findings(replace(evaluated(), kind="list"))) == []


def test_ten_arrays_of_which_the_same_is_to_be_said_are_one_finding() -> None:
    same = parameters(*(array(kind="torch.Parameter", refused="RuntimeError: grad") for _ in range(10)))
    (finding,) = aggregator_findings(Aggregator(same, ESTIMATOR))
    assert finding.message == "each of the parameters 0, 1, 2, 3, 4, 5, and 4 more cannot be sent"
    assert finding.problem.fix == "convert the tensor: value.detach().cpu().numpy()"


@pytest.mark.parametrize(
    ("kind", "fix"),
    [("scipy.csr_matrix", "a sparse matrix has no array of its own"), ("dict", "return arrays of numbers, such as")],
)
def test_the_way_to_an_array_depends_on_what_there_is(kind: str, fix: str) -> None:
    (finding,) = aggregator_findings(Aggregator(parameters(array(kind=kind, refused="ValueError: no")), ESTIMATOR))
    assert finding.problem.fix.startswith(fix)


@pytest.mark.parametrize(
    ("model", "flavor", "code"),
    [
        (ESTIMATOR, MLModelFlavor.SKLEARN, ""),
        (NETWORK, MLModelFlavor.PYTORCH, ""),
        (NETWORK, None, ""),
        (replace(NETWORK, classes=("keras.Sequential", "keras.Model")), MLModelFlavor.KERAS, ""),
        (ESTIMATOR, MLModelFlavor.PYTORCH, "FM516"),
        (NETWORK, MLModelFlavor.KERAS, "FM516"),
        (replace(ESTIMATOR, not_pickled="TypeError: cannot pickle"), MLModelFlavor.SKLEARN, "FM516"),
        (NETWORK, MLModelFlavor.SKLEARN, "FM517"),
    ],
)
def test_a_model_is_saved_with_its_flavor_or_not_at_all(model: Model, flavor: MLModelFlavor | None, code: str) -> None:
    """Contract, section 5: what ``mlflow.<flavor>.save_model`` takes."""
    assert [finding.code for finding in model_findings(model, flavor, None)] == ([code] if code else [])


def test_a_second_round_is_told_for_what_it_alone_shows() -> None:
    used_up, broken = trained(count=number(0)), trained(parameters=parameters(array(finite=False)))
    assert told(round_findings(used_up, trained())) == [("FM821", "0")]
    assert told(round_findings(broken, trained())) == [("FM713", "NaN or infinity in array 0")]
    assert told(round_findings(used_up, used_up)) == told(round_findings(broken, broken)) == []


def test_forks_during_training_are_a_warning_once() -> None:
    """Contract, section 4: 10 of 17 runs died of SIGSEGV in a worker."""
    assert told(round_findings(trained(forks=2))) == [("FM717", "2 forks during the call")]
    assert told(round_findings(trained(forks=2), trained(forks=2))) == []


def real(value: float) -> Number:
    return number(value, kind="float", is_int=False, is_float=True)


@pytest.mark.parametrize(
    ("loss", "before", "differ", "codes"),
    [
        (0.123456, 0.123456, True, ["FM915"]),
        (0.123456, 0.123456, False, []),
        (0.0, 0.0, True, []),
        (0.123456, 0.123457, True, []),
    ],
)
def test_an_evaluation_that_ignores_what_is_set(loss: float, before: float, differ: bool, codes: list[str]) -> None:
    facts = evaluated(loss=real(loss))
    start = EvaluatedStart(evaluated(loss=real(before)).values, differ=differ)
    assert [finding.code for finding in start_findings(facts, start)] == codes


@pytest.mark.parametrize(
    ("accuracy", "loss", "codes"),
    [(0.017, 3.0, ["FM916"]), (0.1, 2.3, ["FM916"]), (0.1, 2.2, []), (0.11, 3.0, []), (0.9, 0.2, [])],
)
def test_learning_no_better_than_by_chance(accuracy: float, loss: float, codes: list[str]) -> None:
    """With ten classes guessing gives 0.1; a loss that falls shows that something is learned all the same."""
    facts = evaluated(loss=real(loss), accuracy=real(accuracy))
    start = EvaluatedStart(evaluated(loss=real(2.3)).values, differ=True)
    assert [finding.code for finding in chance_findings(facts, start, 10)] == codes
