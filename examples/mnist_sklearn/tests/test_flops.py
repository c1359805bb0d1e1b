"""Can a learner of FLOps use this repository with the data that a mock data provider sends?"""

import pytest


def test_my_repository_learns_from_mnist(flops_check):
    report = flops_check(sla="mocks/mnist_multi.json", project_sla="projects/mnist_small.json")
    assert report.ok, report


@pytest.mark.flops_sla("mocks/mnist_multi.json", number_of_partitions=5)
def test_five_devices_send_one_partition_each(mock_data_provider, ml_data_server):
    run = mock_data_provider()
    assert len(ml_data_server.partitions) == 5
    assert run.rows == 600
