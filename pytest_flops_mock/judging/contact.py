"""Facts of the aggregator's contact and of a learner's rounds, turned into findings. Pure functions: they run nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pytest_flops_mock.errors import Problem, listing
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.judging.failures import shown_leaf
from pytest_flops_mock.learner.process import Answer

Facts = Mapping[str, Any]

GET = "get_model_parameters()"


def needs_data(answer: Answer) -> Finding | None:
    """Whether the aggregator failed because the repository wanted data there."""
    if answer.how != "error":
        return None
    chain = [answer.error, *answer.error["causes"]]
    if not any(link.get("name") == "data_loading" for link in chain):
        return None
    frames: list[Any] = next((link["frames"] for link in chain if link["frames"]), [])
    where = f"{frames[-1]['file']}:{frames[-1]['line']} in {frames[-1]['function']}" if frames else answer.error["doing"]
    return Finding.of(
        Problem(
            "the repository loads data where the aggregator has none",
            where=where,
            expected=f"{answer.error['doing']} works without data and without a server in reach",
            got="load_dataset() or data_loading, which only a learner has",
            fix="load the data in set_model_data(), which the aggregator does not call",
            code="FM510",
        )
    )


def aggregator_findings(facts: Facts) -> Iterator[Finding]:
    """The initial parameters, and the model that is saved at the end."""
    parameters = facts["parameters"]
    yield from _sendable(parameters, "FM511", "FM512")
    if parameters["is_list"] and not parameters["arrays"]:
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
    yield from _finite(parameters, "FM515", "the initial parameters")
    if not facts["model"]:
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


def train_findings(facts: Facts, rows: int) -> Iterator[Finding]:
    """What ``fit_model()`` returned, and what it did to the parameters."""
    yield from _count(facts["count"], "fit_model()", "FM710", "FM711")
    value = facts["count"]["value"]
    if facts["count"]["is_int"] and value is not None and value > rows:
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
    yield from _sendable(facts["parameters"], "FM715", "FM715")
    if facts["parameters"]["is_list"] and not facts["parameters"]["arrays"]:
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
    yield from _finite(facts["parameters"], "FM713", "the parameters after training")
    if facts["parameters"]["valid"] and not facts["changed"]:
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


def round_trip_findings(facts: Facts) -> Iterator[Finding]:
    """Whether parameters survive out, in, and out again."""
    first, second = facts["first"]["arrays"], facts["second"]["arrays"]
    if [array["shape"] for array in first] != [array["shape"] for array in second]:
        yield _changed("FM810", "shapes", _shapes(first), _shapes(second))
        return
    dtypes = [[array["dtype"] for array in arrays] for arrays in (first, second)]
    if dtypes[0] != dtypes[1]:
        yield _changed("FM811", "dtypes", listing(dtypes[0]), listing(dtypes[1]))
    wrong = [number for number, equal in enumerate(facts["equal"]) if not equal]
    if wrong and dtypes[0] == dtypes[1]:
        yield _changed("FM812", "values", "the values that were set", f"other values in array {listing(wrong)}")


def two_starts_findings(facts: Facts) -> Iterator[Finding]:
    """Whether training starts from the parameters that were set, and leaves the arrays alone."""
    if facts["same"]:
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
    if facts["overwritten"]:
        yield Finding.of(
            Problem(
                "training changes the arrays that were handed to set_model_parameters()",
                where="set_model_parameters()",
                expected="copies, which later rounds may change",
                got=f"array {listing(facts['overwritten'])} changed by fit_model()",
                fix="copy what is set: numpy.array(parameter), or torch.tensor(parameter)",
                code="FM814",
            )
        )


def shapes_findings(mine: Facts, other: Facts, lacks: str) -> Iterator[Finding]:
    """Whether two learners' parameters can be averaged."""
    if _shapes(mine["arrays"]) == _shapes(other["arrays"]):
        return
    yield Finding.of(
        Problem(
            f"a learner whose rows lack a class ({lacks}) has parameters of other shapes"
            if lacks
            else "two learners' parameters have different shapes",
            where=GET,
            expected=_shapes(mine["arrays"]),
            got=_shapes(other["arrays"]),
            fix="make the shapes depend on the data set's features (all class names, the columns), not on the rows at hand",
            code="FM816" if lacks else "FM815",
        )
    )


def lacking_failure(answer: Answer) -> Finding:
    """What a failure of a learner that lacks a class means: devices with real data may well be such learners."""
    error = answer.error or {"type": "", "text": answer.ending, "frames": []}
    frames = error["frames"]
    where = f"{frames[-1]['file']}:{frames[-1]['line']} in {frames[-1]['function']}" if frames else "fit_model()"
    said = f"{error['type']}: {error['text'].strip().partition(chr(10))[0][:200]}".removeprefix(": ")
    return Finding.of(
        Problem(
            "a learner whose rows lack a class cannot train",
            where=where,
            expected="training on the classes that there are",
            got=said,
            fix="tell the model all classes beforehand (scikit-learn: classes=), from the data set's features",
            code="FM816",
        )
    )


def average_findings(facts: Facts) -> Iterator[Finding]:
    """Whether the model takes the averaged parameters."""
    sent, kept = _shapes(facts["sent"]["arrays"]), _shapes(facts["parameters"]["arrays"])
    if sent != kept:
        yield _changed("FM810", "shapes", sent, kept)
    yield from _finite(facts["parameters"], "FM812", "the averaged parameters, once they are set,")


