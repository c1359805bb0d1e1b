"""Data tags, and the names of partitions on an ML data server: those that work, and those that never can."""

from __future__ import annotations

from hypothesis import strategies as st

from pytest_flops_mock.flight.naming import MAX_BYTES, partition_name

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_MAX_TAG = MAX_BYTES - len(partition_name("", "0" * 32))
_TRAPS = (".", ",", " ", "/", "..", "\0", "'", '"', "\\", "\n", "\t", ";.", "a. ")
_DIGESTS = st.integers(0, 2**128 - 1).map("{:032x}".format)


def data_tags(*, valid: bool = True) -> st.SearchStrategy[str]:
    """Data tags.

    A valid one has letters and digits of any script, ``-`` and ``_``, begins with a letter from a to z, and leaves room for
    the rest of a file's name. They shrink to ``a``.

    Args:
        valid: Otherwise those under which no learner can ever get data, however often SLAs name them: empty, with a dot, a
            comma, a blank, a quote or a separator, with a dash at the beginning, or too long. They shrink to the empty tag.

    Example:
        >>> @given(tag=data_tags())
        ... def test_tag(tag): ...
    """
    rest = st.text(st.characters(categories=["L", "N"], include_characters="-_"), max_size=(_MAX_TAG - 1) // 4)
    good = st.tuples(st.sampled_from(_LETTERS), rest).map("".join)
    if valid:
        return good
    return (
        st.just("")
        | good.map("-{}".format)
        | st.builds("{}{}{}".format, st.sampled_from(_LETTERS), st.sampled_from(_TRAPS), rest)
        | st.integers(_MAX_TAG + 1, 2 * MAX_BYTES).map("a".__mul__)
    )


def flight_names(tags: st.SearchStrategy[str] | None = None, *, valid: bool = True) -> st.SearchStrategy[str]:
    """Names of stored partitions, ``TAG.DIGEST.parquet``.

    They shrink to ``a.00000000000000000000000000000000.parquet``.

    Args:
        tags: The data tags; by default those of :func:`data_tags`.
        valid: Otherwise names that every ML data server of this package refuses, since they are empty or too long, could
            lead out of its folder, or cannot be shown. They shrink to the empty name.

    Example:
        >>> @given(name=flight_names(st.just("mnist")))
        ... def test_name(name): ...
    """
    good = st.builds(partition_name, data_tags() if tags is None else tags, _DIGESTS)
    if valid:
        return good
    return (
        st.just("")
        | good.map(".{}".format)
        | st.builds("{1}{0}{2}".format, st.sampled_from(["/", "\\", "..", "\0", "\n", "\x1b", "/../"]), good, good)
        | st.integers(MAX_BYTES + 1, 4 * MAX_BYTES).map("a".__mul__)
    )
