"""What the aggregator starts with, and what ``fit_model()`` and ``evaluate_model()`` return."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.judging.parameters import GET, finite, sendable
from pytest_flops_mock.learner.facts import Aggregator, Evaluated, Number, Trained


def aggregator_findings(facts: Aggregator) -> Iterator[Finding]:
    """The initial parameters, and the model that is saved at the end."""
    parameters = facts.parameters
    yield from sendable(parameters, "FM511", "FM512")
    if parameters.is_list and not parameters.arrays:
        yield Finding.of(
            Problem(
                "the model has no parameters before training",
                where=GET,
                expected="at least one array: the aggregator starts the federation with them",
                got="an empty list",
                fix="give the model its parameters (zeros, say) in ModelManager.__init__(), before it has seen data",
                code="FM513",
            )
        )
    yield from finite(parameters, "FM515", "the initial parameters")
    if not facts.model:
        yield Finding.of(
            Problem(
                "get_model() gives nothing",
                where="get_model()",
                expected="the model, which FLOps saves with MLflow after the last round",
                got="None",
                fix="return the model object",
                code="FM514",
            )
        )


def train_findings(facts: Trained, rows: int) -> Iterator[Finding]:
    """What ``fit_model()`` returned, and what it did to the parameters."""
    yield from _count(facts.count, "fit_model()", "FM710", "FM711")
    value = facts.count.value
    if facts.count.is_int and value is not None and value > rows:
        yield Finding.of(
            Problem(
                "fit_model() reports more examples than there are rows",
                where="fit_model()",
                expected=f"at most {rows:,}",
                got=f"{int(value):,}",
                fix="return the number of rows that were trained on, once each: it is the learner's weight in the average",
                code="FM712",
            )
        )
    yield from sendable(facts.parameters, "FM715", "FM715")
    if facts.parameters.is_list and not facts.parameters.arrays:
        yield Finding.of(
            Problem(
                "the model has no parameters after training",
                where=GET,
                expected="the arrays that training has changed",
                got="an empty list",
                fix="return the model's parameters as a list of arrays",
                code="FM715",
            )
        )
    yield from finite(facts.parameters, "FM713", "the parameters after training")
    if facts.parameters.valid and not facts.changed:
        yield Finding.of(
            Problem(
                "training leaves the parameters as they were",
                where="fit_model()",
                expected="other values after a round of training",
                got="the values that were set",
                fix="make sure that fit_model() trains the model that get_model_parameters() reads",
                code="FM714",
            )
        )


def evaluate_findings(facts: Evaluated) -> Iterator[Finding]:
    """What ``evaluate_model()`` returned."""
    if not facts.is_tuple or facts.length != 3:
        yield Finding.of(
            Problem(
                "evaluate_model() does not return three values",
                where="evaluate_model()",
                expected="a tuple: loss, accuracy, number of examples",
                got=f"{facts.kind} of {facts.length}" if facts.length else facts.kind,
                fix="return loss, accuracy, number_of_examples",
                code="FM910",
            )
        )
        return
    loss, accuracy, count = facts.values
    for name, value, fits in (
        ("loss", loss, loss.is_float),
        ("accuracy", accuracy, accuracy.is_float or accuracy.is_int),
    ):
        if not fits:
            yield Finding.of(
                Problem(
                    f"the {name} that evaluate_model() returns cannot be sent",
                    where="evaluate_model()",
                    expected="a Python float" + (" (float64 is one, float32 is not)" if "numpy" in value.kind else ""),
                    got=f"{value.kind} {value.text}",
                    fix=f"return float({name})",
                    code="FM911",
                )
            )
        elif not value.finite:
            yield Finding.of(
                Problem(
                    f"the {name} that evaluate_model() returns is not finite",
                    where="evaluate_model()",
                    expected="a finite number: nothing in the federation refuses another, and its result is worthless",
                    got=value.text,
                    fix="look for a logarithm of 0, a division by 0, or an evaluation without rows",
                    code="FM912",
                )
            )
    if accuracy.value is not None and not 0 <= accuracy.value <= 1:
        yield Finding.of(
            Problem(
                "the accuracy is not a share",
                where="evaluate_model()",
                expected="a number from 0 to 1",
                got=accuracy.text,
                fix="divide by the number of examples; loss comes first, accuracy second",
                code="FM913",
            )
        )
    yield from _count(count, "evaluate_model()", "FM914", "FM914")


def memory_findings(peak_bytes: int, limit_mb: float) -> Iterator[Finding]:
    """Whether the process needed more memory than the project SLA gives a learner."""
    if 0 < limit_mb * 10**6 < peak_bytes:
        yield Finding.of(
            Problem(
                "the learner needs more memory than the project SLA gives it",
                where="resource_constraints.memory",
                expected=f"at most {limit_mb:,.0f} MB",
                got=f"{peak_bytes / 10**6:,.0f} MB at its peak, the check's own share included",
                fix="ask for more in the project SLA, or hold less data in memory",
                code="FM716",
            )
        )


def _count(count: Number, where: str, kind: str, size: str) -> Iterator[Finding]:
    if not count.is_int:
        yield Finding.of(
            Problem(
                f"the number of examples that {where} returns is not an int",
                where=where,
                expected="a Python int, which is what Flower takes",
                got=f"{count.kind} {count.text}",
                fix="return int(number)" if count.value is not None else "return the number of rows that were used",
                code=kind,
            )
        )
    elif count.value is not None and count.value <= 0:
        yield Finding.of(
            Problem(
                f"{where} used no examples",
                where=where,
                expected="a number above 0: it weighs the learner's part of the average",
                got=count.text,
                fix="look for filters, splits and batch sizes (drop_last) that leave nothing",
                code=size,
            )
        )
