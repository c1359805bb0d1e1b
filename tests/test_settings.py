"""Settings come from options, then ini keys, then defaults; a value that means nothing is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_flops_mock import DataSource, FlopsMockError
from pytest_flops_mock.choices import DataChoice, data_choice
from pytest_flops_mock.settings import Settings, settings_from
from pytest_flops_mock.sla.schemes import Drift

ROOT, HERE = Path("/root-of-tests"), Path("/started-here")


def settings(**told: str | list[str]) -> Settings:
    """``option_project_sla`` stands for ``option:project-sla``."""
    named = {name.replace("_", ":", 1).replace("_", "-"): value for name, value in told.items()}
    return settings_from(ROOT, named, HERE)


def test_the_defaults() -> None:
    data = DataChoice(DataSource.SYNTHETIC, (), ROOT / "tests" / "flops-data")
    assert settings() == Settings(ROOT, data, ROOT, (), None, "current", 60.0, None, ())


def test_an_option_goes_before_the_ini_key() -> None:
    assert settings(ini_data="hub").data.default is DataSource.HUB
    assert settings(ini_data="hub", option_data="synthetic").data.default is DataSource.SYNTHETIC
    assert settings(ini_timeout="5", option_timeout="2.5").timeout == 2.5
    assert settings(ini_env="learner", option_env="current").env == "current"
    assert settings(ini_memory="500", option_memory="1e3").memory == 1000
    assert settings(ini_sla=["a.json"], option_sla=["b.json", "c.json"]).slas == (HERE / "b.json", HERE / "c.json")


def test_paths_of_options_start_where_pytest_was_started_and_those_of_ini_at_the_rootdir() -> None:
    assert settings(option_repo="x", option_sla="a.json").repository == HERE / "x"
    assert settings(option_sla="a.json").slas == (HERE / "a.json",)
    assert settings(ini_repo="x").repository == ROOT / "x"
    assert settings(option_project_sla="../p.json").project_sla == Path("/p.json")
    assert settings(ini_project_sla="p.json").project_sla == ROOT / "p.json"
    assert settings(ini_sla="/slas/a.json").slas == (Path("/slas/a.json"),)


def test_an_unknown_source_is_told_with_the_nearest() -> None:
    with pytest.raises(FlopsMockError) as error:
        settings(ini_data="Synthetc")
    assert str(error.value) == (
        "there is no such source of data\n"
        "  where     ini flops_data\n"
        "  expected  one of: synthetic, recorded, hub\n"
        "  got       'Synthetc'\n"
        "  nearest   synthetic\n"
        "  fix       use synthetic or recorded for no network, hub for the real data"
    )


def test_a_home_folder_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home-of-tests")
    assert settings(option_repo="~/x").repository == Path("/home-of-tests/x")
    assert settings(ini_sla="~/a.json").slas == (Path("/home-of-tests/a.json"),)


def test_what_is_empty_is_not_set() -> None:
    assert settings(option_data="", option_repo="", option_timeout="", ini_data="hub").data.default is DataSource.HUB


def test_an_unknown_source_of_an_option_names_the_option() -> None:
    with pytest.raises(FlopsMockError, match="\n  where     --flops-data\n"):
        settings(option_data="real", ini_data="hub")


@pytest.mark.parametrize(
    "text",
    [
        "mnist:recorded cifar10:synthetic *:hub",
        "hub,mnist:recorded\ncifar10:synthetic",
        ["mnist:recorded *:hub cifar10:synthetic"],
    ],
)
def test_data_sets_may_come_from_different_sources(text: str | list[str]) -> None:
    data = settings(ini_data=text).data
    assert [data.source_of(name).value for name in ("mnist", "cifar10", "iris")] == ["recorded", "synthetic", "hub"]
    assert data.value == "mnist:recorded cifar10:synthetic *:hub"
    assert data_choice(data.value).by_name == data.by_name


def test_drift_are_told_with_the_name_of_their_setting() -> None:
    assert settings(ini_drift="missing=0.1 duplicates=.5").data.drift == Drift(missing=0.1, duplicates=0.5)
    assert settings(ini_drift="missing=0.1", option_drift="imbalance=1").data.drift == Drift(imbalance=1)
    with pytest.raises(FlopsMockError, match="\n  where     ini flops_drift\n"):
        settings(ini_drift="missing")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mnist:hub mnist:recorded", "there are two sources for mnist"),
        ("synthetic *:hub", "there are two sources for all data sets"),
        (":hub", "a source has no data set that it is for"),
    ],
)
def test_a_choice_that_means_nothing_is_told(text: str, message: str) -> None:
    with pytest.raises(FlopsMockError) as error:
        settings(option_data=text)
    assert str(error.value) == (
        f"{message}\n"
        "  where     --flops-data\n"
        "  expected  NAME:SOURCE for a data set, and at most one SOURCE or *:SOURCE for all others\n"
        f"  got       {text!r}\n"
        "  fix       for example mnist:recorded cifar10:synthetic *:hub"
    )


@pytest.mark.parametrize("text", ["mnist:recordd", "mnist: recorded", "mnist:"])
def test_a_choice_of_a_source_that_there_is_not_is_told(text: str) -> None:
    with pytest.raises(FlopsMockError, match="there is no such source of data\n  where     --flops-data\n"):
        settings(option_data=text)


def test_recorded_samples_lie_in_a_folder_of_the_project() -> None:
    assert settings().data.recordings == ROOT / "tests" / "flops-data"
    assert settings(ini_recordings="samples").data.recordings == ROOT / "samples"
    assert settings(option_recordings="samples").data.recordings == HERE / "samples"


@pytest.mark.parametrize("value", ["0", "-1", "soon", "nan", "inf"])
def test_a_time_limit_that_is_none_is_told(value: str) -> None:
    with pytest.raises(FlopsMockError, match="the time limit is not a number of seconds\n  where     --flops-timeout"):
        settings(option_timeout=value)


@pytest.mark.parametrize("value", ["0", "-5", "2GB", "nan", "inf"])
def test_a_memory_limit_that_is_none_is_told(value: str) -> None:
    with pytest.raises(FlopsMockError, match="the memory limit is not a number of MB\n  where     ini flops_memory"):
        settings(ini_memory=value)


def test_codes_to_ignore_add_up_and_may_be_written_in_any_way() -> None:
    assert settings(ini_ignore=["FM714", "fm816"], option_ignore=["FM201,FM714 ,", ""]).ignore == ("FM714", "FM816", "FM201")


@pytest.mark.parametrize(("kind", "shown"), [("option", "--flops-ignore"), ("ini", "ini flops_ignore")])
def test_a_code_that_there_is_not_is_told_with_the_nearest(kind: str, shown: str) -> None:
    with pytest.raises(FlopsMockError) as error:
        settings(**{f"{kind}_ignore": ["FM602,FM6O2"]})
    assert str(error.value) == (
        "there is no such code to ignore\n"
        f"  where     {shown}\n"
        "  expected  codes of findings, such as FM714\n"
        "  got       FM6O2\n"
        "  nearest   FM602\n"
        "  fix       flops-mock explain lists all codes"
    )
