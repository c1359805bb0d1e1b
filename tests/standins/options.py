"""For each option a value that means nothing, and what is said of it in every door."""

from __future__ import annotations

from pytest_flops_mock.option_table import OPTIONS

BAD = {
    "check": ("maybe", "the ini key has a value of another type"),
    "repo": (
        "",
        "",
    ),  # a folder that is not there is told by what uses it: plugin/test_flops_repository.py, cli/test_check.py
    "sla": ("mokcs/*.json", "no SLA file matches the pattern"),
    "together": ("maybe", "the ini key has a value of another type"),
    "project-sla": ("projetc.json", "the project SLA is not there"),
    "data": ("synthetc", "there is no such source of data"),
    "recordings": (__file__, "recorded samples lie in a folder, and this is a file"),
    "drift": ("missing=2", "missing takes a share from 0 to 1"),
    "partitioner": ("dirichlet alpha=0", "alpha of dirichlet is not a number above 0"),
    "min-rows": ("few", "the number of rows is not a whole number"),
    "max-distance": ("0", "the distance is not a number above 0"),
    "env": ("current,", "an environment has no name"),
    "base-image": ("Python 3.11", "an image of a container has no such name"),
    "allow-builds": ("maybe", "the ini key has a value of another type"),
    "timeout": ("soon", "the time limit is not a number of seconds"),
    "memory": ("2GB", "the memory limit is not a number of MB"),
    "gpu": ("maybe", "the ini key has a value of another type"),
    "pass-env": ("HF_TOKEN=hf_secret", "environment variables are passed on by their names alone"),
    "ignore": ("FM6O2", "there is no such code to ignore"),
    "baseline": ("basline.json", "the earlier report cannot be read"),
    "search": ("0", "a search tries a number of partitions"),
    "search-seed": ("one", "the seed is a whole number"),
    "search-seconds": ("0", "the time limit is not a number of seconds"),
    "search-through": ("load", "a search does not end with such a stage"),
    "search-save": (__file__, "what a search finds is saved in a folder, and this is a file"),
    "search-strict": ("maybe", "the ini key has a value of another type"),
    "rounds": ("maybe", "the ini key has a value of another type"),
    "rounds-nodes": ("0", "there can be no such number of learner nodes"),
    "training-rounds": ("2.5", "there can be no such number of rounds"),
    "training-cycles": ("-1", "there can be no such number of cycles"),
    "rounds-clusters": ("two", "there can be no such number of clusters"),
    "rounds-seed": ("one", "the seed is a whole number"),
    "rounds-fault": ("", ""),  # read behind the other options: plugin/test_flops_rounds.py, cli/test_rounds.py
    "rounds-engine": ("rya", "there is no such engine for federated rounds"),
    "ray-address": ("ray://head", "this is no address of a cluster of Ray's"),
    "report": ("sarf:out", "there is no such format of reports"),
    "show-rows": ("all", "there is no such choice of rows to show"),
    "containers": ("always", "there is no such use of containers"),
    "until": ("trian", "there is no such stage"),
}

assert list(BAD) == [option.name for option in OPTIONS], "an option needs a value here, with which every door is tried"


def bad(door: str) -> list[tuple[str, str, str]]:
    """Name, value and message of the options that a door has."""
    has = [option for option in OPTIONS if door in option.doors and (option.kind != "flag" or door == "pytest")]
    return [(option.name, *BAD[option.name]) for option in has if BAD[option.name][0]]


def argument(name: str) -> str:
    """What the commands call an option."""
    return next(option.argument for option in OPTIONS if option.name == name)
