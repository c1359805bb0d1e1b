"""What each stage needs of others; no code of theirs is loaded to know it."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_flops_mock.stage import CHECKED, Stage

NEEDS: dict[Stage, tuple[Stage, ...]] = {
    Stage.PROVIDE: (Stage.SLA,),
    Stage.LOAD: (Stage.ENVIRONMENT, Stage.PROVIDE, Stage.SLA),
    Stage.AGGREGATOR: (Stage.STRUCTURE, Stage.ENVIRONMENT),
    Stage.TRANSFORM: (Stage.STRUCTURE, Stage.LOAD, Stage.AGGREGATOR),
    Stage.TRAIN: (Stage.TRANSFORM,),
    Stage.EXCHANGE: (Stage.TRAIN,),
    Stage.EVALUATE: (Stage.TRAIN,),
    Stage.SEARCH: CHECKED,
    Stage.ROUNDS: CHECKED,
}
"""A stage is skipped when one of these ran and left nothing to work with."""

AFTER: dict[Stage, tuple[Stage, ...]] = {
    Stage.ENVIRONMENT: (Stage.STRUCTURE,),
    Stage.AGGREGATOR: (Stage.SLA,),
    Stage.EVALUATE: (Stage.EXCHANGE,),
}
"""What it looks at if that is there: without these, it might come to something else."""


def needed(stages: Iterable[Stage]) -> tuple[Stage, ...]:
    """These stages with all that they need, in the order in which they run."""
    wanted = set(stages)
    for stage in reversed(Stage):
        if stage in wanted:
            wanted |= {*NEEDS.get(stage, ()), *AFTER.get(stage, ())}
    return tuple(stage for stage in Stage if stage in wanted)
