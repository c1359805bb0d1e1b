"""What the settings in pytest.ini do not ask: devices that miss values."""

import pytest


@pytest.mark.flops_data(drift="missing=0.3 column=pulse")
@pytest.mark.flops_sla("mocks/patients.json")
def test_a_pulse_that_was_not_taken_is_no_problem(flops_check):
    report = flops_check()
    assert report.ok, report
