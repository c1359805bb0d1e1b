"""What holds for parameters wherever they come from: whether they can be sent, and whether they are finite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pytest_flops_mock.errors import Problem, listing
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.learner.facts import Array, Parameters

GET = "get_model_parameters()"


def sendable(parameters: Parameters, container: str, content: str) -> Iterator[Finding]:
    """Whether Flower takes the parameters.

    Args:
        parameters: What the model gave.
        container: Code of a finding on what is no list of arrays.
        content: Code of a finding on an array of no numbers.
    """
    if not parameters.is_list:
        yield Finding.of(
            Problem(
                "the parameters are not a list",
                where=GET,
                expected="a list of NumPy arrays",
                got=parameters.kind,
                fix="return [array, …]; of a dictionary, list(its.values()) in an order that set_model_parameters() knows",
                code=container,
            )
        )
        return
    for number, array in enumerate(parameters.arrays):
        if not array.is_array:
            yield Finding.of(
                Problem(
                    f"parameter {number} is not a NumPy array",
                    where=GET,
                    expected="NumPy arrays only",
                    got=array.kind,
                    fix="convert it: numpy.asarray(value); a tensor: value.detach().cpu().numpy()",
                    code=container,
                )
            )
        elif not array.numeric:
            yield Finding.of(
                Problem(
                    f"parameter {number} is not numeric",
                    where=GET,
                    expected="arrays of integers, floats or booleans",
                    got=f"dtype {array.dtype}",
                    fix="split arrays of objects or text into arrays of numbers: Flower cannot send or average them",
                    code=content,
                )
            )


def finite(parameters: Parameters, code: str, what: str) -> Iterator[Finding]:
    """Whether all parameters are finite.

    Args:
        parameters: What the model gave.
        code: Of the finding.
        what: What they are, in words.
    """
    broken = [number for number, array in enumerate(parameters.arrays) if not array.finite]
    if broken:
        yield Finding.of(
            Problem(
                f"{what} are not finite",
                where=GET,
                expected="finite numbers: nothing in the federation refuses NaN, and one learner's spoils all",
                got=f"NaN or infinity in array {listing(broken)}",
                fix="lower the learning rate, scale the inputs, and look for divisions by 0",
                code=code,
            )
        )


def shapes(arrays: Iterable[Array]) -> str:
    """The shapes in words: ``(10, 784), (10,)``."""
    return listing(f"({', '.join(map(str, a.shape))}{',' if len(a.shape) == 1 else ''})" for a in arrays) or "none"


def parameter_facts(parameters: Parameters) -> tuple[tuple[str, str], ...]:
    """The parameters, for the report."""
    return (("parameters", shapes(parameters.arrays)),)
