"""Which engine is meant by what users write."""

from __future__ import annotations

import pytest

from pytest_flops_mock.errors import SettingsError
from pytest_flops_mock.rounds.engines import engine_of
from pytest_flops_mock.rounds.ray import RayEngine
from pytest_flops_mock.rounds.wire import WireEngine


def test_engines_have_names_and_one_of_your_own_stays_itself() -> None:
    own = WireEngine()
    assert isinstance(engine_of("wire"), WireEngine)
    assert isinstance(engine_of("ray"), RayEngine)
    assert engine_of(own) is own


def test_only_ray_asks_for_more_than_flops_installs() -> None:
    assert engine_of("wire").packages == ()
    assert [package.partition(">")[0] for package in engine_of("ray", "10.0.0.5:6379").packages] == ["ray"]


def test_another_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(SettingsError) as caught:
        engine_of("rai")
    assert caught.value.problems[0].nearest == "ray"


def test_an_address_is_for_ray_alone() -> None:
    with pytest.raises(SettingsError, match="only the engine ray takes the address of a cluster"):
        engine_of("wire", "10.0.0.5:6379")
