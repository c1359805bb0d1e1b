"""What holds for parameters wherever they come from: whether they can be sent and averaged, and whether they are finite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from pytest_flops_mock.errors import Problem, listing
from pytest_flops_mock.findings import Finding, Frame
from pytest_flops_mock.learner.facts import Array, Parameters

GET = "get_model_parameters()"
CONVERSIONS: Mapping[str, str] = {
    "torch": "convert the tensor: value.detach().cpu().numpy()",
    "scipy": "a sparse matrix has no array of its own: value.toarray(), or its parts (data, indices, indptr) one by one",
    "tensorflow": "convert the tensor: value.numpy()",
    "jax": "convert the array: numpy.asarray(value)",
}
"""How to make an array of what cannot be sent, by the package that it is from."""


def where(place: Frame | None, otherwise: str) -> str:
    """The ``return`` that a value came from, if that is known."""
    return place.place if place is not None else otherwise


def at(place: Frame | None) -> tuple[Frame, ...]:
    """The frames of a finding on a returned value."""
    return (place,) if place is not None else ()


def sendable(parameters: Parameters, container: str, content: str) -> Iterator[Finding]:
    """Whether Flower takes the parameters, and can make means of them.

    Args:
        parameters: What the model gave.
        container: Code of a finding on what is no list of arrays.
        content: Code of a finding on an array of no numbers.
    """
    place, frames = where(parameters.place, GET), at(parameters.place)
    if not parameters.is_list:
        yield Finding.of(
            Problem(
                "the parameters are not a list",
                where=place,
                expected="a list of NumPy arrays",
                got=parameters.kind,
                fix="return [array, …]; of a dictionary, list(its.values()) in an order that set_model_parameters() knows",
                code=container,
            ),
            frames=frames,
        )
        return
    for numbers, array in _alike(parameters.arrays, lambda array: (array.kind, array.refused)):
        if array.refused:
            package = array.kind.partition(".")[0]
            yield Finding.of(
                Problem(
                    f"{_named(numbers)} cannot be sent",
                    where=place,
                    expected="arrays of numbers: Flower writes each with numpy.save, without pickles",
                    got=f"{array.kind}: {array.refused}",
                    fix=CONVERSIONS.get(package, "return arrays of numbers, such as numpy.asarray(value, dtype=float)"),
                    code=container if "Object arrays" not in array.refused or package == "scipy" else content,
                ),
                frames=frames,
            )
    for numbers, array in _alike(parameters.arrays, lambda array: (array.kind, array.dtype, array.not_averaged)):
        if array.not_averaged:
            file = array.not_averaged.startswith("they are the bytes of")
            yield Finding.of(
                Problem(
                    f"{_named(numbers)} cannot be averaged",
                    where=place,
                    expected="numbers whose mean is a model: arrays of floats or integers",
                    got=f"dtype {array.dtype}: {array.not_averaged}",
                    fix="return the model's weights as arrays; a mean of two saved files is no file"
                    if file
                    else "return arrays of float32 or float64; split objects, text and structures into arrays of numbers",
                    code=content,
                ),
                frames=frames,
            )
    for numbers, array in _alike(parameters.arrays, lambda array: (array.kind, array.lost)):
        if array.lost:
            yield Finding.of(
                Problem(
                    f"{_named(numbers)} arrives without a part of it",
                    where=place,
                    expected="plain NumPy arrays, which arrive as they are",
                    got=f"{array.kind}, without {array.lost}",
                    fix="fill masked values, array.filled(0), or send the mask as an array of its own",
                    code="FM518",
                ),
                frames=frames,
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
                where=where(parameters.place, GET),
                expected="finite numbers: nothing in the federation refuses NaN, and one learner's spoils all",
                got=f"NaN or infinity in array {listing(broken)}",
                fix="lower the learning rate, scale the inputs, and look for divisions by 0",
                code=code,
            ),
            frames=at(parameters.place),
        )


def shapes(arrays: Iterable[Array]) -> str:
    """The shapes in words: ``(10, 784), (10,)``."""
    return listing(f"({', '.join(map(str, a.shape))}{',' if len(a.shape) == 1 else ''})" for a in arrays) or "none"


def parameter_facts(parameters: Parameters) -> tuple[tuple[str, str], ...]:
    """The parameters, for the report."""
    return (("parameters", shapes(parameters.arrays)),)


def _alike(arrays: Iterable[Array], kind: Callable[[Array], object]) -> Iterator[tuple[list[int], Array]]:
    """The numbers of arrays of which the same is to be said, each group with one of them."""
    groups: dict[object, tuple[list[int], Array]] = {}
    for number, array in enumerate(arrays):
        groups.setdefault(kind(array), ([], array))[0].append(number)
    yield from groups.values()


def _named(numbers: list[int]) -> str:
    return f"parameter {numbers[0]}" if len(numbers) == 1 else f"each of the parameters {listing(numbers, 6)}"
