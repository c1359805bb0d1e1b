"""How actors ended → findings: those that died, and what FLOps would make of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pytest_flops_mock.errors import Problem, listing
from pytest_flops_mock.findings import Finding, Frame
from pytest_flops_mock.judging.failures import STACK_FRAME, failure_finding, shown_output
from pytest_flops_mock.learner.facts import Failure
from pytest_flops_mock.rounds.apart import NodeData, setting_apart
from pytest_flops_mock.rounds.facts import ActorEnd, RoundsFacts
from pytest_flops_mock.rounds.plan import RoundsPlan
from pytest_flops_mock.stage import Stage

ROOT = -1
"""The number of the root aggregator's rounds."""

ON_THE_WIRE = ("RpcError", "_MultiThreadedRendezvous", "_InactiveRpcError", "GrpcBridgeClosed")
"""What a learner dies of when its aggregator is gone."""

_STAGES = (
    ("evaluate_model", Stage.EVALUATE),
    ("fit_model", Stage.TRAIN),
    ("_parameters", Stage.EXCHANGE),
    ("set_model_data", Stage.TRANSFORM),
    ("load", Stage.LOAD),
)
"""In which stage of a check it would have failed, by what it was doing."""

SEE_FRAMES = "see the repository's frames below"

NO_DATA = "NoMatchingDataError"

_HOW = {"raised": "raised", "exited": "ended", "killed": "ended", "hung": "timeout"}


@dataclass(frozen=True)
class Subject:
    """What is judged.

    Attributes:
        plan: What should run.
        facts: What happened.
        data: What is known of the rows of each node.
        modules: The repository's own modules and packages.
        origin: The project SLA, as messages name it.
    """

    plan: RoundsPlan
    facts: RoundsFacts
    data: Mapping[int, NodeData]
    modules: tuple[str, ...] = ()
    origin: str = ""

    def cluster_of(self, node: int) -> int:
        """The number of a node's cluster."""
        return next(number for number, nodes in enumerate(self.plan.clusters) if node in nodes)

    @property
    def all_rounds(self) -> int:
        """How many rounds a learner has, through all cycles."""
        return self.plan.rounds * self.plan.cycles


def died(subject: Subject) -> tuple[ActorEnd, ...]:
    """The learners that ended by themselves, and not because the plan or the end of their aggregator made them."""
    if subject.facts.failure is not None:
        return ()
    is_alone = {end.number for end in subject.facts.ends if end.actor != "learner" and end.how in _HOW}
    return tuple(
        end
        for end in subject.facts.ends
        if end.actor == "learner" and end.how in _HOW and not end.fault and not (is_alone and _is_left_alone(end))
    )


def end_findings(subject: Subject, *, unfit: bool) -> Iterator[Finding]:
    """Learners and aggregators that died; those that did so in the same way are one finding.

    Args:
        subject: What is judged.
        unfit: Whether the parameters of learners do not fit together: an aggregator dies of that.
    """
    ended = died(subject)
    if none := [end for end in ended if _finds_nothing(end)]:
        yield _without_data(none)
        return
    of_aggregators = [end for end in subject.facts.ends if end.actor != "learner" and end.how in _HOW]
    causes = {_cause(end) for end in of_aggregators if end.raised is not None}
    alike: dict[tuple[object, ...], list[ActorEnd]] = {}
    for end in ended:
        if _cause(end) not in causes:  # ModelManager() fails with a learner just as with the aggregator
            alike.setdefault(_cause(end), []).append(end)
    for ends in alike.values():
        yield _of_learners(subject, ends)
    if of_aggregators and not unfit:
        yield _of_aggregators(subject, of_aggregators)


def then(subject: Subject, nodes: Collection[int]) -> tuple[str, bool]:
    """What comes of it that some learners are gone, in words; and whether the federation stands still.

    Args:
        subject: What is judged.
        nodes: The learners.
    """
    clusters = {subject.cluster_of(node) for node in nodes}
    waits = [wait for wait in subject.facts.waited if wait.cluster in clusters]
    waits = waits or [wait for wait in subject.facts.waited if wait.cluster == ROOT]
    if waits:
        wait = waits[0]
        of_cluster = f" of cluster {wait.cluster}" if len(subject.plan.clusters) > 1 and wait.cluster != ROOT else ""
        if wait.forever:
            return f"on FLOps round {wait.round}{of_cluster} never ends: it has no time limit, and the others wait", True
        there = f"{wait.there or 'none'} {'are' if wait.there > 1 else 'is'} there: on FLOps for up to a day"
        return f"round {wait.round}{of_cluster} waits for {wait.wanted} learners, and {there}", True
    last = max((each.round for each in subject.facts.rounds if each.cluster in clusters), default=0)
    if last >= subject.all_rounds:
        return "the others go on without it" if len(nodes) == 1 else "the others go on without them", False
    return f"no round comes after round {last}" if last else "no round comes to its end", True


