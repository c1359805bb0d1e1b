"""Pages of HTML, parsed strictly, and reports to make them of."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

from justhtml import JustHTML, Node

from pytest_flops_mock import Finding, Outcome, Problem, Report, Severity, Stage
from pytest_flops_mock.findings import (
    DataFacts,
    Frame,
    PartitionFacts,
    SentFacts,
    ShownRow,
    ShownRows,
    ShownValue,
    StageResult,
)
from pytest_flops_mock.report.rounds import LearnerRoundShown, LearnerShown, RoundShown, RoundsShown
from pytest_flops_mock.statistics import PartitionStatistics, SplitStatistics, TargetSummary

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror="alert(2)">',
    "'onmouseover='alert(3)",
    "</style></svg></title><script>alert(4)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(5)",
    "\u202egnp.exe",
    "a\x00b\x1b[31mc\ud800d",
    "&lt;b&gt; ]]> <!-- -->",
)
"""Names that others may give: to columns, classes, files, whatever."""


def page(text: str) -> JustHTML:
    """The page, if it is HTML without any error and well-formed XML besides."""
    ElementTree.fromstring(text.partition("\n")[2])
    return JustHTML(text, strict=True, sanitize=False)


def shown(node: Node | JustHTML) -> str:
    """What a reader sees, on one line; of a page without its head."""
    node = node.query("body")[0] if isinstance(node, JustHTML) else node
    return re.sub(r"\s+", " ", node.to_text()).strip()


def split(*labels: dict[str, int], classes: tuple[str, ...] = (), label: str = "label") -> SplitStatistics:
    """What partitions with so many rows of each class hold."""
    names = classes or tuple(sorted({name for each in labels for name in each}))
    parts = tuple(
        PartitionStatistics(
            rows=sum(each.values()),
            labels=tuple(each.items()),
            effective_classes=float(len(each)),
            jensen_shannon=0.25,
            hellinger=0.2,
        )
        for each in labels
    )
    total = {name: sum(each.get(name, 0) for each in labels) for name in names}
    whole = PartitionStatistics(sum(total.values()), tuple(total.items()), effective_classes=float(len(names)))
    return SplitStatistics(label, names, parts, whole, 0.1, 0.05)


def continuous() -> SplitStatistics:
    """What partitions with a continuous target hold; one of them has no rows."""
    own = PartitionStatistics(4, target=TargetSummary(4, 1.0, 2.0, 4.0, 2.5, 1.0), wasserstein=0.5, missing=(("age", 2),))
    whole = replace(own, rows=8, target=TargetSummary(8, 0.0, 2.0, 5.0, 2.5, 1.5))
    return SplitStatistics("price", (), (own, PartitionStatistics(0)), whole, 1.0, 0.5)


def sent(statistics: SplitStatistics | None) -> SentFacts:
    """What a provider sent."""
    parts = statistics.partitions if statistics else ()
    facts = tuple(PartitionFacts(f"mnist.{number}.parquet", each.rows, 1_000) for number, each in enumerate(parts))
    return SentFacts("mocks/a.json", "mnist", "mnist", "synthetic", "a twin, seed 42", facts, statistics)


PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
"""A picture of one pixel."""

PICTURES = ShownRows(
    ("img", "label"),
    (
        ShownRow("partition 0, row 0", (ShownValue("28 x 28 pixels, L", picture=PIXEL), ShownValue("3 (cat)"))),
        ShownRow("partition 1, row 0", (ShownValue("missing"), None)),
    ),
    left_out=6,
)
SOUNDS = ShownRows(("audio",), (ShownRow("row 0", (ShownValue("sound, 1 s", wave=(-0.5, 0.5, 0.0)),)),))
TEXTS = ShownRows(("text",), (ShownRow("row 0", (ShownValue("a long story"),)),), more_columns=1)


STAGES = (
    StageResult(Stage.SLA, Outcome.PASSED, 0.01),
    StageResult(Stage.PROVIDE, Outcome.PASSED, 1.0),
    StageResult(Stage.TRANSFORM, Outcome.FAILED, 3.0),
    StageResult(Stage.TRAIN, Outcome.SKIPPED, reason="needs transform"),
)
NOTE = Finding.of(
    Problem(
        "the check runs in a Python that differs from the learner's image",
        expected="Python 3.10, numpy<2,>=1.26, flwr==1.8.0",
        got="Python 3.12.1, numpy 2.1.0, no flwr",
        code="FM201",
    )
)
ERROR = Finding.of(
    Problem(
        "the repository asks for column 'image'", where="data_manager.py:19", expected="one of: img", got="image",
        nearest="img", fix="use the data set's names", code="FM602",
    ),
    detail="data_manager.py:19 in _prepare\n    rows = data['image']\nKeyError: image",
    frames=(Frame("model_manager.py", 7, "set_model_data", "DataManager()"),
            Frame("data_manager.py", 19, "_prepare", "rows = data['image']")),
    exception="KeyError",
)  # fmt: skip
WARNING = Finding.of(Problem("much memory", where="train", code="FM004"))
BAD = Report(
    "my_repository",
    STAGES,
    (NOTE, WARNING, ERROR),
    DataFacts(
        (replace(sent(split({"cat": 3, "dog": 1}, {"cat": 4})), shown=PICTURES),),
        (("img", "Image"), ("label", "ClassLabel of 2")),
        8,
    ),
    (("Python", "3.12.1"), ("numpy", "2.1.0"), ("pyarrow", "20.0.0")),
    environments=("current",),
    sla="mocks/a.json",
    command="flops-mock check . --sla mocks/a.json --env current",
)
SEARCHED = replace(
    BAD,
    stages=(*STAGES[:2], StageResult(Stage.SEARCH, Outcome.FAILED, 9.0, facts=(("examples", "200"), ("failures", "1")))),
    findings=(
        Finding(Problem("fails on a partition of 2 rows", code="FM1001"), Severity.ERROR, Stage.SEARCH, rows=PICTURES),
        Finding(Problem("fails on a partition of 1 row", code="FM1002"), Severity.WARNING, Stage.SEARCH, rows=TEXTS),
    ),
    command="flops-mock search . --sla mocks/a.json --examples=200 --seed=0",
)
GOOD = replace(BAD, findings=(), stages=STAGES[:2], sla="mocks/b.json", environments=("learner",))


def hostile() -> Report:
    """A report in which every text is one that means harm."""
    names = "\n".join(HOSTILE)
    problem = Problem(names, names, names, names, names, names, code="FM602")
    finding = Finding.of(
        problem, detail=names, frames=tuple(Frame(name, 3, name, name) for name in HOSTILE), exception=names
    )
    counts = dict.fromkeys(HOSTILE, 2)
    many = dict.fromkeys([*HOSTILE, *map(str, range(20))], 1)
    facts = tuple((name, name) for name in HOSTILE)
    drifted = sent(split(counts, label=HOSTILE[0]))
    cells = tuple(ShownValue(name, picture=name, wave=(0.5,)) for name in HOSTILE)
    rows = ShownRows(HOSTILE, (ShownRow(names, cells), ShownRow(names, (*cells[1:], None))))
    gallery = ShownRows(HOSTILE[:2], (ShownRow(names, (ShownValue(names, picture=PIXEL), cells[0])),))
    parts = (PartitionFacts(names, 18, 10, drift=names),)
    drifted = SentFacts(names, names, names, names, names, parts, drifted.statistics, rows)
    missing = replace(continuous(), label=HOSTILE[1])
    missing = replace(missing, whole=replace(missing.whole, missing=tuple((name, 1) for name in HOSTILE)))
    return Report(
        names,
        tuple(replace(result, reason=names, facts=facts) for result in STAGES),
        (replace(finding, rows=gallery), replace(NOTE, problem=replace(NOTE.problem, got=names, expected=names))),
        DataFacts((drifted, sent(split(many, label=HOSTILE[1])), sent(missing)), facts, 3, HOSTILE),
        facts,
        (finding,),
        ("current",),
        names,
        names,
        (finding,),
        (finding,),
        names,
    )


def federation(name: str = "node") -> RoundsShown:
    """Three rounds of three learners, of which one dies in the second and one has no loss in the end."""
    losses = ((2.0, 1.0, 0.5), (3.0,), (2.5, 1.5, float("nan")))
    learners = tuple(
        LearnerShown(
            f"{name} {number}",
            100 * (number + 1),
            labels=f"{name} 3 and 7 only" if number == 1 else "",
            ended="killed in round 2" if number == 1 else "",
            exception=f"ValueError: {name}" if number == 1 else "",
            rounds=tuple(
                LearnerRoundShown(number_of_round, 80, loss, 1 - loss / 4, 0.1 * (number + 1), 62_000, 30_000_000)
                for number_of_round, loss in enumerate(own, 1)
            ),
        )
        for number, own in enumerate(losses)
    )
    rounds = (
        RoundShown(1, 3, 3, 2.5, 0.375, 0.5, kept=True),
        RoundShown(2, 2, 3, 1.25, 0.6875, 2.0, kept=True),
        RoundShown(3, 2, 3, float("nan"), None, 0.25),
    )
    return RoundsShown(rounds, learners, (("Engine", name),))
