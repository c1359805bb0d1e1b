"""Data tags and file names: the valid ones travel, and of the others something always says why they cannot."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from standins.draws import SEEDS, drawn, shrunk

from pytest_flops_mock import MockSLA
from pytest_flops_mock.errors import NameRefusedError
from pytest_flops_mock.flight.naming import checked_name, partition_name, tag_of
from pytest_flops_mock.strategies import data_tags, flight_names


def codes_of(tag: str) -> frozenset[str]:
    sla = MockSLA.load({"customerID": "Admin", "mock_data_configuration": {"dataset_name": "mnist", "data_tag": tag}})
    return frozenset(finding.code for finding in sla.findings())


def test_valid_tags_have_no_finding_and_are_found_again() -> None:
    def check(tag: str) -> tuple[bool, bool]:
        name = partition_name(tag, "0" * 32)
        assert not codes_of(tag)
        assert tag_of(checked_name(name)) == tag
        return tag.isascii(), len(tag) > 10

    assert len(drawn(data_tags(), check, until=lambda seen: len(seen) >= 3)) >= 3


def test_of_other_tags_an_sla_has_a_finding_each() -> None:
    def check(tag: str) -> frozenset[str]:
        found = codes_of(tag)
        assert found & {"FM005", "FM006", "FM020"}
        return found

    def all_codes(seen: Iterable[frozenset[str]]) -> frozenset[str]:
        return frozenset().union(*seen)

    seen = drawn(data_tags(valid=False), check, until=lambda seen: len(all_codes(seen)) >= 3)
    assert all_codes(seen) == {"FM005", "FM006", "FM020"}


def test_names_are_those_that_a_server_stores() -> None:
    assert drawn(flight_names(), lambda name: checked_name(name) == name).keys() == {True}


def test_other_names_are_refused_for_every_reason() -> None:
    def why(name: str) -> str:
        with pytest.raises(NameRefusedError) as refused:
            checked_name(name)
        return refused.value.problems[0].message.rpartition(": ")[2]

    assert len(drawn(flight_names(valid=False), why, until=lambda seen: len(seen) >= 5)) == 5


@SEEDS
def test_tags_shrink_to_one_letter(seeds: int) -> None:
    assert shrunk(data_tags(), lambda tag: True, seeds=seeds) == repr("a")
    assert shrunk(data_tags(), lambda tag: len(tag) > 2, seeds=seeds) == repr("a00")


@SEEDS
def test_tags_that_never_match_shrink_to_the_trap(seeds: int) -> None:
    assert shrunk(data_tags(valid=False), lambda tag: True, seeds=seeds) == repr("")
    assert shrunk(data_tags(valid=False), lambda tag: "." in tag, seeds=seeds) == repr("a.")
    assert shrunk(data_tags(valid=False), lambda tag: tag.startswith("-"), seeds=seeds) == repr("-a")


@SEEDS
def test_names_shrink_to_the_first_digest(seeds: int) -> None:
    assert shrunk(flight_names(), lambda name: True, seeds=seeds) == repr(f"a.{'0' * 32}.parquet")
    assert shrunk(flight_names(valid=False), lambda name: "/" in name, seeds=seeds, shown=lambda name: name.count("/")) == 1
