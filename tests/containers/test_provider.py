"""The mock data provider in a container, against a server in this process and one in a container."""

from __future__ import annotations

import pytest
from standins.images import PROVIDER, PROVIDERS

from pytest_flops_mock.containers.provider import MockDataProviderContainer
from pytest_flops_mock.containers.server import MLDataServerContainer
from pytest_flops_mock.engine.connection import bridge_address
from pytest_flops_mock.errors import ContainerError
from pytest_flops_mock.flight.server import MLDataServer
from pytest_flops_mock.provider import MockDataProvider

pytestmark = [pytest.mark.container, pytest.mark.usefixtures("images")]


def sla(**changes: object) -> dict[str, object]:
    asked = {"dataset_name": "mnist", "number_of_partitions": 3, "data_tag": "my_tag", **changes}
    return {"customerID": "Admin", "mock_data_configuration": asked}


@pytest.mark.parametrize("image", PROVIDERS)
def test_it_sends_to_a_server_in_this_process_on_the_bridge(image: str) -> None:
    with MLDataServer(host=bridge_address()) as server:
        run = MockDataProviderContainer(sla(), server, image=image).run()

        assert len(run.partitions) == 3
        assert run.partitions[0].dataset().features["label"].names
        assert [call.method for call in server.calls] == ["do_put"] * 3


def test_it_sends_what_the_provider_in_this_process_sends(server: MLDataServerContainer) -> None:
    run = MockDataProviderContainer(sla(), server, image=PROVIDER).run()
    with MLDataServer() as here:
        expected = MockDataProvider(here.uri).run(sla())
        tables = here.tables()

    assert sorted(part.name for part in run.partitions) == sorted(expected.names)
    assert server.tables() == tables
    assert "mnist (synthetic) sent to" in run.log


def test_one_that_dies_is_told_with_its_logs(server: MLDataServerContainer) -> None:
    with pytest.raises(ContainerError) as caught:
        MockDataProviderContainer(sla(data_tag=""), server, image=PROVIDER).run()

    assert "died (exit status 2)" in str(caught.value)
    assert "required: DATA_TAG" in str(caught.value)


def test_one_that_does_not_end_is_killed(server: MLDataServerContainer) -> None:
    with pytest.raises(ContainerError, match="did not end within"):
        MockDataProviderContainer(sla(), server, image=PROVIDER, timeout=0.2).run()


def test_one_that_needs_more_memory_than_it_may_have_is_killed_and_told_so(server: MLDataServerContainer) -> None:
    with pytest.raises(ContainerError, match=r"died \(exit status 137, killed for want of memory\)"):
        MockDataProviderContainer(sla(), server, image=PROVIDER, memory=30).run()
