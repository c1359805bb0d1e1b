"""What a finding is known by stays from run to run, and tells two faults apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_flops_mock import Finding, Problem, Severity
from pytest_flops_mock.findings import Frame
from pytest_flops_mock.report.identity import identity, normal, numbered

FRAME = Frame("data_manager.py", 19, "_prepare_data", 'rows = table.column("x")')


def finding(message: str = "it breaks", where: str = "", frame: Frame | None = FRAME, **parts: str) -> Finding:
    return Finding.of(Problem(message, where=where, **parts), code="FM602", frames=() if frame is None else (frame,))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("600 rows, of which 12.5 % are empty", "1,200 rows, of which 3 % are empty"),
        ("a loss of 2.31e-05 after 3 rounds", "a loss of 19 after 30 rounds"),
        ("shapes (64, 784) and (10,)", "shapes (32, 784) and (7,)"),
        ("<Model object at 0x7f3a2b10> is no array", "<Model object at 0x7f0000ff> is no array"),
        ("mnist.0a1b2c3d4e5f6071.parquet is not there", "mnist.ffeeddcc00112233.parquet is not there"),
        (
            "cannot read /tmp/flops-learner-ab12cd34/repo/a.csv",
            "cannot read /var/folders/x/flops-learner-zz99yy88/repo/a.csv",
        ),
        ("no file /tmp/tmpab12cd_x", "no file /tmp/tmp_9zyxwvu"),
        ("grpc://127.0.0.1:41327 does not answer", "grpc://127.0.0.1:9 does not answer"),
        ("run 123e4567-e89b-12d3-a456-426614174000 broke", "run 00000000-0000-4000-8000-000000000000 broke"),
        ("invalid syntax (a.py, line 3)", "invalid syntax (a.py, line 17)"),
    ],
)
def test_what_differs_from_run_to_run_does_not_count(one: str, other: str) -> None:
    assert identity(finding(one)) == identity(finding(other))
    assert identity(finding(one)).digest() == identity(finding(other)).digest()
    assert normal(normal(one)) == normal(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the repository asks for column 'x'", "the repository asks for column 'y'"),
        ("the repository asks for column '7'", "the repository asks for column '8'"),
        ("conv1.weight is not finite", "conv2.weight is not finite"),
        ("dtype float32 cannot be averaged", "dtype float64 cannot be averaged"),
        ("cannot read /data/a.csv", "cannot read /data/b.csv"),
        ("the repository imports torch, which is not installed", "the repository imports numpy, which is not installed"),
        ("feedface is no name", "deadbeef is no name"),
    ],
)
def test_names_tell_faults_apart(one: str, other: str) -> None:
    assert identity(finding(one)) != identity(finding(other))


def test_a_line_may_move_and_may_not_become_another() -> None:
    known = identity(finding())
    assert identity(finding(frame=replace(FRAME, line=99, source='rows  =  table.column("x")'))) == known
    for other in (
        replace(FRAME, file="model_manager.py"),
        replace(FRAME, function="get_data"),
        replace(FRAME, source='rows = table.column("y")'),
    ):
        assert identity(finding(frame=other)) != known


def test_without_frames_the_place_counts_without_its_line() -> None:
    known = identity(finding(where="conda.yaml:7", frame=None))
    assert identity(finding(where="conda.yaml:12:3", frame=None)) == known
    assert identity(finding(where="a.yaml:7", frame=None)) != known
    keys = [identity(finding(where=f"mocks/a.json: mock_data_configuration.{key}", frame=None)) for key in ("x", "y")]
    assert keys[0] != keys[1]


def test_a_setting_and_advice_do_not_make_another_finding() -> None:
    known = finding()
    same = replace(known, severity=Severity.WARNING, detail="more", problem=replace(known.problem, fix="x", got="y"))
    assert identity(same) == identity(known)
    assert identity(replace(known, exception="KeyError")) != identity(known)


def test_those_that_are_alike_are_numbered() -> None:
    told = list(numbered([finding("array 3 is broken"), finding("array 5 is broken"), finding("another")]))
    assert [number for _, _, number in told] == [1, 2, 1]
    assert len({mine.digest(number) for _, mine, number in told}) == 3
