"""Settings come from options, then ini keys, then defaults; a value that means nothing is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_flops_mock import DataSource, FlopsMockError
from pytest_flops_mock.data.choice import data_choice
from pytest_flops_mock.options import CheckOptions
from pytest_flops_mock.settings import Settings, settings_from
from pytest_flops_mock.sla.schemes import drift_of

ROOT, HERE = Path("/root-of-tests"), Path("/started-here")


def settings(**told: object) -> Settings:
    """``option_project_sla`` is what the option says, ``ini_project_sla`` what the ini key says."""
    doors: dict[str, dict[str, object]] = {"option": {}, "ini": {}}
    for name, value in told.items():
        door, _, option = name.partition("_")
        doors[door][option.replace("_", "-")] = value
    return settings_from(ROOT, HERE, options=doors["option"], ini=doors["ini"])


def options(**told: object) -> CheckOptions:
    return settings(**told).options


def test_the_defaults() -> None:
    assert settings() == Settings(ROOT, options=CheckOptions(recordings=ROOT / "tests" / "flops-data"))


def test_an_option_goes_before_the_ini_key() -> None:
    assert options(ini_data="hub").data.default is DataSource.HUB
    assert options(ini_data="hub", option_data="synthetic").data.default is DataSource.SYNTHETIC
    assert options(ini_timeout="5", option_timeout="2.5").timeout == 2.5
    assert options(ini_env="learner", option_env="current").env == ("current",)
    assert options(ini_memory="500", option_memory="1e3").memory == 1000
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
    assert options(option_data="", option_repo="", option_timeout="", ini_data="hub").data.default is DataSource.HUB


def test_an_unknown_source_of_an_option_names_the_option() -> None:
    with pytest.raises(FlopsMockError, match="\n  where     --flops-data\n"):
        settings(option_data="real", ini_data="hub")


@pytest.mark.parametrize(
    "text",
    [
        "mnist:recorded cifar10:synthetic *:hub",
        "hub,mnist:recorded\ncifar10:synthetic",
    ],
)
def test_data_sets_may_come_from_different_sources(text: str) -> None:
    data = options(ini_data=text).data
    assert [data.source_of(name).value for name in ("mnist", "cifar10", "iris")] == ["recorded", "synthetic", "hub"]
    assert data.value == "mnist:recorded cifar10:synthetic *:hub"
    assert data_choice(data.value).by_name == data.by_name


def test_drift_is_told_with_the_name_of_its_setting() -> None:
    assert options(ini_drift="missing=0.1 duplicates=.5").drift == drift_of({"missing": 0.1, "duplicates": 0.5})
    assert options(ini_drift="missing=0.1", option_drift="imbalance=1").drift == drift_of({"imbalance": 1})
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
    assert options().recordings == ROOT / "tests" / "flops-data"
    assert options(ini_recordings="samples").recordings == ROOT / "samples"
    assert options(option_recordings="samples").recordings == HERE / "samples"


@pytest.mark.parametrize("value", ["0", "-1", "soon", "nan", "inf", True])
def test_a_time_limit_that_is_none_is_told(value: object) -> None:
    with pytest.raises(FlopsMockError, match="the time limit is not a number of seconds\n  where     --flops-timeout"):
        settings(option_timeout=value)


@pytest.mark.parametrize("value", ["0", "-5", "2GB", "nan", "inf"])
def test_a_memory_limit_that_is_none_is_told(value: str) -> None:
    with pytest.raises(FlopsMockError, match="the memory limit is not a number of MB\n  where     ini flops_memory"):
        settings(ini_memory=value)


def test_numbers_may_be_numbers() -> None:
    assert (options(ini_timeout=5).timeout, options(ini_memory=2.5).memory) == (5, 2.5)


def test_variables_to_pass_on_add_up() -> None:
    assert options(ini_pass_env=["A B"], option_pass_env=["C,A"]).pass_env == ("A", "B", "C")


@pytest.mark.parametrize(
    ("written", "got", "nearest"),
    [("HF_TOKEN=hf_secret", "HF_TOKEN=...", "HF_TOKEN"), ("$HF_TOKEN", "$HF_TOKEN", "HF_TOKEN"), ("${X}", "${X}", "X")],
)
def test_a_variable_is_named_without_its_value_which_no_message_repeats(written: str, got: str, nearest: str) -> None:
    with pytest.raises(FlopsMockError) as error:
        settings(option_pass_env=["GOOD", written])
    assert str(error.value) == (
        "environment variables are passed on by their names alone\n"
        "  where     --flops-pass-env\n"
        "  expected  names, such as HF_TOKEN\n"
        f"  got       {got}\n"
        f"  nearest   {nearest}\n"
        "  fix       set the variable where the check is started, and name it here"
    )


@pytest.mark.parametrize(
    ("text", "message", "nearest"),
    [
        ("learner,,current", "an environment has no name", "learner,current"),
        (",", "an environment has no name", "auto"),
        ("learner,current,learner", "the environment learner is named twice", "learner,current"),
    ],
)
def test_an_environment_without_a_name_or_twice_is_refused(text: str, message: str, nearest: str) -> None:
    assert options(ini_env="learner, current,../venv").env == ("learner", "current", "../venv")
    with pytest.raises(FlopsMockError) as error:
        settings(ini_env=text)
    assert str(error.value) == (
        f"{message}\n"
        "  where     ini flops_env\n"
        "  expected  auto, current, learner, container, or the path of a Python or of a virtual environment; several "
        "with commas\n"
        f"  got       {text!r}\n"
        f"  nearest   {nearest}\n"
        "  fix       name each environment once, in the order in which they shall be checked"
    )


def test_codes_to_ignore_add_up_and_may_be_written_in_any_way() -> None:
    assert options(ini_ignore=["FM714", "fm816"], option_ignore=["FM201,FM714 ,", ""]).ignore == ("FM714", "FM816", "FM201")


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
