"""Whether parameters survive the way out and in, and whether two learners go together."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_flops_mock.errors import Problem, listing
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.judging.failures import place, said
from pytest_flops_mock.judging.parameters import GET, finite, shapes
from pytest_flops_mock.learner.facts import Averaged, Failure, Parameters, RoundTrip, SecondStart


def round_trip_findings(facts: RoundTrip) -> Iterator[Finding]:
    """Whether parameters survive out, in, and out again."""
    first, second = facts.first.arrays, facts.second.arrays
    if facts.ignored or facts.ignored_unmoved:
        yield from _ignored(facts)
        return
    if [array.shape for array in first] != [array.shape for array in second]:
        yield _changed("FM810", "shapes", shapes(first), shapes(second))
        return
    dtypes = [[array.dtype for array in arrays] for arrays in (first, second)]
    if dtypes[0] != dtypes[1]:
        yield _changed("FM811", "dtypes", listing(dtypes[0]), listing(dtypes[1]))
    wrong = [number for number, equal in enumerate(facts.equal) if not equal]
    if wrong and dtypes[0] == dtypes[1]:
        yield _changed("FM812", "values", "the values that were set", f"other values in array {listing(wrong)}")


def second_start_findings(facts: SecondStart) -> Iterator[Finding]:
    """Whether training starts from the parameters that were set."""
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
    return _warned(
        failure,
        "a learner whose rows lack a class cannot train",
        expected="training on the classes that there are",
        fix="tell the model all classes beforehand (scikit-learn: classes=), from the data set's features",
        code="FM816",
    )


def average_findings(facts: Averaged) -> Iterator[Finding]:
    """Whether the model takes the averaged parameters."""
    sent, kept = shapes(facts.sent.arrays), shapes(facts.parameters.arrays)
    if sent != kept:
        yield _changed("FM810", "shapes", sent, kept)
    yield from finite(facts.parameters, "FM812", "the averaged parameters, once they are set,")


def fewer_rows(failure: Failure) -> Finding:
    """What a failure of a learner with fewer rows means: the SLA need not give such a learner, devices may."""
    return _warned(
        failure,
        "a learner with fewer rows cannot train",
        expected="training on the rows that there are",
        fix="look for batch sizes, splits and folds that need more rows than there are",
        code="FM820",
    )


def overflow_findings(facts: Averaged) -> Iterator[Finding]:
    """Whether the average is a mean at all."""
    if facts.overflowed:
        types = sorted({facts.sent.arrays[number].dtype for number in facts.overflowed})
        yield Finding.of(
            Problem(
                "the average of two learners' parameters is not their mean",
                where=GET,
                expected="the mean, which Flower makes in the arrays' own types",
                got=f"something else in array {listing(facts.overflowed)} ({listing(types)})",
                fix="return float32 or float64: small types overflow or lose what they cannot hold",
                code="FM819",
            )
        )


def _ignored(facts: RoundTrip) -> Iterator[Finding]:
    every = len(facts.ignored) + len(facts.ignored_unmoved) == len(facts.first.arrays)
    for numbers, code, consequence in (
        (facts.ignored, "FM817", "what the federation learns does not reach this part of the model"),
        (facts.ignored_unmoved, "FM818", "this part of the model is never shared, so learners may differ in it"),
    ):
        if numbers:
            yield Finding.of(
                Problem(
                    "set_model_parameters() ignores its argument" if every else "set_model_parameters() ignores some arrays",
                    where="set_model_parameters()",
                    expected="the values that were set, as get_model_parameters() gives them back",
                    got=f"the values from before in array {listing(numbers)}: {consequence}",
                    fix="write each array of the argument into the model, in the order of get_model_parameters()",
                    code=code,
                )
            )


def _warned(failure: Failure, message: str, *, expected: str, fix: str, code: str) -> Finding:
    link = failure.raised.chain[0] if failure.raised is not None else None
    return Finding.of(
        Problem(
            message,
            where=place(link.frames if link is not None else (), "fit_model()"),
            expected=expected,
            got=said(link) if link is not None else failure.ending,
            fix=fix,
            code=code,
        ),
        frames=link.frames if link is not None else (),
    )


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
