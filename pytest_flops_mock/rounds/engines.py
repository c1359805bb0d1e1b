"""The engines that there are, by their names."""

from __future__ import annotations

from pytest_flops_mock.errors import Problem, SettingsError, nearest
from pytest_flops_mock.option_values import ENGINES
from pytest_flops_mock.rounds.engine import Engine


def engine_of(asked: Engine | str, ray_address: str = "") -> Engine:
    """The engine that is asked for.

    Args:
        asked: ``wire``, ``ray``, or an engine.
        ray_address: Of a cluster of Ray's; empty for one of our own.

    Raises:
        SettingsError: There is no such engine, or one that takes no address.
    """
    if ray_address and asked != "ray":
        raise SettingsError(
            Problem(
                "only the engine ray takes the address of a cluster",
                where="--ray-address",
                expected="--engine ray",
                got=f"the engine {asked}" if isinstance(asked, str) else "another engine",
                nearest="ray",
                fix="add --engine ray, or leave out the address",
            )
        )
    if not isinstance(asked, str):
        return asked
    if asked == "wire":
        from pytest_flops_mock.rounds.wire import WireEngine

        return WireEngine()
    if asked == "ray":
        from pytest_flops_mock.rounds.ray import RayEngine

        return RayEngine(ray_address)
    raise SettingsError(
        Problem(
            "there is no such engine for federated rounds",
            where="engine",
            expected="one of: wire, ray",
            got=asked,
            nearest=nearest(asked, ENGINES),
            fix="use wire, which needs nothing but Flower",
        )
    )
