"""Reports of federated rounds as text, Markdown and plain values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.findings import StageResult
from pytest_flops_mock.report import known, text
from pytest_flops_mock.rounds.ends import ROOT, in_rounds, where_of
from pytest_flops_mock.rounds.engine import ActorEnded, RoundEnded, RoundsEvent, RoundsWait
from pytest_flops_mock.rounds.facts import ActorEnd, FederatedRound, LearnerRound, RoundsFacts
from pytest_flops_mock.rounds.plan import Mode, RoundsPlan
from pytest_flops_mock.stage import Outcome, Stage
from pytest_flops_mock.texts import clean

if TYPE_CHECKING:
    from pytest_flops_mock.rounds.report import RoundsReport

SHOWN = 12
"""How many rounds a line of facts shows."""

TROUBLED = 20
"""How many learners have a line of their own."""

HEADINGS = ("round", "loss", "over learners", "accuracy", "over learners", "learners", "seconds", "kept")


def full(given: RoundsReport) -> str:
    """All of a report."""
    report, plan, facts = given.report, given.plan, given.facts
    named = [
        ("repository", report.repository),
        ("data", f"\n{'':<12}".join(text.data_lines(report.data))),
        ("plan", plan_line(plan)),
        ("faults", "; ".join(fault.written for fault in plan.faults)),
        ("python", ", ".join(f"{name} {version}" for name, version in report.environment)),
        ("engine", _engine(facts) if facts is not None else ""),
    ]
    lines = [f"{name:<10}  {told}" for name, told in named if told]
    if facts is not None and facts.rounds:
        lines += ["", *_aligned([headings(plan), *table(plan, facts)])]
    if facts is not None and (troubled := list(troubled_learners(plan, facts))):
        lines += ["", *troubled]
    lines += [f"\n{text.heading(each)}{text.block(each).removeprefix(each.code)}" for each in report.findings]
    lines += [f"\n{what:<10}  {text.row(each)}" for what, each in known.named(report)]
    lines += ["", f"again       {given.command}"] if given.command else [""]
    return clean("\n".join([*lines, f"verdict     {given.summary}"]))


def summary(given: RoundsReport) -> str:
    """The verdict in one line: rounds, learners, loss and accuracy, and what is kept."""
    report, plan, facts = given.report, given.plan, given.facts
    counts = [(len(report.errors), "error"), (len(report.warnings), "warning")]
    told = ", ".join(text.counted(count, name) for count, name in counts if count)
    codes = sorted({finding.code for finding in report.ignored})
    ignored = f"; {', '.join(codes)} ignored" if codes else ""
    ignored += "".join(f"; {part}" for part in known.short(report))
    head = f"{report.verdict}{known.but_for(report)}{f' ({told})' if told else ''}"
    if facts is None:
        return clean(f"{head}; the rounds did not run{ignored}")
    of_learners = [each for each in facts.rounds if each.cluster != ROOT]
    done = max((each.round for each in of_learners), default=0)
    wanted = plan.rounds * plan.cycles
    rounds = text.counted(done, "round") if done == wanted else f"{done} of {text.counted(wanted, 'round')}"
    ran = f"{rounds} with {text.counted(len(plan.nodes), 'learner')}"
    kept = given.kept
    unit = "cycle" if plan.mode is Mode.HIERARCHICAL else "round"
    keeps = f"FLOps would keep the model of {unit} {kept}" if kept is not None else "FLOps would keep no model"
    return clean("; ".join([head, ran, keeps]) + ignored)


def plan_line(plan: RoundsPlan) -> str:
    """A plan in a row."""
    if plan.mode is Mode.HIERARCHICAL:
        sizes = ", ".join(str(len(cluster)) for cluster in plan.clusters)
        how = f"hierarchical, {text.counted(len(plan.clusters), 'cluster')} ({sizes} nodes)"
        how += f", {text.counted(plan.cycles, 'cycle')} of {text.counted(plan.rounds, 'round')}"
    else:
        how = f"classic, {text.counted(len(plan.nodes), 'node')}, {text.counted(plan.rounds, 'round')}"
    least = f"min_available {plan.min_available}, min_fit {plan.min_fit}, min_evaluate {plan.min_evaluate}"
    return f"{how}; {least}; seed {plan.seed}"


def headings(plan: RoundsPlan) -> tuple[str, ...]:
    """The first row of the table."""
    return ("cluster", *HEADINGS) if plan.mode is Mode.HIERARCHICAL else HEADINGS


def table(plan: RoundsPlan, facts: RoundsFacts) -> Iterator[tuple[str, ...]]:
    """A row for each round of each aggregator: loss, accuracy and their ranges over learners."""
    for each in _in_time(plan, facts):
        row = _row(each, plan, facts)
        if plan.mode is Mode.HIERARCHICAL:
            yield ("root" if each.cluster == ROOT else str(each.cluster), *row)
        else:
            yield row


def troubled_learners(plan: RoundsPlan, facts: RoundsFacts) -> Iterator[str]:
    """A line for each learner that ended by itself, or that was not there in all rounds."""
    lines = []
    for end in facts.ends:
        if end.actor != "learner":
            continue
        own = [each.round for each in facts.learner_rounds if each.node == end.number]
        joined = next((learner.joined for learner in facts.learners if learner.node == end.number), 1)
        if end.how not in ("done", "stopped"):
            lines.append(f"{f'node {end.number}':<10}  {_ended(end)}")
        elif joined > 1 or (own and min(own) > 1):
            lines.append(f"{f'node {end.number}':<10}  took part from round {min(own, default=joined)} on")
    yield from lines[:TROUBLED]
    if len(lines) > TROUBLED:
        yield f"and {len(lines) - TROUBLED} learners more"


def stage_result(facts: RoundsFacts, plan: RoundsPlan, *, failed: bool) -> StageResult:
    """The rounds as a stage of a check."""
    saves = [each for each in facts.rounds if (each.cluster == ROOT) == (plan.mode is Mode.HIERARCHICAL)]
    series = [
        ("loss", [_number(each.loss) for each in saves]),
        ("accuracy", [_number(each.accuracy) for each in saves]),
        ("learners", [str(len(each.fitted)) for each in facts.rounds if each.cluster != ROOT]),
    ]
    outcome = Outcome.FAILED if failed else Outcome.PASSED
    told = ((name, _in_a_row(values)) for name, values in series if values)
    return StageResult(Stage.ROUNDS, outcome, facts.seconds, facts=tuple(told))


def event_line(event: RoundsEvent, plan: RoundsPlan) -> str:
    """What has happened, in a line."""
    if isinstance(event, RoundsWait):
        return event.what
    if isinstance(event, ActorEnded):
        end = event.end
        return f"{end.actor} {end.number}: {end.how} in round {end.round}"
    return _of_round(event, plan)


def _of_round(event: RoundEnded, plan: RoundsPlan) -> str:
    each = event.round
    if each.cluster == ROOT:
        name, of, several = "cycle", plan.cycles, ""
    else:
        name, of = "round", plan.rounds * plan.cycles
        several = f"cluster {each.cluster}: " if len(plan.clusters) > 1 else ""
    parts = [
        f"{several}{name} {each.round} of {of}",
        f"loss {text.rounded(each.loss)}" if each.loss is not None else "",
        f"accuracy {text.rounded(each.accuracy)}" if each.accuracy is not None else "",
        f"{len(each.fitted)} of {each.wished}",
        f"{text.rounded(each.seconds)} s",
    ]
    return ", ".join(filter(None, parts))


def markdown(given: RoundsReport) -> str:
    """Markdown: verdict and table of the rounds, then what a report of a check has."""
    from pytest_flops_mock.report.markdown import cell
    from pytest_flops_mock.report.markdown import markdown as of_report

    lines = [f"## flops-mock rounds: {cell(given.summary)}", "", f"Plan: {cell(plan_line(given.plan))}", ""]
    if given.plan.faults:
        lines += [f"Faults: {cell('; '.join(fault.written for fault in given.plan.faults))}", ""]
    if given.facts is not None and given.facts.rounds:
        rows = [headings(given.plan), *table(given.plan, given.facts)]
        shown = ["| " + " | ".join(map(cell, row)) + " |" for row in rows]
        lines += [shown[0], "|" + " ---: |" * len(rows[0]), *shown[1:], ""]
    if given.command:
        lines += ["Again:", "", "```console", clean(given.command), "```", ""]
    return "\n".join(lines) + "\n" + of_report([given.report])


def plain(value: Any) -> Any:
    """A frozen value as JSON values; what is not finite as a text that is read back."""
    return _plain(asdict(value))


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def _in_time(plan: RoundsPlan, facts: RoundsFacts) -> list[FederatedRound]:
    """The rounds as they went by: a cycle of the root aggregator ends behind those of its clusters."""

    def when(each: FederatedRound) -> tuple[int, bool, int, int]:
        is_root = each.cluster == ROOT
        return each.round if is_root else -(-each.round // plan.rounds), is_root, each.round, each.cluster

    return sorted(facts.rounds, key=when) if plan.mode is Mode.HIERARCHICAL else list(facts.rounds)


def _row(each: FederatedRound, plan: RoundsPlan, facts: RoundsFacts) -> tuple[str, ...]:
    nodes: tuple[int, ...] = ()
    if each.cluster == ROOT:
        # FLOps means over all rounds of the cycle: what learners had in one of them would not go with it.
        name, unit = f"cycle {each.round}", " clusters"
    else:
        name, nodes, unit = str(each.round), plan.clusters[each.cluster], ""
    own = [learner for learner in facts.learner_rounds if learner.round == each.round and learner.node in nodes]
    learners = f"{len(each.fitted)} of {each.wished}{unit}"
    return (
        name,
        _number(each.loss),
        _range(own, "loss"),
        _number(each.accuracy),
        _range(own, "accuracy"),
        learners,
        f"{each.seconds:.2f}",
        "kept" if each.kept else "",
    )


def _range(learners: Sequence[LearnerRound], measure: str) -> str:
    values = [value for each in learners if (value := getattr(each, measure)) is not None]
    if not values:
        return ""
    if not all(map(math.isfinite, values)):
        return "not finite"
    low, high = text.rounded(min(values)), text.rounded(max(values))
    return low if low == high else f"{low} to {high}"


def _ended(end: ActorEnd) -> str:
    how = {"raised": "died", "exited": "exited", "killed": "was killed", "hung": "hung"}[end.how]
    link = end.raised.chain[0] if end.raised is not None and end.raised.chain else None
    why = f"{link.type}: {link.text.strip()}".strip(": ").partition("\n")[0] if link is not None else end.ending
    why = "no end in time" if end.how == "hung" else why
    place = where_of(end)
    planned = " as planned" if end.fault else ""
    return f"{how}{planned} {in_rounds([end.round])}: {why}{f' ({place})' if place else ''}"


def _engine(facts: RoundsFacts) -> str:
    how = f" ({facts.start_method})" if facts.start_method else ""
    return f"{facts.engine}{how}, {text.seconds(facts.seconds)}"


def _number(value: float | None) -> str:
    return "" if value is None else text.rounded(value)


def _in_a_row(values: Sequence[str]) -> str:
    shown = [value or "none" for value in values]
    if len(shown) > SHOWN:
        shown = [*shown[: SHOWN // 2], "…", *shown[-SHOWN // 2 :]]
    return ", ".join(shown)


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(f"{value:>{width}}" for value, width in zip(row, widths, strict=True)).rstrip()
