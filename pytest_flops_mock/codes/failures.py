"""The ways in which the repository's code can fail, whichever stage runs it: a family of six codes for each such stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pytest_flops_mock.codes.code import Code
from pytest_flops_mock.stage import Severity, Stage


@dataclass(frozen=True)
class Failures:
    """The codes of the failures in one stage.

    Attributes:
        stage: The stage that runs the repository's code.
        prefix: What the codes begin with.
        doing: What the stage runs, in words.
        loss: What such a failure costs on FLOps.
    """

    stage: Stage
    prefix: str
    doing: str
    loss: str = "A learner that dies leaves the aggregator waiting for it for a day."

    @property
    def no_package(self) -> str:
        """An import that is not installed."""
        return f"{self.prefix}01"

    @property
    def no_column(self) -> str:
        """A column that the data do not have."""
        return f"{self.prefix}02"

    @property
    def exception(self) -> str:
        """Any other exception."""
        return f"{self.prefix}03"

    @property
    def exits(self) -> str:
        """``sys.exit()`` and the like."""
        return f"{self.prefix}04"

    @property
    def timeout(self) -> str:
        """No end within the time limit."""
        return f"{self.prefix}05"

    @property
    def crash(self) -> str:
        """The process ended by a signal or ``os._exit()``."""
        return f"{self.prefix}06"

    def codes(self) -> Iterator[Code]:
        """The six codes."""
        doing, loss = self.doing, self.loss
        yield self._code(
            self.no_package,
            "import not installed",
            trigger=f"The repository's code imports something that its Python does not have, during {doing}.",
            why=f"The image has what conda.yaml lists and what FLOps adds, nothing else; the import fails there too. {loss}",
            fix="List the package in conda.yaml and install it where the check runs; or correct the name of your module.",
        )
        yield self._code(
            self.no_column,
            "column missing",
            trigger=f"The repository's code asks the data for a column that they do not have, during {doing}.",
            why=f"The columns are those of the data set that the SLA names, so the code raises on FLOps as well. {loss}",
            fix="Use the data set's own column names (the finding lists them), or name another data set in the SLA.",
        )
        yield self._code(
            self.exception,
            "exception in the repository's code",
            trigger=f"The repository's code raises an exception during {doing}.",
            why=f"FLOps calls the same methods and catches nothing. {loss}",
            fix="Follow the frames that the finding shows; the last one is where the exception was raised.",
        )
        yield self._code(
            self.exits,
            "repository ends the process",
            trigger=f"The repository's code calls sys.exit(), or raises SystemExit otherwise, during {doing}.",
            why=f"It ends the container without an exception that would tell why. {loss}",
            fix="Raise an exception that says what is wrong, and call nothing that exits.",
        )
        yield self._code(
            self.timeout,
            "time limit reached",
            trigger=f"The repository's code does not end within the check's time limit, during {doing}.",
            why="FLOps sets no limit of its own: code that never ends keeps the whole federation waiting.",
            fix="Look for an endless loop or a wait for the network; if the code is slow but right, raise the time limit.",
        )
        yield self._code(
            self.crash,
            "process crashed",
            trigger=f"The process that runs the repository's code ends by a signal or os._exit(), during {doing}; or the "
            "check ends it, since it takes more memory, processes or threads than it may.",
            why=f"The container ends in the same way, without a word in the logs. {loss}",
            fix="Look for os._exit(), for native code that crashes, and for memory that runs out.",
        )

    def _code(self, code: str, title: str, *, trigger: str, why: str, fix: str) -> Code:
        return Code(code, self.stage, Severity.ERROR, f"{title}, in {self.doing}", trigger, why, fix)


# FM501 to FM506, FM601 to FM606, and so on to FM906: "FM5" and an ending such as "02" make one code.
FAILURES = {
    family.stage: family
    for family in (
        Failures(
            Stage.AGGREGATOR,
            "FM5",
            "ModelManager() without data",
            "An aggregator that dies leaves its process alive, so FLOps sees nothing and the project never starts.",
        ),
        Failures(Stage.TRANSFORM, "FM6", "set_model_data()"),
        Failures(Stage.TRAIN, "FM7", "set_model_parameters() and fit_model()"),
        Failures(Stage.EXCHANGE, "FM8", "the exchange of parameters"),
        Failures(Stage.EVALUATE, "FM9", "evaluate_model()"),
    )
}
"""The family of each stage that runs the repository's code."""