def evaluate_findings(facts: Facts) -> Iterator[Finding]:
    """What ``evaluate_model()`` returned."""
    if not facts["is_tuple"] or facts["length"] != 3:
        yield Finding.of(
            Problem(
                "evaluate_model() does not return three values",
                where="evaluate_model()",
                expected="a tuple: loss, accuracy, number of examples",
                got=f"{facts['kind']} of {facts['length']}" if facts["length"] else facts["kind"],
                fix="return loss, accuracy, number_of_examples",
                code="FM910",
            )
        )
        return
    loss, accuracy, count = facts["values"]
    for name, value, sendable in (
        ("loss", loss, loss["is_float"]),
        ("accuracy", accuracy, accuracy["is_float"] or accuracy["is_int"]),
    ):
        if not sendable:
            yield Finding.of(
                Problem(
                    f"the {name} that evaluate_model() returns cannot be sent",
                    where="evaluate_model()",
                    expected="a Python float" + (" (float64 is one, float32 is not)" if "numpy" in value["kind"] else ""),
                    got=f"{value['kind']} {value['text']}",
                    fix=f"return float({name})",
                    code="FM911",
                )
            )
        elif not value["finite"]:
            yield Finding.of(
                Problem(
                    f"the {name} that evaluate_model() returns is not finite",
                    where="evaluate_model()",
                    expected="a finite number: nothing in the federation refuses another, and its result is worthless",
                    got=value["text"],
                    fix="look for a logarithm of 0, a division by 0, or an evaluation without rows",
                    code="FM912",
                )
            )
    if accuracy["value"] is not None and not 0 <= accuracy["value"] <= 1:
        yield Finding.of(
            Problem(
                "the accuracy is not a share",
                where="evaluate_model()",
                expected="a number from 0 to 1",
                got=accuracy["text"],
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


def data_facts(leaves: Sequence[Facts], rows: int) -> tuple[tuple[str, str], ...]:
    """The data that ``get_data()`` gave, for the report."""
    shown = [(f"get_data(){leaf['place']}", shown_leaf(leaf)) for leaf in leaves]
    kept = _rows_kept(leaves)
    lost = [("rows lost", f"{rows - kept:,} of {rows:,}")] if kept is not None and kept < rows else []
    return (*shown, *lost)


def parameter_facts(parameters: Facts) -> tuple[tuple[str, str], ...]:
    """The parameters, for the report."""
    return (("parameters", _shapes(parameters["arrays"])),)


def _rows_kept(leaves: Sequence[Facts]) -> int | None:
    """How many rows are in what ``get_data()`` gave; values and their labels come in arrays of equal length."""
    lengths: list[int | None] = [leaf["shape"][0] if leaf["shape"] else leaf["rows"] for leaf in leaves]
    counts = [length for length in lengths if length is not None]
    if not counts or len(counts) != len(lengths):
        return None
    paired = all(counts.count(count) % 2 == 0 for count in counts)
    return sum(counts) // 2 if paired else sum(set(counts)) if len(set(counts)) < len(counts) else sum(counts)


def _sendable(parameters: Facts, container: str, content: str) -> Iterator[Finding]:
    """Whether Flower takes the parameters."""
    if not parameters["is_list"]:
        yield Finding.of(
            Problem(
                "the parameters are not a list",
                where=GET,
                expected="a list of NumPy arrays",
                got=parameters["kind"],
                fix="return [array, …]; of a dictionary, list(its.values()) in an order that set_model_parameters() knows",
                code=container,
            )
        )
        return
    for number, array in enumerate(parameters["arrays"]):
        if not array["is_array"]:
            yield Finding.of(
                Problem(
                    f"parameter {number} is not a NumPy array",
                    where=GET,
                    expected="NumPy arrays only",
                    got=array["kind"],
                    fix="convert it: numpy.asarray(value); a tensor: value.detach().cpu().numpy()",
                    code=container,
                )
            )
        elif not array["numeric"]:
            yield Finding.of(
                Problem(
                    f"parameter {number} is not numeric",
                    where=GET,
                    expected="arrays of integers, floats or booleans",
                    got=f"dtype {array['dtype']}",
                    fix="split arrays of objects or text into arrays of numbers: Flower cannot send or average them",
                    code=content,
                )
            )


def _finite(parameters: Facts, code: str, what: str) -> Iterator[Finding]:
    broken = [number for number, array in enumerate(parameters["arrays"]) if not array["finite"]]
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


def _count(count: Facts, where: str, kind: str, size: str) -> Iterator[Finding]:
    if not count["is_int"]:
        yield Finding.of(
            Problem(
                f"the number of examples that {where} returns is not an int",
                where=where,
                expected="a Python int, which is what Flower takes",
                got=f"{count['kind']} {count['text']}",
                fix="return int(number)" if count["value"] is not None else "return the number of rows that were used",
                code=kind,
            )
        )
    elif count["value"] is not None and count["value"] <= 0:
        yield Finding.of(
            Problem(
                f"{where} used no examples",
                where=where,
                expected="a number above 0: it weighs the learner's part of the average",
                got=count["text"],
                fix="look for filters, splits and batch sizes (drop_last) that leave nothing",
                code=size,
            )
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


def _shapes(arrays: Iterable[Facts]) -> str:
    """The shapes in words: ``(10, 784), (10,)``."""
    return listing(f"({', '.join(map(str, a['shape']))}{',' if len(a['shape']) == 1 else ''})" for a in arrays) or "none"
