"""File names that could leave the store, or that no file system takes, are refused by every call that carries one."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.flight as fl
import pytest
from standins.plain_client import PATIENCE, PlainClient, said

from pytest_flops_mock.errors import LoadError, NameRefusedError, UploadError
from pytest_flops_mock.flight.client import MLDataClient
from pytest_flops_mock.flight.naming import checked_name, partition_name, tag_of
from pytest_flops_mock.flight.server import MLDataServer

TABLE = pa.table({"x": [1]})
SEPARATOR = "it holds a path separator and could leave the store"
DOTS = "it starts with a dot or holds two in a row and could leave the store"

REFUSED = [
    (b"../x.parquet", SEPARATOR, "'../x.parquet'"),
    (b"/x.parquet", SEPARATOR, "'/x.parquet'"),
    (b"a/b.parquet", SEPARATOR, "'a/b.parquet'"),
    (rb"..\x.parquet", SEPARATOR, r"'..\\x.parquet'"),
    (rb"a\b.parquet", SEPARATOR, r"'a\\b.parquet'"),
    (b"..", DOTS, "'..'"),
    (b".", DOTS, "'.'"),
    (b".hidden.parquet", DOTS, "'.hidden.parquet'"),
    (b"tag..parquet", DOTS, "'tag..parquet'"),
    (b"", "it is empty", "an empty name"),
    (b"a\0b.parquet", "it holds NUL or another control character", r"'a\x00b.parquet'"),
    (b"a\nb.parquet", "it holds NUL or another control character", r"'a\nb.parquet'"),
    (b"a" * 256, "it is longer than 255 bytes", f"'{'a' * 40}…'"),
    ("ä".encode() * 128, "it is longer than 255 bytes", f"'{'ä' * 40}…'"),
]
NOT_UTF8 = (b"a\xff.parquet", "it is not UTF-8", r"b'a\xff.parquet'")

names = pytest.mark.parametrize(("name", "why", "got"), REFUSED, ids=[repr(name[:20]) for name, *_ in REFUSED])


def refusal(why: str, got: str) -> str:
    return (
        f"the ML data server refuses this file name: {why}; expected: TAG.DIGEST.parquet, one plain file name"
        f"; got: {got}; fix: use a data tag of letters, digits, - and _"
    )


def nothing_beside(folder: Path) -> bool:
    """Whether neither the store's folder nor the one around it holds anything."""
    return [path for path in folder.parent.rglob("*") if path != folder] == []


@names
def test_put_refuses(plain: PlainClient, server: MLDataServer, folder: Path, name: bytes, why: str, got: str) -> None:
    with pytest.raises(fl.FlightServerError) as caught:
        plain.put(name, TABLE)

    assert said(caught.value) == refusal(why, got)
    assert server.partitions == ()
    assert server.errors == ()
    assert nothing_beside(folder)


@names
def test_get_refuses(plain: PlainClient, tmp_path: Path, folder: Path, name: bytes, why: str, got: str) -> None:
    (tmp_path / "x.parquet").touch()

    with pytest.raises(fl.FlightServerError) as caught:
        plain.get(name)

    assert said(caught.value) == refusal(why, got)


@names
def test_drop_refuses(plain: PlainClient, tmp_path: Path, folder: Path, name: bytes, why: str, got: str) -> None:
    (tmp_path / "x.parquet").touch()

    with pytest.raises(fl.FlightServerError) as caught:
        plain.action("drop_dataset", name)

    assert said(caught.value) == refusal(why, got)
    assert (tmp_path / "x.parquet").exists()


def test_a_ticket_and_an_action_that_are_not_utf8(plain: PlainClient) -> None:
    name, why, got = NOT_UTF8
    with pytest.raises(fl.FlightServerError) as fetched:
        plain.get(name)
    with pytest.raises(fl.FlightServerError) as dropped:
        plain.action("drop_dataset", name)

    assert said(fetched.value) == said(dropped.value) == refusal(why, got)


def test_a_put_whose_name_is_not_utf8_stores_nothing(plain: PlainClient, server: MLDataServer, folder: Path) -> None:
    # Protocol Buffers refuse it before our handler is asked.
    with pytest.raises(fl.FlightServerError):
        plain.put(NOT_UTF8[0], TABLE)

    assert server.partitions == ()
    assert nothing_beside(folder)


@pytest.mark.parametrize(
    ("descriptor", "got"),
    [
        (fl.FlightDescriptor.for_command(b"tag.1.parquet"), "a descriptor without a path"),
        (fl.FlightDescriptor.for_path(), "an empty path"),
    ],
)
def test_a_descriptor_without_a_path(plain: PlainClient, server: MLDataServer, descriptor: object, got: str) -> None:
    writer, _ = plain.flight.do_put(descriptor, TABLE.schema, PATIENCE)
    with pytest.raises(fl.FlightServerError) as put:
        writer.close()
    with pytest.raises(fl.FlightServerError) as info:
        plain.flight.get_flight_info(descriptor, PATIENCE)

    assert (
        said(put.value)
        == said(info.value)
        == (
            "the ML data server wants a path descriptor with the file name as its one element"
            f"; got: {got}; fix: use FlightDescriptor.for_path(name)"
        )
    )
    assert server.partitions == ()


def test_the_first_element_of_a_longer_path_is_the_name(plain: PlainClient) -> None:
    writer, _ = plain.flight.do_put(fl.FlightDescriptor.for_path("tag.1.parquet", "x"), TABLE.schema, PATIENCE)
    writer.close()

    assert plain.names("tag") == ["tag.1.parquet"]


def test_our_client_tells_the_refusal_in_five_parts(client: MLDataClient, server: MLDataServer) -> None:
    with pytest.raises(UploadError) as caught:
        client.send("../x.parquet", TABLE)

    assert str(caught.value) == (
        f"the ML data server refuses this file name: {SEPARATOR}\n"
        f"  where     ../x.parquet -> {server.uri}\n"
        "  expected  TAG.DIGEST.parquet, one plain file name\n"
        "  got       '../x.parquet'\n"
        "  fix       use a data tag of letters, digits, - and _"
    )
    for call in (client.fetch, client.drop):
        with pytest.raises(LoadError, match="refuses this file name"):
            call("/etc/passwd")


@pytest.mark.parametrize("name", ["tag.0.parquet", "no suffix", "ümläut-日本.1.parquet", "a" * 255, "x.y.z.parquet"])
def test_plain_names_are_accepted(plain: PlainClient, name: str) -> None:
    plain.put(name, TABLE)

    assert plain.names(tag_of(name)) == [name]
    assert plain.get(name.encode()).equals(TABLE)


def test_names_are_checked_as_text_too() -> None:
    assert checked_name("tag.0.parquet") == "tag.0.parquet"
    with pytest.raises(NameRefusedError):
        checked_name("lone surrogate \ud800")


def test_the_name_of_a_partition_and_the_tag_in_it() -> None:
    name = partition_name("my_tag", "0123456789abcdef0123456789abcdef")

    assert name == "my_tag.0123456789abcdef0123456789abcdef.parquet"
    assert tag_of(name) == "my_tag"
    assert tag_of("v1.2.0123.parquet") == "v1"
