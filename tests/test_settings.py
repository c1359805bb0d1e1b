"""Settings come from options, then ini keys, then defaults; a value that means nothing is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_flops_mock import DataSource, FlopsMockError
from pytest_flops_mock.settings import Settings, settings_from

ROOT, HERE = Path("/root-of-tests"), Path("/started-here")


def settings(**told: str) -> Settings:
    return settings_from(ROOT, {name.replace("_", ":"): value for name, value in told.items()}, HERE)


def test_the_defaults() -> None:
    assert settings() == Settings(ROOT, DataSource.SYNTHETIC, ROOT, None, 60.0)


def test_an_option_goes_before_the_ini_key() -> None:
    assert settings(ini_data="hub").data is DataSource.HUB
    assert settings(ini_data="hub", option_data="synthetic").data is DataSource.SYNTHETIC
    assert settings(ini_timeout="5", option_timeout="2.5").timeout == 2.5


def test_paths_of_options_start_where_pytest_was_started_and_those_of_ini_at_the_rootdir() -> None:
    assert settings(option_repo="x", option_sla="a.json").repository == HERE / "x"
    assert settings(option_sla="a.json").sla == HERE / "a.json"
    assert settings(ini_repo="x").repository == ROOT / "x"
    assert settings(ini_sla="/slas/a.json").sla == Path("/slas/a.json")


def test_an_unknown_source_is_told_with_the_nearest() -> None:
    with pytest.raises(FlopsMockError) as error:
        settings(ini_data="Synthetc")
    assert str(error.value) == (
        "there is no such source of data\n"
        "  where     ini flops_data\n"
        "  expected  one of: synthetic, hub\n"
        "  came      'Synthetc'\n"
        "  nearest   synthetic\n"
        "  next      use synthetic for no network, hub for the real data"
    )


def test_a_home_folder_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home-of-tests")
    assert settings(option_repo="~/x").repository == Path("/home-of-tests/x")
    assert settings(ini_sla="~/a.json").sla == Path("/home-of-tests/a.json")


def test_what_is_empty_is_not_set() -> None:
    assert settings(option_data="", option_repo="", option_timeout="", ini_data="hub").data is DataSource.HUB


def test_an_unknown_source_of_an_option_names_the_option() -> None:
    with pytest.raises(FlopsMockError, match="\n  where     --flops-data\n"):
        settings(option_data="real", ini_data="hub")


@pytest.mark.parametrize("value", ["0", "-1", "soon", "nan", "inf"])
def test_a_time_limit_that_is_none_is_told(value: str) -> None:
    with pytest.raises(FlopsMockError, match="the time limit is not a number of seconds\n  where     --flops-timeout"):
        settings(option_timeout=value)
