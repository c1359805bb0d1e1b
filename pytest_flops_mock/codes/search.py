"""What the search for a partition that breaks a repository finds: ``FM10xx``."""

from __future__ import annotations

from pytest_flops_mock.codes.code import Code
from pytest_flops_mock.stage import Severity, Stage

SEARCH = (
    Code(
        "FM1001",
        Stage.SEARCH,
        Severity.ERROR,
        "fails on a partition that the SLA's scheme gives",
        trigger="A search has found a partition that breaks the repository, and the scheme and the number of partitions of "
        "the SLA give some learner such a one.",
        why="On FLOps the learner that gets such a partition dies, and the aggregator waits for it for a day.",
        fix="Let the code take such a partition, or ask for another partitioner or fewer partitions in the SLA. The saved "
        "test and `flops-mock replay` show when it does.",
    ),
    Code(
        "FM1002",
        Stage.SEARCH,
        Severity.WARNING,
        "fails on a partition that the SLA's scheme does not give",
        trigger="A search has found a partition that breaks the repository, and none of the simulated splits by the SLA's "
        "own scheme and count had such a one.",
        why="The mock data of this SLA are safe; real devices hold fewer rows, fewer classes and missing values.",
        fix="Let the code take such a partition if devices may have one. `--strict` makes it an error.",
    ),
    Code(
        "FM1003",
        Stage.SEARCH,
        Severity.WARNING,
        "fails on a partition only after others",
        trigger="A partition has broken the repository during a search, and did not in a process that had done nothing "
        "before.",
        why="What the code does depends on what it did before: a global, a file that it left, random numbers, memory that "
        "grows.",
        fix="Keep state in the object that gets the data, and set the seeds that the code uses.",
    ),
    Code(
        "FM1004",
        Stage.SEARCH,
        Severity.INFO,
        "the search did not come to its end",
        trigger="The time of a search was up, or it was interrupted, before all partitions were tried.",
        why="What was not tried may break the repository; what was found may not be the smallest.",
        fix="Give it more seconds, fewer examples, or an earlier last stage.",
    ),
    Code(
        "FM1005",
        Stage.SEARCH,
        Severity.ERROR,
        "fails on a saved partition",
        trigger="A partition that a search had saved was replayed, and breaks the repository.",
        why="The repository cannot use what it once failed on, or cannot use it any more.",
        fix="Mend the code at the place that is named; if such a partition needs not work, delete the saved test and its "
        "file.",
    ),
)
