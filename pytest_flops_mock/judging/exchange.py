"""Whether parameters survive the way out and in, and whether two learners go together."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_flops_mock.errors import Problem, listing
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.judging.failures import place, said
from pytest_flops_mock.judging.parameters import GET, finite, shapes
from pytest_flops_mock.learner.facts import Averaged, Failure, Parameters, RoundTrip, TwoStarts


def round_trip_findings(facts: RoundTrip) -> Iterator[Finding]:
    """Whether parameters survive out, in, and out again."""
    first, second = facts.first.arrays, facts.second.arrays
    if [array.shape for array in first] != [array.shape for array in second]:
        yield _changed("FM810", "shapes", shapes(first), shapes(second))
        return
    dtypes = [[array.dtype for array in arrays] for arrays in (first, second)]
    if dtypes[0] != dtypes[1]:
        yield _changed("FM811", "dtypes", listing(dtypes[0]), listing(dtypes[1]))
    wrong = [number for number, equal in enumerate(facts.equal) if not equal]
    if wrong and dtypes[0] == dtypes[1]:
        yield _changed("FM812", "values", "the values that were set", f"other values in array {listing(wrong)}")


def two_starts_findings(facts: TwoStarts) -> Iterator[Finding]:
    """Whether training starts from the parameters that were set, and leaves the arrays alone."""
    if facts.same:
        yield Finding.of(
            Problem(
                "training ignores the parameters that it should start from",
                where="fit_model()",
                expected="two different starts end in two different places",
                got="exactly the same parameters",
                fix="continue from what set_model_parameters() sets (scikit-learn: warm_start=True or partial_fit); "
                "otherwise each round starts afresh, and the federation learns nothing",
                code="FM813",
            )
        )
    if facts.overwritten:
        yield Finding.of(
            Problem(
                "training changes the arrays that were handed to set_model_parameters()",
                where="set_model_parameters()",
                expected="copies, which later rounds may change",
                got=f"array {listing(facts.overwritten)} changed by fit_model()",
                fix="copy what is set: numpy.array(parameter), or torch.tensor(parameter)",
                code="FM814",
            )
        )


def shapes_findings(mine: Parameters, other: Parameters, lacks: str) -> Iterator[Finding]:
    """Whether two learners' parameters can be averaged."""
    if shapes(mine.arrays) == shapes(other.arrays):
        return
    yield Finding.of(
        Problem(
            f"a learner whose rows lack a class ({lacks}) has parameters of other shapes"
            if lacks
            else "two learners' parameters have different shapes",
            where=GET,
            expected=shapes(mine.arrays),
            got=shapes(other.arrays),
            fix="make the shapes depend on the data set's features (all class names, the columns), not on the rows at hand",
            code="FM816" if lacks else "FM815",
        )
    )


def lacking_failure(failure: Failure) -> Finding:
    """What a failure of a learner that lacks a class means: devices with real data may well be such learners."""
    link = failure.raised.chain[0] if failure.raised is not None else None
    return Finding.of(
        Problem(
            "a learner whose rows lack a class cannot train",
            where=place(link.frames if link is not None else (), "fit_model()"),
            expected="training on the classes that there are",
            got=said(link) if link is not None else failure.ending,
            fix="tell the model all classes beforehand (scikit-learn: classes=), from the data set's features",
            code="FM816",
        )
    )


def average_findings(facts: Averaged) -> Iterator[Finding]:
    """Whether the model takes the averaged parameters."""
    sent, kept = shapes(facts.sent.arrays), shapes(facts.parameters.arrays)
    if sent != kept:
        yield _changed("FM810", "shapes", sent, kept)
    yield from finite(facts.parameters, "FM812", "the averaged parameters, once they are set,")


def _changed(code: str, what: str, expected: str, got: str) -> Finding:
    return Finding.of(
        Problem(
            f"parameters change their {what} between set_model_parameters() and get_model_parameters()",
            where=GET,
            expected=expected,
            got=got,
            fix="set what comes in and return it as it is, in the same order; arrays of 0 dimensions and integers, too",
            code=code,
        )
    )
