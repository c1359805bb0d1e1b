"""What the settings in pytest.ini do not ask: devices that have some of the digits only."""

import pytest


@pytest.mark.flops_data(partitioner="pathological num_classes_per_partition=3")
@pytest.mark.flops_sla(number_of_partitions=4)
def test_devices_with_three_digits_each_learn_together(flops_check):
    report = flops_check()
    assert report.ok, report
