"""What the settings in pytest.ini do not ask: another number of devices."""

import pytest


@pytest.mark.flops_sla(number_of_partitions=5)
def test_five_devices_learn_together(flops_check):
    report = flops_check()
    assert report.ok, report
    assert report.data.rows == 600
