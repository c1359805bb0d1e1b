"""The table of options, and the options of a check as calls in Python give them."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from standins.options import bad
from standins.projects import mock_sla

from pytest_flops_mock import DataChoice, DataSource, RepositoryChecker, Stage, check_repository
from pytest_flops_mock.errors import SettingsError
from pytest_flops_mock.fixtures.keywords import SLAChanges
from pytest_flops_mock.option_table import OPTIONS
from pytest_flops_mock.options import CheckArguments, CheckOptions
from pytest_flops_mock.sla.drift_kinds import KINDS
from pytest_flops_mock.sla.models import MockDataConfiguration
from pytest_flops_mock.sla.schemes import drift_of


def changed(**arguments: Any) -> CheckOptions:
    return CheckOptions().changed(**arguments)


def test_options_attributes_and_keywords_of_a_check_are_the_same() -> None:
    attributes = [field.name for field in fields(CheckOptions)]
    assert [option.key for option in OPTIONS if "argument" in option.doors] == attributes
    assert list(CheckArguments.__annotations__) == attributes


def test_keys_of_the_sla_can_be_changed_by_keywords() -> None:
    keys = ["customerID", *MockDataConfiguration.model_fields]
    assert list(SLAChanges.__annotations__) == [key for key in keys if key not in CheckArguments.__annotations__]


def test_names_are_unique_in_each_door() -> None:
    for names in ([option.option for option in OPTIONS], [option.ini for option in OPTIONS]):
        assert len(set(names)) == len(names)
    (repo,) = [option for option in OPTIONS if option.name == "repo"]
    assert (repo.option, repo.ini) == ("--flops-repo", "flops_repository")


def test_a_terminal_shows_what_a_shell_takes() -> None:
    (data,) = [option for option in OPTIONS if option.name == "data"]
    assert data.terminal.endswith("or hub; or one for each, as in 'mnist:recorded *:hub' (default: synthetic)")


def test_values_are_read_as_they_are_written_or_taken_as_they_are() -> None:
    assert changed() == CheckOptions()
    assert changed(data="hub").data == changed(data=DataSource.HUB).data == DataChoice(DataSource.HUB)
    assert changed(drift="missing=0.1").drift == changed(drift={"missing": 0.1}).drift == drift_of({"missing": 0.1})
    assert changed(env="learner,current").env == changed(env=["learner", "current"]).env == ("learner", "current")
    assert (changed(timeout=5).timeout, changed(memory="500").memory) == (5.0, 500.0)
    assert changed(pass_env="A,B").pass_env == changed(pass_env=["A", "B"]).pass_env == ("A", "B")
    assert changed(ignore="fm714").ignore == ("FM714",)
    assert changed(until="train").until is Stage.TRAIN
    assert changed(recordings="samples").recordings == Path("samples")


def test_none_leaves_an_option_as_it_is_and_some_add_up() -> None:
    options = changed(drift="missing=0.1", memory=500, pass_env="A", ignore="FM714")
    assert options.changed(drift=None, memory=None) == options
    assert options.changed(drift="", data="hub") == changed(drift="", data="hub", memory=500, pass_env="A", ignore="FM714")
    more = options.changed(pass_env=["B", "A"], ignore=["FM816"])
    assert (more.pass_env, more.ignore) == (("A", "B"), ("FM714", "FM816"))


def test_options_can_be_handed_on() -> None:
    options = changed(data="mnist:hub", env="learner", memory=500, pass_env="A", ignore="FM714", until="train")
    assert CheckOptions().changed(**options.arguments()) == options


@pytest.mark.parametrize(("name", "value", "message"), bad("argument"))
def test_a_value_that_means_nothing_is_told_with_its_keyword(name: str, value: str, message: str) -> None:
    arguments: Any = {name.replace("-", "_"): value}
    with pytest.raises(SettingsError) as error:
        RepositoryChecker({}, **arguments)
    assert str(error.value).startswith(f"{message}\n  where     {name.replace('-', '_')}\n  expected  ")
    assert "hf_secret" not in str(error.value)


@pytest.mark.parametrize(("keyword", "nearest"), [("timout", "timeout"), ("data_tag", "data_tags"), ("ignored", "ignore")])
def test_an_unknown_keyword_is_told_with_the_nearest(keyword: str, nearest: str) -> None:
    unknown: Any = {keyword: 1}
    with pytest.raises(SettingsError) as error:
        check_repository({}, sla=mock_sla(), **unknown)
    assert str(error.value) == (
        "a check has no such argument\n"
        "  expected  some of: data, recordings, drift, partitioner, min_rows, max_distance, env, base_image, "
        "allow_builds, timeout, memory, gpu, pass_env, ignore, baseline, show_rows, until\n"
        f"  got       {keyword}\n"
        f"  nearest   {nearest}\n"
        "  fix       help(pytest_flops_mock.CheckOptions) says what each of them means"
    )


def test_the_help_for_drift_names_all_kinds() -> None:
    (drift,) = [option for option in OPTIONS if option.name == "drift"]
    assert [kind.example for kind in KINDS.values() if f"`{kind.example}`" not in drift.help] == []
