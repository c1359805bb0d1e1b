"""Whether FLOps can save the model, with the MLflow flavor that the project SLA names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import Finding, Frame
from pytest_flops_mock.judging.parameters import at, where
from pytest_flops_mock.learner.facts import Model
from pytest_flops_mock.sla.models import MLModelFlavor

BASES: Mapping[MLModelFlavor, tuple[str, tuple[str, ...]]] = {
    MLModelFlavor.PYTORCH: ("a torch.nn.Module", ("torch.Module",)),
    MLModelFlavor.KERAS: ("a keras.Model", ("keras.Model", "tensorflow.Model", "tf_keras.Model", "keras.Sequential")),
}
"""What MLflow's ``save_model`` refuses everything else than; by names, since neither library need be here."""


def model_findings(model: Model, flavor: MLModelFlavor | None, place: Frame | None) -> Iterator[Finding]:
    """What an aggregator's attempt to save the model after round 1 would come to.

    Args:
        model: What ``get_model()`` gave.
        flavor: The project SLA's ``ml_model_flavor``, if there is one.
        place: The ``return`` that it came from.
    """
    if not model.kind:
        yield _finding(
            "get_model() gives nothing",
            place,
            expected="the model, which FLOps saves with MLflow after a round",
            got="None",
            fix="return the model object",
            code="FM514",
        )
    elif flavor is not None and flavor in BASES:
        expected, bases = BASES[flavor]
        if not set(bases) & set(model.classes):
            yield _finding(
                f"MLflow cannot save the model as one of the flavor {flavor.value}",
                place,
                expected=expected,
                got=model.kind,
                fix="return the model itself, no wrapper of it; or correct ml_model_flavor in the project SLA",
                code="FM516",
            )
    elif flavor is MLModelFlavor.SKLEARN:
        if model.not_pickled:
            yield _finding(
                "MLflow cannot save the model, since it cannot be pickled",
                place,
                expected="an object that cloudpickle can write",
                got=f"{model.kind}: {model.not_pickled}",
                fix="keep locks, open files, connections and generators out of the model",
                code="FM516",
            )
        elif not model.fits:
            yield _finding(
                "the model is no estimator, so the image of the trained model is of no use",
                place,
                expected="an object with the methods fit and predict, as scikit-learn's estimators have",
                got=model.kind,
                fix="return the estimator itself; or correct ml_model_flavor in the project SLA",
                code="FM517",
            )


def _finding(message: str, place: Frame | None, *, expected: str, got: str, fix: str, code: str) -> Finding:
    problem = Problem(message, where=where(place, "get_model()"), expected=expected, got=got, fix=fix, code=code)
    return Finding.of(problem, frames=at(place))
