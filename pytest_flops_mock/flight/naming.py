"""The names of stored partitions: ``TAG.DIGEST.parquet``.

The scheme is FLOps' own: a mock data provider sends each partition under its data tag and 32 hexadecimal digits made of
the partition's content, and a learner finds it by the part of the name up to the first dot.
"""

from __future__ import annotations

from pytest_flops_mock.errors import NameRefusedError, Problem

SUFFIX = ".parquet"
MAX_BYTES = 255
"""What common file systems allow for one name."""


def partition_name(data_tag: str, digest: str) -> str:
    """The name under which a partition of ``data_tag`` with this content digest is stored."""
    return f"{data_tag}.{digest}{SUFFIX}"


def tag_of(name: str) -> str:
    """The data tag that the ML data server reads from a stored name: all up to the first dot."""
    return name.partition(".")[0]


def checked_name(raw: bytes | str) -> str:
    """The name as text, if a server may store a file of that name.

    Raises:
        NameRefusedError: The name is empty, not UTF-8, too long, or could leave the store's folder.
    """
    try:
        name = raw.decode() if isinstance(raw, bytes) else raw.encode().decode()
    except UnicodeError:
        raise _refused(repr(raw), "it is not UTF-8") from None
    if not name:
        raise _refused("an empty name", "it is empty")
    if "/" in name or "\\" in name:
        raise _refused(repr(name), "it holds a path separator and could leave the store")
    if name.startswith(".") or ".." in name:
        raise _refused(repr(name), "it starts with a dot or holds two in a row and could leave the store")
    if not name.isprintable():
        raise _refused(repr(name), "it holds NUL or another control character")
    if len(name.encode()) > MAX_BYTES:
        raise _refused(repr(name[:40] + "…"), f"it is longer than {MAX_BYTES} bytes")
    return name


def _refused(got: str, why: str) -> NameRefusedError:
    return NameRefusedError(
        Problem(
            f"the ML data server refuses this file name: {why}",
            expected="TAG.DIGEST.parquet, one plain file name",
            got=got,
            fix="use a data tag of letters, digits, - and _",
        )
    )
