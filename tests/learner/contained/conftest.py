from __future__ import annotations

import pytest
from standins.images import BASE, CONDA

from pytest_flops_mock import MLRepository
from pytest_flops_mock.fixtures.containing import need
from pytest_flops_mock.learner.environments.container_image import python_in_image


@pytest.fixture(scope="session")
def image(pytestconfig: pytest.Config) -> str:
    """The image of repositories that ask for nothing but Python."""
    need(pytestconfig, BASE)
    return python_in_image(MLRepository.of_files({"conda.yaml": CONDA}), BASE).image
