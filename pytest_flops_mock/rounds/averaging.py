"""What travelled between learners and aggregator → findings: whether it is finite, fits together, and came from all."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from pytest_flops_mock.errors import Problem
from pytest_flops_mock.findings import Finding
from pytest_flops_mock.rounds.apart import setting_apart
from pytest_flops_mock.rounds.ends import ROOT, Subject, of_nodes
from pytest_flops_mock.rounds.plan import FaultKind


def finite_findings(subject: Subject) -> tuple[Finding, ...]:
    """The first round in which something is not finite; what comes after it is its consequence."""
    of_learners = {each.round for each in subject.facts.learner_rounds}
    for number in sorted(of_learners | {each.round for each in subject.facts.rounds}):
        learners = [each for each in subject.facts.learner_rounds if each.round == number]
        averages = [each for each in subject.facts.rounds if each.round == number]
        nodes = [each.node for each in learners if not each.finite]
        if nodes:
            return (_not_finite(subject, "the parameters", nodes, number, "get_model_parameters()"),)
        if any(not each.finite for each in averages):
            return (_not_finite(subject, "the averaged parameters", [], number, "the average of the learners' parameters"),)
        for name in ("loss", "accuracy"):
            values = {each.node: value for each in learners if (value := getattr(each, name)) is not None}
            if nodes := [node for node, value in values.items() if not math.isfinite(value)]:
                what = f"the {name}"
                return (_not_finite(subject, what, nodes, number, "evaluate_model()", str(values[nodes[0]])),)
    return ()


def _not_finite(subject: Subject, what: str, nodes: Sequence[int], number: int, where: str, got: str = "") -> Finding:
    everybody = len(nodes) == len(subject.plan.nodes)
    of = "" if not nodes else " of all learners" if everybody and len(nodes) > 1 else f" of {of_nodes(nodes)}"
    verb = "is" if what in ("the loss", "the accuracy") else "are"
    since = "and FLOps averages it all the same" if verb == "is" else "and so is every average from then on"
    return Finding.of(
        Problem(
            f"{what}{of} {verb} not finite after round {number}, {since}",
            where=where,
            expected="finite numbers",
            got="\n".join(filter(None, [got or "NaN or infinity", *setting_apart(nodes, subject.data)])),
            fix="look for divisions by zero, columns without values, and steps that are too large",
            code="FM1107",
        )
    )


def disagreement(subject: Subject) -> Iterator[Finding]:
    """The first round in which learners sent parameters that do not fit together."""
    rounds = sorted(subject.facts.learner_rounds, key=lambda each: (each.round, each.node))
    for number, same in groupby(rounds, key=lambda each: each.round):
        sent = {each.node: tuple(map(_shape, each.shapes)) for each in same if each.shapes}
        if len(set(sent.values())) < 2:
            continue
        usual, _ = Counter(sent.values()).most_common(1)[0]
        nodes = [node for node, shapes in sent.items() if shapes != usual]
        yield Finding.of(
            Problem(
                f"the parameters of {of_nodes(nodes)} do not fit those of the other learners in round {number}",
                where="get_model_parameters()",
                expected=_listed(usual),
                got="\n".join([*_by_shapes(sent, nodes), *setting_apart(nodes, subject.data)]),
                fix="take shapes from the features (how many classes there are) and not from the rows that a learner has",
                code="FM1111",
            )
        )
        return


def untrained(subject: Subject) -> Iterator[Finding]:
    """A federation that ended well and has averaged nothing."""
    of_learners = [each for each in subject.facts.rounds if each.cluster != ROOT]
    if not of_learners or any(each.fitted for each in of_learners):
        return
    if any(end.how != "done" for end in subject.facts.ends if end.actor != "learner"):
        return
    failures = sum(each.failures for each in of_learners)
    yield Finding.of(
        Problem(
            "no round had a result of a learner, and the federation ended as if it had worked",
            where="fit_model()",
            expected=f"results of {len(subject.plan.nodes)} learners in {subject.all_rounds} rounds",
            got=f"{failures} failures"
            if failures
            else f"{subject.plan.min_available} learners, of which none was asked to train",
            fix="let min_fit_clients be at most min_available_clients"
            if subject.plan.min_fit > subject.plan.min_available
            else "see why fit_model() gives no result",
            code="FM1112",
        )
    )


def absence(subject: Subject) -> Iterator[Finding]:
    """A first round that FLOps begins before all learners are there; here it was waited for all of them."""
    plan = subject.plan
    late = {fault.node for fault in plan.faults if fault.kind is FaultKind.JOINS}
    there = [sum(node not in late for node in cluster) for cluster in plan.clusters]
    if max(there) <= plan.min_available:
        return
    of_each = " of each cluster" if len(plan.clusters) > 1 else ""
    yield Finding.of(
        Problem(
            f"FLOps begins round 1 with whoever comes first: {plan.min_available} of {max(there)} learners{of_each} will do",
            where=f"{subject.origin}: training_configuration.min_available_clients" if subject.origin else "round 1",
            expected=f"{max(there)}, which is how many were waited for here",
            got=f"{plan.min_available}, which is also how many learners FLOps starts",
            nearest=str(max(there)),
            fix="set min_available_clients, min_fit_clients and min_evaluate_clients to the number of learners",
            code="FM1105",
        )
    )


def _by_shapes(sent: Mapping[int, tuple[str, ...]], nodes: Sequence[int]) -> list[str]:
    """What some nodes have sent; those that have sent the same are one line."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for node in nodes:
        alike.setdefault(sent[node], []).append(node)
    return [f"{_listed(shapes)} from {of_nodes(those)}" for shapes, those in list(alike.items())[:6]]


def _shape(text: str) -> str:
    """``(10, 784)`` of ``(10, 784) float64``: types of numbers are averaged into one."""
    return text.rpartition(" ")[0] or text


def _listed(shapes: Sequence[str]) -> str:
    return f"{len(shapes)} array{'s' * (len(shapes) != 1)}: {', '.join(shapes[:6])}{', …' * (len(shapes) > 6)}"
