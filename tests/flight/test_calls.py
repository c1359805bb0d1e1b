"""What a server counts, and who is told of its calls."""

from __future__ import annotations

import pyarrow.flight as fl
import pytest

from pytest_flops_mock.errors import Problem, UploadError
from pytest_flops_mock.flight.calls import Call, CallLog, Totals


def test_a_call_that_failed_on_its_way_counts_as_failed_alone() -> None:
    told: list[Call] = []
    log = CallLog(on_call=told.append)
    with log.record("do_get", "tag.1.parquet") as call:
        call.rows, call.bytes = 10, 80
    assert log.totals == Totals(calls=1, rows_sent=10, bytes_sent=80)

    call.failed(OSError("gone"))

    assert log.totals == Totals(calls=1, failed=1)
    assert [each.outcome for each in told] == ["ok", "failed"]


def test_totals_outlive_the_calls_that_are_kept_and_are_cleared_with_them() -> None:
    log = CallLog(max_calls=2)
    for _ in range(5):
        with log.record("do_put", "tag.1.parquet") as call:
            call.rows = 3
    assert (len(log.calls), log.totals.calls, log.totals.rows_received) == (2, 5, 15)

    log.clear()

    assert log.totals == Totals()


def test_rows_of_what_was_refused_are_not_counted() -> None:
    log = CallLog()

    def upload() -> None:
        with log.record("do_put", "tag.1.parquet") as call:
            call.rows = 3
            raise UploadError(Problem("broken off"))

    with pytest.raises(fl.FlightServerError, match="broken off"):
        upload()
    assert log.totals == Totals(calls=1, refused=1)
