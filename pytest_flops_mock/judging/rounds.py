"""What the aggregator starts with, and what ``fit_model()`` and ``evaluate_model()`` return."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import Finding, Frame
from pytest_flops_mock.judging.parameters import GET, at, finite, sendable, where
from pytest_flops_mock.learner.facts import Aggregator, Evaluated, EvaluatedStart, Number, Trained


def aggregator_findings(facts: Aggregator) -> Iterator[Finding]:
    """The initial parameters."""
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


def train_findings(facts: Trained, rows: int) -> Iterator[Finding]:
    """What ``fit_model()`` returned, and what it did to the parameters."""
    yield from _count(facts.count, "fit_model()", facts.place, "FM710", "FM711")
    value = facts.count.value
    if facts.count.is_int and value is not None and value > rows:
        yield Finding.of(
            Problem(
                "fit_model() reports more examples than there are rows",
                where=where(facts.place, "fit_model()"),
                expected=f"at most {rows:,}",
                got=f"{int(value):,}",
                fix="return the number of rows that were trained on, once each: it is the learner's weight in the average",
                code="FM712",
            ),
            frames=at(facts.place),
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


def round_findings(facts: Trained, first: Trained | None = None) -> Iterator[Finding]:
    """What holds for a round by itself: whether its processes and its parameters bear FLOps.

    Args:
        facts: The round.
        first: The first round, if this is a later one; what both have in common is told for the first alone.
    """
    if facts.forks and first is None:
        yield Finding.of(
            Problem(
                "fit_model() forks processes beside a live gRPC channel",
                where=where(facts.place, "fit_model()"),
                expected="no fork while the learner is connected: of 17 such runs on FLOps, 10 died of SIGSEGV in a worker",
                got=f"{facts.forks} fork{'s' * (facts.forks != 1)} during the call",
                fix="load in this process (num_workers=0), start workers in set_model_data(), or use the start method spawn",
                code="FM717",
            )
        )
    if first is None:
        return
    if (facts.count.value or 0) <= 0 < (first.count.value or 0):
        yield Finding.of(
            Problem(
                "fit_model() used no examples in its second round",
                where=where(facts.place, "fit_model()"),
                expected="as many as in the first round",
                got=facts.count.text,
                fix="make iterators anew in fit_model(): the first round has used them up",
                code="FM821",
            ),
            frames=at(facts.place),
        )
    if first.parameters.usable:
        yield from sendable(facts.parameters, "FM715", "FM715")
        yield from finite(facts.parameters, "FM713", "the parameters after the second round of training")


def evaluate_findings(facts: Evaluated) -> Iterator[Finding]:
    """What ``evaluate_model()`` returned."""
    place, frames = where(facts.place, "evaluate_model()"), at(facts.place)
    if len(facts.values) != 3 or facts.length != 3:
        yield Finding.of(
            Problem(
                "evaluate_model() does not return three values",
                where=place,
                expected="a tuple: loss, accuracy, number of examples",
                got=f"{facts.kind} of {facts.length}" if facts.length else facts.kind,
                fix="return loss, accuracy, number_of_examples",
                code="FM910",
            ),
            frames=frames,
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
                    where=place,
                    expected="a Python float" + (" (float64 is one, float32 is not)" if "numpy" in value.kind else ""),
                    got=f"{value.kind} {value.text}",
                    fix=f"return float({name})",
                    code="FM911",
                ),
                frames=frames,
            )
        elif not value.finite:
            yield Finding.of(
                Problem(
                    f"the {name} that evaluate_model() returns is not finite",
                    where=place,
                    expected="a finite number: nothing in the federation refuses another, and its result is worthless",
                    got=value.text,
                    fix="look for a logarithm of 0, a division by 0, or an evaluation without rows",
                    code="FM912",
                ),
                frames=frames,
            )
    if accuracy.value is not None and not 0 <= accuracy.value <= 1:
        yield Finding.of(
            Problem(
                "the accuracy is not a share",
                where=place,
                expected="a number from 0 to 1",
                got=accuracy.text,
                fix="divide by the number of examples; loss comes first, accuracy second",
                code="FM913",
            ),
            frames=frames,
        )
    yield from _count(count, "evaluate_model()", facts.place, "FM914", "FM914")


def start_findings(facts: Evaluated, start: EvaluatedStart) -> Iterator[Finding]:
    """Whether evaluation depends on the parameters that were set.

    Args:
        facts: The evaluation of trained parameters.
        start: That of the initial ones.
    """
    if not start.differ or len(facts.values) != 3 or len(start.values) != 3:
        return
    (loss, accuracy, _), (other_loss, other_accuracy, _) = facts.values, start.values
    same = (loss.value, accuracy.value) == (other_loss.value, other_accuracy.value)
    if same and loss.value is not None and loss.value != round(loss.value, 3):  # a constant would say nothing
        yield Finding.of(
            Problem(
                "evaluation ignores the parameters that were set before",
                where=where(facts.place, "evaluate_model()"),
                expected="another loss with the initial parameters than with trained ones",
                got=f"loss {loss.text}, accuracy {accuracy.text} with both",
                fix="evaluate the model that set_model_parameters() writes into",
                code="FM915",
            ),
            frames=at(facts.place),
        )


def chance_findings(facts: Evaluated, start: EvaluatedStart, classes: int) -> Iterator[Finding]:
    """Whether anything was learned of classes that can be learned.

    Args:
        facts: The evaluation of trained parameters.
        start: That of the initial ones.
        classes: How many there are.
    """
    if not start.differ or len(facts.values) != 3 or len(start.values) != 3 or classes < 2:
        return
    loss, accuracy, before = facts.values[0], facts.values[1], start.values[0]
    if loss.value is None or accuracy.value is None or before.value is None:
        return
    if accuracy.value <= 1 / classes and loss.value >= before.value:
        yield Finding.of(
            Problem(
                "training has taught the model nothing, although the classes of this twin can be learned",
                where=where(facts.place, "evaluate_model()"),
                expected=f"an accuracy above that of guessing ({1 / classes:.2g} with {classes} classes), or a lower loss",
                got=f"accuracy {accuracy.value:.3g}, loss {loss.value:.4g} ({before.value:.4g} before training)",
                fix="look at the labels (order and type), at classes that training or test lacks, at the learning rate",
                code="FM916",
            ),
            frames=at(facts.place),
        )


def _count(count: Number, method: str, place: Frame | None, kind: str, size: str) -> Iterator[Finding]:
    if not count.is_int:
        yield Finding.of(
            Problem(
                f"the number of examples that {method} returns is not an int",
                where=where(place, method),
                expected="a Python int, which is what Flower takes",
                got=f"{count.kind} {count.text}",
                fix="return int(number)" if count.value is not None else "return the number of rows that were used",
                code=kind,
            ),
            frames=at(place),
        )
    elif count.value is not None and count.value <= 0:
        yield Finding.of(
            Problem(
                f"{method} used no examples",
                where=where(place, method),
                expected="a number above 0: it weighs the learner's part of the average",
                got=count.text,
                fix="look for filters, splits and batch sizes (drop_last) that leave nothing",
                code=size,
            ),
            frames=at(place),
        )