def frames_of(end: ActorEnd) -> tuple[Frame, ...]:
    """The calls in the repository that an actor was in: those of its exception, else those at its end."""
    raised = end.raised.chain if end.raised is not None else ()
    return tuple(frame for link in raised for frame in link.frames) or end.frames


def where_of(end: ActorEnd) -> str:
    """The line that an actor was at, or what it was doing."""
    if frames := frames_of(end):
        return frames[-1].place
    seen = STACK_FRAME.search(end.output)
    return f"{seen[1]}:{seen[2]} in {seen[3]}" if seen else end.doing


def in_rounds(rounds: Collection[int]) -> str:
    """``in round 2``, ``in rounds 1 and 2``, ``before round 1``."""
    numbers = sorted(set(rounds))
    if numbers in ([], [0]):
        return "before round 1"
    named = [str(number) for number in numbers]
    return f"in round {named[0]}" if len(named) == 1 else f"in rounds {', '.join(named[:-1])} and {named[-1]}"


def of_nodes(nodes: Sequence[int], name: str = "node") -> str:
    """``node 2``, ``nodes 2 and 3``."""
    shown = [str(node) for node in nodes]
    if len(shown) == 1:
        return f"{name} {shown[0]}"
    return f"{name}s {', '.join(shown[:-1])} and {shown[-1]}" if len(shown) <= 6 else f"{name}s {listing(shown, 6)}"


def _of_learners(subject: Subject, ends: Sequence[ActorEnd]) -> Finding:
    end, nodes = ends[0], [each.number for each in ends]
    inner = _inner(end, subject)
    everybody = len(nodes) == len(subject.plan.nodes) > 1
    who = f"all {len(nodes)} learners" if everybody else f"the learner{'s' * (len(nodes) > 1)} of {of_nodes(nodes)}"
    verb = {"hung": "did not come to an end", "raised": "died"}.get(end.how, "ended without a result")
    survivors = _survivors(subject, ends)
    apart = setting_apart(nodes, subject.data, survivors)
    comes, _ = then(subject, nodes)
    got = [*([inner.problem.got] if end.how in ("exited", "killed") else []), *apart]
    if not apart and survivors:
        got.append("rows, labels, columns and missing values of its partition are like those of others")
    said = "the repository did not finish in time" if end.how == "hung" else inner.message
    problem = replace(
        inner.problem,
        message=f"{who} {verb} {in_rounds([each.round for each in ends])}: {said}",
        where=where_of(end) or inner.problem.where,
        expected=inner.problem.expected or "learners that live through all rounds, whatever their partitions hold",
        got="\n".join([*filter(None, got), comes]),
        fix=_fix(inner, bool(apart)),
        code={"raised": "FM1101", "hung": "FM1103"}.get(end.how, "FM1102"),
    )
    return Finding.of(problem, detail=inner.detail, frames=inner.frames or end.frames, exception=inner.exception)


def _fix(inner: Finding, is_apart: bool) -> str:
    if not inner.problem.fix and not inner.frames:
        return "run flops-mock check, which says of each value whether Flower takes it"
    return inner.problem.fix.replace(SEE_FRAMES, "let this line take such a partition") if is_apart else inner.problem.fix


def _survivors(subject: Subject, ends: Sequence[ActorEnd]) -> set[int]:
    """The learners that have done what others died of. Of those that were ended before they came to it, nothing is known."""
    began, dead = min(end.round for end in ends), {end.number for end in ends}
    if not began:
        return {learner.node for learner in subject.facts.learners if learner.start_seconds} - dead
    done = "evaluated" if "evaluate" in ends[0].doing else "examples"
    rounds = subject.facts.learner_rounds
    return {each.node for each in rounds if each.round >= began and getattr(each, done) is not None} - dead


def _finds_nothing(end: ActorEnd) -> bool:
    return end.raised is not None and any(link.type == NO_DATA for link in end.raised.chain)


def _without_data(ends: Sequence[ActorEnd]) -> Finding:
    nodes = [end.number for end in ends]
    said = (
        "s of {} find no data under their tags, and end"
        if len(nodes) > 1
        else " of {} finds no data under its tags, and ends"
    )
    return Finding.of(
        Problem(
            f"the learner{said.format(of_nodes(nodes))} the whole project",
            where="training_configuration.data_tags",
            expected="partitions under one of the tags on each node",
            got=f"none on {of_nodes(nodes)}",
            fix="name the data tag of the MDP SLA in the project SLA",
            code="FM1102",
        )
    )


