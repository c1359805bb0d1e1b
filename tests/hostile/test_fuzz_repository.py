"""Whatever a repository says, and however a URL is written: only documented errors, and quickly.

By default each property runs with 50 examples, in the slow run with 2,000.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_flops_mock import FlopsMockError, MLRepository
from pytest_flops_mock.errors import Problem
from pytest_flops_mock.opening import read_inside
from pytest_flops_mock.repository.conda.reader import conda_environment, conda_findings
from pytest_flops_mock.repository.structure import structure_findings
from pytest_flops_mock.repository.urls import remote_of, secrets_of, without_credentials
from pytest_flops_mock.repository.work_tree import _pointers
from pytest_flops_mock.texts import clean

SECONDS = 1.0
"""How long an example may take on an idle machine."""

BUSY = 10
"""How many times longer it may take here."""

MORE = settings(max_examples=2_000, database=None, derandomize=True)
MANY, FEW = settings(MORE, max_examples=400), settings(MORE, max_examples=50)


amounts = pytest.mark.parametrize(
    "amount",
    [
        pytest.param(FEW, id="few"),
        pytest.param(MANY, id="many", marks=pytest.mark.slow),
        pytest.param(MORE, id="more", marks=pytest.mark.exhaustive),
    ],
)
"""The property with few examples, with many as a slow test, and with more before a release."""


@contextmanager
def in_time() -> Iterator[None]:
    """Fails where an example takes much too long."""
    begun = time.process_time()
    yield
    assert time.process_time() - begun < SECONDS * BUSY


def assert_plain(*problems: Problem) -> None:
    """All parts can be shown anywhere."""
    for problem in problems:
        assert [clean(part) for part in astuple(problem)] == [*astuple(problem)]


# conda.yaml

NAMES = st.sampled_from(
    ["numpy", "python", "pip", "torch", "mlflow", "a.b_c-d", "vc", "pytorch::torch", "é", "-e .", "-r more.txt"]
)
NUMBERS = st.from_regex(r"[0-9]{0,5}(\.[0-9*]{1,4}){0,4}([abrcdevpost.+!_-]{0,4}[0-9]{0,3})?", fullmatch=True)
HUGE = st.integers(1, 6_000).map("9".__mul__)
OPERATORS = st.sampled_from(["", "=", "==", "===", ">=", "=<", "~=", "!=", "<", ">", " ", "|", ",", "@", ";"])
COMPARISONS = st.lists(st.tuples(OPERATORS, st.one_of(NUMBERS, HUGE, st.text(max_size=8))), max_size=40).map(
    lambda found: ",".join(operator + number for operator, number in found)
)
ENTRIES = st.one_of(
    st.tuples(NAMES, COMPARISONS).map("".join),
    st.tuples(st.sampled_from("([{;@-&*!|>'\"%#\\"), st.integers(1, 5_000)).map(lambda of: of[0] * of[1]),
    st.text(max_size=60),
)
LINES = st.one_of(
    ENTRIES.map("- {}".format),
    ENTRIES.map("  - {}".format),
    st.sampled_from(
        [
            "- pip:",
            "- &a",
            "- *a",
            "- {*a : *a}",
            "- &p {pip: [*p]}",
            "- <<: *a",
            "channels: x",
            "name:",
            "? [",
            "---",
            "...",
            "\t",
        ]
    ),
    st.text(max_size=40),
)
DOCUMENTS = st.one_of(
    st.lists(LINES, max_size=40).map(lambda lines: "\n".join(["name: a", "dependencies:", *lines])),
    st.tuples(LINES, st.sampled_from([1, 2, 30, 30, 300, 4_000])).map(
        lambda of: "name: a\ndependencies:\n" + f"{of[0]}\n" * of[1]
    ),
    st.tuples(
        st.sampled_from(["[", "{", "- ", "? ", "a: ", "&a ", "!!a ", "\t", "'", '"', "a,", ">\n "]), st.integers(1, 60_000)
    ).map(lambda of: of[0] * of[1]),
    st.text(),
)


@amounts
def test_conda_yaml(amount: settings) -> None:
    @amount
    @given(DOCUMENTS, st.lists(ENTRIES, max_size=20).map("\n".join))
    def property_(text: str, more: str) -> None:
        repository = MLRepository.of_files({"conda.yaml": text.encode(errors="replace").decode(), "more.txt": more})
        with in_time():
            for finding in conda_findings(repository):
                assert_plain(finding.problem)
            try:
                environment = conda_environment(repository)
            except FlopsMockError as error:
                assert_plain(*error.problems)
            else:
                assert all(isinstance(part, int) for part in environment.python_minor)

    property_()


# Sources

CLASSES = "class ModelManager(ModelManagerTemplate):\n    def set_model_parameters(self, {}): ...\n"
SNIPPETS = st.one_of(
    st.sampled_from(
        ["import a.b", "from . import *", "from .... import x", "class DataManager: pass", "x = ", "def f(", "\x0c", "\0"]
    ),
    st.tuples(
        st.sampled_from(["(", "[", "-", "not ", "a.", "f'{", "lambda: ", "a if ", "0x", "'", "\\\n"]), st.integers(1, 20_000)
    ).map(lambda of: of[0] * of[1] + "1"),
    st.text(max_size=60).map(CLASSES.format),
    st.tuples(st.sampled_from(["-", "not ", "a+", "(", "9"]), st.integers(1, 3_000)).map(
        lambda of: CLASSES.format(f"p, q, r={of[0] * of[1]}1")
    ),
    st.text(max_size=80),
)
CODINGS = st.one_of(
    st.just(""), st.sampled_from(["utf-7", "punycode", "idna", "utf-16", "rot13", "zlib", "latin-1", "x"])
).map(lambda name: f"# coding: {name}\n" if name else "")


@amounts
def test_sources(amount: settings) -> None:
    @amount
    @given(CODINGS, st.lists(SNIPPETS, max_size=6).map("\n".join), SNIPPETS)
    @example("# coding: idna\n", "a" * 100_000, "")
    def property_(coding: str, source: str, other: str) -> None:
        texts = {
            "model_manager.py": coding + source,
            "data_manager.py": f"import a.b\n{other}",
            "a/b.py": source,
            "a/__init__.py": "",
        }
        files = {name: text.encode(errors="replace").decode() for name, text in texts.items()}
        with in_time():
            for finding in structure_findings(MLRepository.of_files({**files, "conda.yaml": ""})):
                assert_plain(finding.problem)
                assert finding.detail == clean(finding.detail)

    property_()


# URLs, and what Git lists

PARTS = st.text(st.sampled_from("ab%4@:/?#[]=&. -~\\\x1bé"), max_size=20)
PASSWORDS = st.from_regex(r"[A-Z]{6}[@:/%?#&=.-]{0,3}[A-Z]{6}", fullmatch=True)
BEGINNINGS = st.sampled_from(["https://", "ssh://", "http://", "HTTPS://", "git+https://", "https:/", ""])


@amounts
def test_urls(amount: settings) -> None:
    @amount
    @given(
        st.one_of(
            st.tuples(st.sampled_from(["https://", "ssh://", "file://", "git@h:", "ext::", "/", ""]), PARTS).map("".join),
            st.text(),
        )
    )
    def property_(text: str) -> None:
        with in_time():
            try:
                remote = remote_of(text)
            except FlopsMockError as error:
                assert_plain(*error.problems)
                return
            assert remote is None or (remote.url and remote.shown.isprintable())

    property_()


@amounts
def test_no_part_of_a_password_is_shown(amount: settings) -> None:
    @amount
    @given(BEGINNINGS, PASSWORDS, st.sampled_from(["/x.git", "/x.git@v1", "/a/b", "/x?a=1"]))
    def property_(beginning: str, password: str, path: str) -> None:
        url = f"{beginning}user:{password}@example.org{path}"
        halves = (password[:6], password[-6:])
        shown = without_credentials(url)
        assert "***" in shown
        assert not any(half in shown for half in halves)
        assert all(any(half in secret for secret in secrets_of(url)) for half in halves)
        try:
            remote = remote_of(url)
            shown = remote.shown if remote is not None else ""
        except FlopsMockError as error:
            shown = str(error)
        assert not any(half in shown for half in halves)

    property_()


@amounts
def test_pointers_of_git_lfs(amount: settings) -> None:
    names = st.text(st.sampled_from("ab\n :"), min_size=1, max_size=8)

    @amount
    @given(st.dictionaries(names, st.integers(0, 10**12), max_size=8))
    def property_(sizes: dict[str, int]) -> None:
        texts = {
            name: f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize {size}\n"
            for name, size in sizes.items()
        }
        output = "".join(f"{name}\0{line}\n" for name, text in texts.items() for line in text.splitlines())
        assert dict(_pointers(output)) == texts

    property_()


@amounts
def test_no_path_leads_out_of_a_folder(amount: settings, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    (inside / "a" / "b").mkdir(parents=True)
    (inside / "a" / "file").write_bytes(b"inside")
    (inside / "file").write_bytes(b"inside")
    (tmp_path / "file").write_bytes(b"outside")
    links = {
        "up": "..",
        "a/up": "..",
        "a/b/up": "../../..",
        "top": "/",
        "a/same": "../a",
        "loop": "loop",
        "a/out": "../../file",
    }
    for name, target in links.items():
        (inside / name).symlink_to(target)
    parts = st.sampled_from(["a", "b", "file", "up", "top", "same", "loop", "out", "..", ".", ""])

    @amount
    @given(st.lists(parts, min_size=1, max_size=8).map("/".join))
    def property_(path: str) -> None:
        try:
            read = read_inside(inside, path, 100)
        except OSError as error:
            read = (error.strerror or "").encode()
        assert read
        assert read != b"outside"

    property_()
