"""Whatever characters an entry holds: what the installer is given are single requirements, one in each line."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from standins.conda import of

from pytest_flops_mock import MLRepository
from pytest_flops_mock.errors import RepositoryError
from pytest_flops_mock.repository.conda.reader import CondaEnvironment, conda_environment

OPTION = re.compile(
    r"(?:-i|--index-url|--extra-index-url|-f|--find-links)[ \t=]+https?://\S+|--pre|--no-index", re.IGNORECASE
)
ADDRESS = re.compile(r"(?:https?|git\+(?:https?|ssh|git))://\S+", re.IGNORECASE)

PIECES = st.sampled_from(
    [
        *(
            "numpy",
            "==1.26",
            "=1.26",
            " @ ",
            "https://a.org/",
            "x.whl",
            "file:///etc",
            "git+",
            "git+file:///x",
            ";",
            "'",
            '"',
        ),
        *("\n", "\r", "\t", "\f", "\x85", "\u2028", "\\", "\\\n", "\0", "\x1b", "#", " #", " ", "-e", "-r ", "--index-url "),
        *(
            "${HOME}",
            "python_version > ",
            "3",
            "[a]",
            "[version='1']",
            "::",
            "--hash=sha256:0",
            "é",
            "\u00a0",
            "|",
            ",",
            "*",
        ),
    ]
)
TEXTS = st.lists(PIECES, min_size=1, max_size=7).map("".join) | st.text(min_size=1, max_size=20)


def harmless(conda: CondaEnvironment) -> bool:
    lines = (*conda.requirements, *conda.options)
    if any(not line.replace("\t", " ").isprintable() or line.endswith("\\") or "${" in line for line in lines):
        return False
    for line in conda.requirements:
        if not ADDRESS.fullmatch(line) and (url := Requirement(line).url) is not None and not ADDRESS.fullmatch(url):
            return False
    return all(OPTION.fullmatch(option) for option in conda.options)


@settings(max_examples=300)
@given(texts=st.lists(TEXTS, min_size=1, max_size=3), by_pip=st.booleans())
def test_nothing_goes_along_with_an_entry(texts: list[str], by_pip: bool) -> None:
    entries = "\n".join(f"  - {json.dumps(text)}" for text in texts)
    listed = f"dependencies:\n- pip:\n{entries}" if by_pip else f"dependencies:\n{entries}"
    repository = MLRepository.of_files({"conda.yaml": f"name: x\n{listed}\n"})
    try:
        conda = conda_environment(repository)
    except RepositoryError:
        return
    assert harmless(conda)


@pytest.mark.parametrize(
    ("entry", "requirements", "left_out"),
    [
        ('"numpy\\nscipy==1.0"', ("numpy", "scipy==1.0"), ()),
        ('"numpy \\\\\\n  >=1.20"', ("numpy   >=1.20",), ()),
        ('"numpy>=1  # a note"', ("numpy>=1",), ()),
        ('"numpy\\t>=1"', ("numpy\t>=1",), ()),
        (
            "thing @ https://a.org/thing-1.0-py3-none-any.whl#sha256=00",
            ("thing @ https://a.org/thing-1.0-py3-none-any.whl#sha256=00",),
            (),
        ),
        ("'numpy; python_version < \"3.9\"'", ('numpy; python_version < "3.9"',), ()),
        ('"numpy\\r\\n-e ."', ("numpy",), ("-e .",)),
        ("thing @ file:///wheels/x.whl", (), ("thing @ file:///wheels/x.whl",)),
        ("hg+https://a.org/thing", (), ("hg+https://a.org/thing",)),
    ],
)
def test_an_entry_of_the_pip_list_is_read_line_by_line(
    entry: str, requirements: tuple[str, ...], left_out: tuple[str, ...]
) -> None:
    conda = conda_environment(of("python=3.11", f"pip: [{entry}]"))
    assert (conda.requirements, conda.left_out) == (requirements, left_out)


@pytest.mark.parametrize(
    ("entry", "is_source"),
    [
        ("thing @ https://a.org/x.whl", False),
        ("https://a.org/x.whl?y=1", False),
        ("https://a.org/x.tar.gz", True),
        ("https://a.org/x.zip#a.whl", True),
        ("https://a.org/?x.whl", True),
        ("git+https://a.org/x.whl", True),
        ("thing @ git+ssh://git@a.org/x", True),
    ],
)
def test_addresses_of_sources_are_told_apart_from_those_of_wheels(entry: str, is_source: bool) -> None:
    conda = conda_environment(of("python=3.11", f"pip: ['{entry}']"))
    assert conda.sources == (((entry, 4),) if is_source else ())