def _of_aggregators(subject: Subject, ends: Sequence[ActorEnd]) -> Finding:
    end = ends[0]
    inner = _inner(end, subject)
    several = len(subject.plan.clusters) > 1
    who = "the root aggregator" if end.actor == "root" else f"the aggregator{f' of cluster {end.number}' if several else ''}"
    problem = replace(
        inner.problem,
        message=f"{who} died {in_rounds([end.round])}: {inner.message}",
        where=where_of(end) or inner.problem.where,
        expected=inner.problem.expected or "an aggregator that lives as long as the federation",
        got="\n".join(
            filter(None, [inner.problem.got, "on FLOps its process stays, and nothing is trained any more"]),
        ),
        code="FM1104",
    )
    return Finding.of(problem, detail=inner.detail, frames=inner.frames or end.frames, exception=inner.exception)


def _inner(end: ActorEnd, subject: Subject) -> Finding:
    """What a check would say of it."""
    failure = Failure(
        "raised" if end.raised is not None else "timeout" if end.how == "hung" else "ended",
        end.raised,
        end.ending,
        end.output,
    )
    stage = next((stage for said, stage in _STAGES if said in end.doing), Stage.AGGREGATOR)
    data = subject.data.get(end.number) if end.actor == "learner" else None
    columns = dict(data.columns) if data is not None else {}
    found = failure_finding(failure, Stage.TRANSFORM if stage is Stage.LOAD else stage, columns, subject.modules)
    if end.raised is None and not found.problem.where:
        return replace(found, problem=replace(found.problem, where=end.doing))
    return found


def _cause(end: ActorEnd) -> tuple[object, ...]:
    """What is the same for learners that died of the same."""
    link = end.raised.chain[0] if end.raised is not None and end.raised.chain else None
    if link is None:
        return end.how, end.ending, where_of(end)
    return end.how, link.type, where_of(end), end.doing


def _is_left_alone(end: ActorEnd) -> bool:
    """Whether a learner failed because its aggregator was gone, and not in the repository's code."""
    if end.raised is None:
        return False
    return not any(link.frames for link in end.raised.chain) and any(link.type in ON_THE_WIRE for link in end.raised.chain)


def residual(subject: Subject, *, explained: bool) -> Iterator[Finding]:
    """A federation that stands still, and nobody has said why.

    Args:
        subject: What is judged.
        explained: Whether another finding says why.
    """
    if explained:
        return
    plan = subject.plan
    where = f"{subject.origin}: training_configuration" if subject.origin else "the plan"
    if subject.facts.failure is not None:
        yield _failed(subject.facts.failure)
        return
    for wait in subject.facts.waited[:1]:
        how_long = "for ever" if wait.forever else "for up to a day"
        yield Finding.of(
            Problem(
                f"round {wait.round} waits {how_long} on FLOps",
                where=where,
                expected=f"{wait.wanted} learners",
                got=f"{wait.there} that are there, and no more to come",
                fix="ask for no more learners than there are nodes with matching data",
                code="FM1106",
            )
        )
        return
    expected = range(1, subject.all_rounds + 1)
    for cluster in range(len(plan.clusters)):
        done = {each.round for each in subject.facts.rounds if each.cluster == cluster}
        if not done.issuperset(expected):
            yield Finding.of(
                Problem(
                    f"the federation ended after round {max(done, default=0)}, and nobody said why",
                    where=where,
                    expected=f"{subject.all_rounds} rounds",
                    got="; ".join(f"{end.actor} {end.number}: {end.how} {end.ending}".strip() for end in subject.facts.ends),
                    fix="look at the output of the actors; more time or memory may help",
                    code="FM1106",
                )
            )
            return


def _failed(failure: Failure) -> Finding:
    """All actors were ended together."""
    if failure.exceeded is not None:
        allowed, taken = failure.exceeded
        problem = Problem(
            "the federation takes more than the check allows it, and was ended",
            where="all actors",
            expected=f"{allowed} for all actors together",
            got=taken,
            fix="ask for fewer nodes, or raise the limit (--flops-memory; flops-mock rounds --memory)",
            code="FM1106",
        )
    else:
        problem = Problem(
            "the processes of the federation ended before it was over",
            where="all actors",
            expected="actors that live until the last round",
            got=failure.ending or (failure.raised.chain[0].text if failure.raised is not None else failure.how),
            fix="look at the output; code that ends other processes may be the reason",
            code="FM1106",
        )
    return Finding.of(problem, detail=shown_output(failure.output))
