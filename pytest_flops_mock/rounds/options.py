"""How federated rounds are run, as users set it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypedDict, cast

from pytest_flops_mock.option_table import OPTIONS

if TYPE_CHECKING:
    from pytest_flops_mock.rounds.engine import Engine
    from pytest_flops_mock.rounds.plan import RoundFault


@dataclass(frozen=True)
class RoundsOptions:
    """How federated rounds are run. Each attribute is a keyword of ``run_rounds`` and of the fixture ``flops_rounds``.

    Attributes:
        nodes: How many learner nodes; ``None`` for as many learners as the project SLA starts, if more than one, else 5.
        rounds: Rounds of training; ``None`` for those of the project SLA, else 3.
        cycles: Rounds of the root aggregator in hierarchical mode; ``None`` for those of the project SLA, else 1.
        clusters: How many clusters in hierarchical mode; ``None`` for 2.
        seed: What the random numbers of all actors start from.
        faults: What goes wrong, such as ``node 2 round 2 kill``.
        engine: What runs them: ``wire``, ``ray``, or an engine of your own.
        ray_address: The address of a cluster of Ray's; empty for one that is started for the run.
    """

    nodes: int | None = None
    rounds: int | None = None
    cycles: int | None = None
    clusters: int | None = None
    seed: int = 0
    faults: tuple[str | RoundFault, ...] = ()
    engine: str | Engine = "wire"
    ray_address: str = ""

    def arguments(self) -> RoundsArguments:
        """These options as keywords of a run."""
        return cast("RoundsArguments", vars(self))


class RoundsArguments(TypedDict, total=False):
    """The keywords of a run, as users write them; :class:`RoundsOptions` says what each means."""

    nodes: int | None
    rounds: int | None
    cycles: int | None
    clusters: int | None
    seed: int
    faults: str | RoundFault | Sequence[str | RoundFault]
    engine: str | Engine
    ray_address: str


ROUNDS_KEYWORDS = tuple(each.name for each in fields(RoundsOptions))


def rounds_options(values: Mapping[str, Any], where: str) -> RoundsOptions:
    """The options of rounds among values by :attr:`Option.key`.

    Args:
        values: What is set.
        where: What messages call the option that says faults.

    Raises:
        SettingsError: A fault cannot be read.
    """
    from pytest_flops_mock.rounds.faults import round_faults_of

    named = {option.key: values[option.key] for option in OPTIONS if "rounds" in option.doors and option.key in values}
    told = {name: value for name, value in named.items() if name in ROUNDS_KEYWORDS}
    return RoundsOptions(**told, faults=round_faults_of(list(named.get("fault", ())), where))


def read_again(options: RoundsOptions, given: RoundsArguments) -> RoundsArguments:
    """The keywords of a call, and for those that it does not name what is set.

    Args:
        options: What is set.
        given: What the call names.
    """
    named = {name: value for name, value in given.items() if value is not None}
    return cast("RoundsArguments", {**options.arguments(), **named})
